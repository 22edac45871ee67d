package graph_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"pgregory.net/rapid"

	"rehearse/graph"
)

// given holds the arguments of fields that require some, or whose lists would be long.
var given = map[string]string{
	"Query.availableSlots":   "(studentId: $s, start: $a, end: $z, first: 3)",
	"Query.eligibility":      "(studentId: $s)",
	"Query.student":          "(id: $s)",
	"Query.students":         "(first: 2)",
	"Query.slots":            "(first: 3)",
	"Query.interviews":       "(first: 3)",
	"Query.interviewers":     "(first: 3)",
	"Query.events":           "(last: 30)",
	"Query.bookingRefusals":  "(first: 10)",
	"Interviewer.slots":      "(first: 2)",
	"Student.interviews":     "(first: 2)",
	"Interviewer.interviews": "(first: 2)",
}

// drawing writes a random document that is valid in the schema.
type drawing struct {
	*rapid.T
	schema    *ast.Schema
	fragments []string
}

// drawDocument draws a query over a school's objects, with aliases, fragments and
// directives.
func drawDocument(r *rapid.T) string {
	d := &drawing{T: r, schema: graph.Schema()}
	text := d.selection(d.schema.Query, 5) + " " + strings.Join(d.fragments, " ")
	for _, variable := range []string{"$s: ID!", "$a: DateTime!", "$z: DateTime!", "$yes: Boolean = true", "$no: Boolean = false"} {
		if name, _, _ := strings.Cut(variable, ":"); strings.Contains(text, name) {
			text = variable + " " + text
		}
	}
	if strings.HasPrefix(text, "$") {
		declared, rest, _ := strings.Cut(text, "{")
		text = "(" + declared + ") {" + rest
	}
	return "query " + text
}

func (d *drawing) one(of ...string) string { return rapid.SampledFrom(of).Draw(d.T, "one") }

// directive returns a directive, or more often nothing.
func (d *drawing) directive() string {
	return d.one("", "", "", "", "", " @include(if: $yes)", " @skip(if: $no)", " @skip(if: $yes)", " @include(if: false)")
}

// selection returns a selection of the type's fields with at most depth levels.
func (d *drawing) selection(of *ast.Definition, depth int) string {
	var out strings.Builder
	out.WriteString("{ __typename")
	for range rapid.IntRange(1, 5).Draw(d.T, "fields") {
		out.WriteByte(' ')
		kinds := []string{"field"}
		if depth > 0 {
			kinds = []string{"field", "field", "field", "field", "inline", "abstract", "fragment"}
		}
		switch d.one(kinds...) {
		case "inline":
			out.WriteString("... " + d.one("", "on "+of.Name) + d.directive() + " " + d.selection(of, depth-1))
		case "abstract":
			for _, kind := range d.schema.GetImplements(of) {
				out.WriteString("... on " + kind.Name + d.directive() + " { ... on " + of.Name + " " + d.selection(of, depth-1) + " }")
			}
		case "fragment":
			name := fmt.Sprint("f", len(d.fragments))
			d.fragments = append(d.fragments, "")
			d.fragments[len(d.fragments)-1] = "fragment " + name + " on " + of.Name + " " + d.selection(of, depth-1)
			out.WriteString("..." + name + d.directive() + " ..." + name)
		default:
			out.WriteString(d.field(of, depth))
		}
	}
	return out.String() + " }"
}

func (d *drawing) field(of *ast.Definition, depth int) string {
	fields := slices.DeleteFunc(slices.Clone(of.Fields), func(f *ast.FieldDefinition) bool {
		_, known := given[of.Name+"."+f.Name]
		needs := slices.ContainsFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull && a.DefaultValue == nil })
		return strings.HasPrefix(f.Name, "__") || (needs && !known) || (depth == 0 && d.composite(f))
	})
	if len(fields) == 0 {
		return "__typename"
	}
	f := rapid.SampledFrom(fields).Draw(d.T, "field")
	text := d.one("", "", "again_"+f.Name+": ", "other_"+f.Name+": ") + f.Name + given[of.Name+"."+f.Name] + d.directive()
	if d.composite(f) {
		text += " " + d.selection(d.schema.Types[f.Type.Name()], depth-1)
	}
	return text
}

func (d *drawing) composite(f *ast.FieldDefinition) bool {
	return d.schema.Types[f.Type.Name()].IsCompositeType()
}
