package gqlhttp

import (
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// mutationsOf returns the root fields of a mutation, and none of another operation.
func mutationsOf(o *graphql.OperationContext) []graphql.CollectedField {
	if o.Operation.Operation != ast.Mutation {
		return nil
	}
	return graphql.CollectFields(o, o.Operation.SelectionSet, nil)
}

// bookingsOf returns the number of holds, bookings and reschedules in an operation. Dry
// runs are not counted: they take no slot, and their refusals are not stored.
func bookingsOf(o *graphql.OperationContext, mutations []graphql.CollectedField) int {
	n := 0
	for _, field := range mutations {
		switch field.Name {
		case "holdSlot":
			n++
		case "bookSlot", "rescheduleInterview":
			if !isDryRun(o, field) {
				n++
			}
		}
	}
	return n
}

// isDryRun reports whether the input of a booking requests a dry run. It reads that value
// without decoding the others.
func isDryRun(o *graphql.OperationContext, field graphql.CollectedField) bool {
	argument := field.Arguments.ForName("input")
	if argument == nil {
		return false
	}
	if argument.Value.Kind == ast.Variable {
		input, _ := o.Variables[argument.Value.Raw].(map[string]any)
		return input["dryRun"] == true
	}
	value := argument.Value.Children.ForName("dryRun")
	if value == nil {
		return false
	}
	if value.Kind == ast.Variable {
		return o.Variables[value.Raw] == true
	}
	return value.Raw == "true"
}

// importFields are the mutations that import a file.
var importFields = []string{"importStudents", "importInterviewers", "importAvailability", "importInterviews"}

// importsOf returns the number of imports among the root fields of a mutation.
func importsOf(mutations []graphql.CollectedField) int {
	n := 0
	for _, field := range mutations {
		if slices.Contains(importFields, field.Name) {
			n++
		}
	}
	return n
}
