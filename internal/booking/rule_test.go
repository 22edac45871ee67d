package booking

import (
	"slices"
	"testing"
)

// Every rule with a predicate is a reason of an empty list, and every rule about a slot
// has a message.
func TestRulesAreComplete(t *testing.T) {
	t.Parallel()
	codes := map[RefusalCode]bool{}
	for _, rule := range slices.Concat(verdictRules, studentRules) {
		t.Run(string(rule.Code), func(t *testing.T) {
			t.Parallel()
			if explained, tallied := rule.predicate != "", slices.Contains(talliedRules, rule); explained != tallied {
				t.Errorf("has a predicate: %t; is tallied: %t; want the same", explained, tallied)
			}
			if (rule.forbids == nil) != (rule.Message == "") || (rule.forbids == nil) == (rule.fails == nil) {
				t.Error("want a rule about slots with a message, or a rule about students that creates its message")
			}
		})
		if codes[rule.Code] {
			t.Errorf("two rules have the code %s", rule.Code)
		}
		codes[rule.Code] = true
	}
}

// An imported interview is judged by the same rules in the same words, but each refusal is
// about a column of the file.
func TestImportedInterviewsNameAColumn(t *testing.T) {
	t.Parallel()
	for _, rule := range slices.Concat(importRules, studentRules, []*Rule{&RuleTaken, &RuleHeld, &RuleFull, &RuleAgenda}) {
		t.Run(string(rule.Code), func(t *testing.T) {
			t.Parallel()
			if got := rule.refuseImport()[0]; got.Code != rule.Code || got.Field == "" || got.Field == "slotId" {
				t.Errorf("refusal = %+v, want one with the code %s and a column", got, rule.Code)
			}
		})
	}
}
