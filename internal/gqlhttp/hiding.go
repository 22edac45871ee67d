package gqlhttp

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// hidingRules returns the validation rules for a hidden schema: errors contain no names
// that the client did not send, and introspection is refused.
func hidingRules() *rules.Rules {
	hiding := rules.NewDefaultRules()
	for _, rule := range []struct {
		name    string
		instead core.Rule
	}{
		{rules.FieldsOnCorrectTypeRule.Name, rules.FieldsOnCorrectTypeRuleWithoutSuggestions},
		{rules.ScalarLeafsRule.Name, rules.ScalarLeafsRuleWithoutSuggestions},
		{rules.KnownArgumentNamesRule.Name, rules.KnownArgumentNamesRuleWithoutSuggestions},
		{rules.KnownTypeNamesRule.Name, rules.KnownTypeNamesRuleWithoutSuggestions},
		{rules.ValuesOfCorrectTypeRule.Name, rules.ValuesOfCorrectTypeRuleWithoutSuggestions},
	} {
		hiding.RemoveRule(rule.name)
		hiding.AddRule(rule.instead.Name, rule.instead.RuleFunc)
	}
	hiding.AddRule("NoIntrospection", func(observers *validator.Events, addError validator.AddErrFunc) {
		observers.OnField(func(_ *validator.Walker, field *ast.Field) {
			if field.Name == "__schema" || field.Name == "__type" {
				addError(validator.Message("Introspection is disabled; %q is not available.", field.Name), core.At(field.Position))
			}
		})
	})
	return hiding
}
