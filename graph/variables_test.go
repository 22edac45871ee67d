package graph_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/graph"
)

// inputPosition is an argument, or an input field within one, of any field that
// an operation can reach.
type inputPosition struct {
	schema    *ast.Schema
	operation string // query, mutation or subscription
	around    string // the fields that lead to the field, with %s for it
	field     *ast.FieldDefinition
	argument  *ast.ArgumentDefinition
	names     []string // of input fields, from the argument down

	of         *ast.Type
	fallback   *ast.Value
	directives ast.DirectiveList
}

func (p inputPosition) String() string {
	return p.field.Name + "(" + strings.Join(append([]string{p.argument.Name}, p.names...), ".") + ")"
}

// inputPositions walks every input position of the schema.
func inputPositions(schema *ast.Schema) []inputPosition {
	var found []inputPosition
	seen := map[string]bool{}
	var visit func(operation, around string, of *ast.Definition)
	visit = func(operation, around string, of *ast.Definition) {
		if seen[of.Name] || of.Kind != ast.Object {
			return
		}
		seen[of.Name] = true
		for _, field := range of.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}
			for _, argument := range field.Arguments {
				p := inputPosition{
					schema: schema, operation: operation, around: around, field: field, argument: argument,
					of: argument.Type, fallback: argument.DefaultValue, directives: argument.Directives,
				}
				found = append(found, p.within()...)
			}
			if of != schema.Mutation { // what mutations lead to, queries do
				visit(operation, fmt.Sprintf(around, selection(schema, field, nil, "%s")), schema.Types[field.Type.Name()])
			}
		}
	}
	visit("query", "{ %s }", schema.Query)
	visit("mutation", "{ %s }", schema.Mutation)
	visit("subscription", "{ %s }", schema.Subscription)
	return found
}

func (p inputPosition) within() []inputPosition {
	all := []inputPosition{p}
	if definition := p.schema.Types[p.of.Name()]; definition.Kind == ast.InputObject {
		for _, field := range definition.Fields {
			inner := p
			inner.names = append(slices.Clone(p.names), field.Name)
			inner.of, inner.fallback, inner.directives = field.Type, field.DefaultValue, field.Directives
			all = append(all, inner.within()...)
		}
	}
	return all
}

// selection writes a field with its required arguments, or those given.
func selection(schema *ast.Schema, field *ast.FieldDefinition, given map[string]string, inner string) string {
	arguments := []string{}
	for _, a := range field.Arguments {
		switch text, is := given[a.Name]; {
		case is:
			arguments = append(arguments, a.Name+": "+text)
		case a.Type.NonNull && a.DefaultValue == nil:
			arguments = append(arguments, a.Name+": "+literal(schema, sample(schema, a.Type), a.Type))
		}
	}
	text := field.Name
	if len(arguments) > 0 {
		text += "(" + strings.Join(arguments, ", ") + ")"
	}
	if kind := schema.Types[field.Type.Name()].Kind; kind == ast.Scalar || kind == ast.Enum {
		return text
	}
	return text + " { " + inner + " }"
}

// sample is a value of the type with what is required and nothing more.
func sample(schema *ast.Schema, of *ast.Type) any {
	if of.Elem != nil {
		return []any{sample(schema, of.Elem)}
	}
	definition := schema.Types[of.NamedType]
	switch definition.Kind {
	case ast.Enum:
		return definition.EnumValues[0].Name
	case ast.InputObject:
		fields := map[string]any{}
		for _, field := range definition.Fields {
			if field.Type.NonNull && field.DefaultValue == nil {
				fields[field.Name] = sample(schema, field.Type)
			}
		}
		return fields
	default:
		return map[string]any{
			"ID": "1", "Int": json.Number("1"), "Float": json.Number("1.5"), "String": "x", "Boolean": true, "DateTime": "2026-06-01T10:00:00Z", "Date": "2026-06-01", "LocalTime": "10:00",
		}[of.NamedType]
	}
}

// literal writes a value as a document does. "$v" is a variable.
func literal(schema *ast.Schema, value any, of *ast.Type) string {
	switch v := value.(type) {
	case []any:
		return "[" + literal(schema, v[0], of.Elem) + "]"
	case map[string]any:
		fields := []string{}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			fields = append(fields, name+": "+literal(schema, v[name], schema.Types[of.Name()].Fields.ForName(name).Type))
		}
		return "{" + strings.Join(fields, ", ") + "}"
	case string:
		if v == "$v" || schema.Types[of.Name()].Kind == ast.Enum {
			return v
		}
	}
	text, _ := json.Marshal(value)
	return string(text)
}

// holding is the value of the argument with leaf at the position.
func (p inputPosition) holding(leaf any) any {
	var put func(of *ast.Type, names []string) any
	put = func(of *ast.Type, names []string) any {
		if len(names) == 0 {
			return leaf
		}
		if of.Elem != nil {
			return []any{put(of.Elem, names)}
		}
		fields, _ := sample(p.schema, of).(map[string]any)
		fields[names[0]] = put(p.schema.Types[of.NamedType].Fields.ForName(names[0]).Type, names[1:])
		return fields
	}
	return put(p.argument.Type, p.names)
}

// document asks for the field with a variable of this type in this place.
func (p inputPosition) document(variable *ast.Type, value any) string {
	field := selection(p.schema, p.field, map[string]string{p.argument.Name: literal(p.schema, value, p.argument.Type)}, "__typename")
	return fmt.Sprintf("%s($v: %s) %s", p.operation, variable, fmt.Sprintf(p.around, field))
}

// asVariable sends the whole argument in a variable, and asLeaf the value alone.
func (p inputPosition) asVariable(leaf any) (document string, variables map[string]any) {
	return p.document(p.argument.Type, "$v"), map[string]any{"v": p.holding(leaf)}
}

func (p inputPosition) asLeaf(of *ast.Type, leaf any) (document string, variables map[string]any) {
	return p.document(of, p.holding("$v")), map[string]any{"v": leaf}
}

// asLiteral sends it all in the document.
func (p inputPosition) asLiteral(leaf any) (document string) {
	return strings.Replace(p.document(p.of, p.holding(leaf)), "($v: "+p.of.String()+")", "", 1)
}

func nullable(of *ast.Type) *ast.Type {
	loose := *of
	loose.NonNull = false
	return &loose
}

// Every enum of every input, in another case than its own.
func TestEnumsInVariablesMatchExactly(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	before := s.rows()
	walked := 0
	for _, p := range inputPositions(graph.Schema()) {
		enum := p.schema.Types[p.of.Name()]
		if enum.Kind != ast.Enum {
			continue
		}
		walked++
		right, path := sample(p.schema, p.of), ""
		var wrong any = strings.ToLower(enum.EnumValues[0].Name)
		if p.of.Elem != nil {
			wrong, path = []any{right.([]any)[0], wrong}, "[1]"
		}
		in := strings.Join(append([]string{"$v"}, p.names...), ".")
		for name, send := range map[string]func(any) (string, map[string]any){
			in + path:   p.asVariable,
			"$v" + path: func(leaf any) (string, map[string]any) { return p.asLeaf(p.of, leaf) },
		} {
			document, variables := send(wrong)
			a := s.ask(document, variables)
			says := fmt.Sprintf("Variable %q: %q is not a value of %s; expected one of %s",
				name, strings.ToLower(enum.EnumValues[0].Name), enum.Name, enum.EnumValues[0].Name)
			if a.code() != "BAD_USER_INPUT" || !strings.HasPrefix(a.Errors[0].Message, says) || a.Data != nil {
				t.Errorf("%s of %s: answered %s", name, document, a.body)
			}
			document, variables = send(right)
			if problems := graph.Examine(t.Context(), document, variables); problems != nil {
				t.Errorf("%s is refused when it is right: %v", document, problems)
			}
		}
	}
	if walked < 12 {
		t.Errorf("the schema has only %d enums in its inputs", walked)
	}
	same(t, "nothing was written", s.rows(), before)
}

// Every input that has a default and cannot be null: the default is not what an
// explicit null means.
func TestNullIsNoDefault(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	before := s.rows()
	walked := 0
	for _, p := range inputPositions(graph.Schema()) {
		if !p.of.NonNull || p.fallback == nil {
			continue
		}
		walked++
		loose := nullable(p.of)
		whole, variables := p.asVariable(nil)
		leaf, _ := p.asLeaf(loose, nil)
		defaulted := strings.Replace(leaf, "$v: "+loose.String(), "$v: "+loose.String()+" = "+p.fallback.String(), 1)
		isNull := strings.Replace(leaf, "$v: "+loose.String(), "$v: "+loose.String()+" = null", 1)
		for document, given := range map[string]map[string]any{
			whole: variables, leaf: {"v": nil}, defaulted: {"v": nil}, isNull: nil, p.asLiteral(nil): nil,
		} {
			a := s.ask(document, given)
			if a.code() != "BAD_USER_INPUT" || !strings.Contains(a.Errors[0].Message, "null is not a value of "+p.of.String()) || a.Data != nil {
				t.Errorf("%s with %v: answered %s", document, given, a.body)
			}
		}
		for _, absent := range []string{leaf, defaulted} {
			if problems := graph.Examine(t.Context(), absent, map[string]any{}); problems != nil {
				t.Errorf("%s is refused without the variable: %v", absent, problems)
			}
		}
	}
	if walked < 15 {
		t.Errorf("the schema has only %d defaults of what cannot be null", walked)
	}
	same(t, "nothing was written", s.rows(), before)
}

// Every input field that may be left out but not be null.
func TestNullIsRefusedWhereItMeansNothing(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	before := s.rows()
	walked := 0
	for _, p := range inputPositions(graph.Schema()) {
		if p.directives.ForName("notNull") == nil {
			continue
		}
		walked++
		whole, variables := p.asVariable(nil)
		leaf, null := p.asLeaf(p.of, nil)
		for document, given := range map[string]map[string]any{whole: variables, leaf: null, p.asLiteral(nil): nil} {
			a := s.ask(document, given)
			if a.code() != "BAD_USER_INPUT" || !strings.Contains(a.Errors[0].Message, "null is not allowed; omit it to keep the current value") || a.Data != nil {
				t.Errorf("%s with %v: answered %s", document, given, a.body)
			}
		}
		if problems := graph.Examine(t.Context(), leaf, nil); problems != nil {
			t.Errorf("%s is refused without the variable: %v", leaf, problems)
		}
	}
	if walked < 25 {
		t.Errorf("the schema refuses null in only %d fields", walked)
	}
	same(t, "nothing was written", s.rows(), before)
}

// A filter with a null in it lists what it lists without that field.
func TestNullNarrowsNoList(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.booked(s.student(nil), s.newSlot(day))
	s.newSlot(2 * day)
	walked := 0
	for _, p := range inputPositions(graph.Schema()) {
		if len(p.names) != 1 || p.of.NonNull || !strings.HasSuffix(p.argument.Type.Name(), "Filter") || p.around != "{ %s }" {
			continue
		}
		walked++
		ask := func(filter string) string {
			a := s.ask("{ all: "+selection(p.schema, p.field, map[string]string{p.argument.Name: filter}, "totalCount")+" }", nil)
			if a.Errors != nil {
				t.Errorf("%s: answered %s", p, a.body)
			}
			return a.body
		}
		same(t, p.String(), ask("{"+p.names[0]+": null}"), ask("{}"))
	}
	if walked < 15 {
		t.Errorf("there are only %d fields in filters", walked)
	}
}

// However a request comes, its variables are checked before anything is done.
func TestVariablesAreCheckedOnEveryTransport(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, slot := s.student(nil), s.newSlot(day)
	before := s.rows()
	const order = `query($d: OrderDirection!) { slots(orderBy: {field: START, direction: $d}) { nodes { start } } }`
	const dryRun = `mutation($s: ID!, $l: ID!, $d: Boolean) { bookSlot(input: {studentId: $s, slotId: $l, dryRun: $d}) { interview { id } } }`
	const first = `query($n: Int) { viewer { role } slots(first: $n) { totalCount } }`
	booking := in{"s": student, "l": slot, "d": nil}
	for _, test := range []struct {
		document  string
		variables in
		says      string
	}{
		{order, in{"d": "desc"}, `Variable "$d": "desc" is not a value of OrderDirection; expected one of ASC, DESC.`},
		{first, in{"n": "1"}, `Variable "$n": "1" is not a whole number from -2147483648 to 2147483647.`},
		{dryRun, booking, `Variable "$d": it is used as the argument "input.dryRun" of "bookSlot", where null is not a value of Boolean!; omit it to use the default, false.`},
	} {
		variables, err := json.Marshal(test.variables)
		if err != nil {
			t.Fatal(err)
		}
		query := url.Values{"query": {test.document}, "variables": {string(variables)}}.Encode()
		get, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"?"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		socket := s.connect()
		id := socket.begin(test.document, test.variables)
		_, event := s.open(test.document, test.variables).event()
		for transport, body := range map[string]string{
			"POST": s.ask(test.document, test.variables).body, "GET": s.send(get).body, "SSE": event, "WebSocket": string(socket.wants("error", id)),
		} {
			text, err := json.Marshal(test.says)
			if err != nil || !strings.Contains(body, `"message":`+string(text)) || !strings.Contains(body, "BAD_USER_INPUT") {
				t.Errorf("%s of %s: answered %s", transport, test.document, body)
			}
		}
	}
	same(t, "nothing was written", s.rows(), before)
}

// What is wrong with the shape of variables is named as well, all of it at once.
func TestVariablesOfAnotherShape(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	const document = `mutation($i: AddWeeklyAvailabilityInput!) { addWeeklyAvailability(input: $i) { errors { code } } }`
	weekly := func(set in) in {
		input := in{"interviewerId": "1", "startDate": "2026-06-01", "weekdays": []any{"MONDAY"}, "startTime": "10:00", "endTime": "11:00"}
		maps.Copy(input, set)
		return in{"i": input}
	}
	for _, test := range []struct {
		name      string
		variables in
		says      []string
	}{
		{"none", nil, []string{`Variable "$i": a value is missing; AddWeeklyAvailabilityInput! is expected.`}},
		{"null", in{"i": nil}, []string{`Variable "$i": null is not a value of AddWeeklyAvailabilityInput!.`}},
		{"a string", in{"i": "x"}, []string{`Variable "$i": "x" is not an object of AddWeeklyAvailabilityInput.`}},
		{"a list", in{"i": []any{in{}}}, []string{`Variable "$i": a list is not an object of AddWeeklyAvailabilityInput.`}},
		{"nothing in it", in{"i": in{"everyWeeks": 1}}, []string{
			`Variable "$i.interviewerId": a value is missing; ID! is expected.`,
			`Variable "$i.startDate": a value is missing; Date! is expected.`,
			`Variable "$i.weekdays": a value is missing; [Weekday!]! is expected.`,
			`Variable "$i.startTime": a value is missing; LocalTime! is expected.`,
			`Variable "$i.endTime": a value is missing; LocalTime! is expected.`,
		}},
		{"fields it has not", weekly(in{"weekday": 1, "__typename": "AddWeeklyAvailabilityInput"}), []string{
			`Variable "$i.__typename": AddWeeklyAvailabilityInput does not have this field.`,
			`Variable "$i.weekday": AddWeeklyAvailabilityInput does not have this field.`,
		}},
		{"null in a list", weekly(in{"weekdays": []any{"MONDAY", nil}}), []string{`Variable "$i.weekdays[1]": null is not a value of Weekday!.`}},
		{"a list in a list", weekly(in{"weekdays": []any{[]any{"MONDAY"}}}), []string{
			`Variable "$i.weekdays[0]": a list is not a value of Weekday; expected one of MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY.`,
		}},
		{"an object for a time", weekly(in{"startTime": in{"hour": 10}}), []string{
			`Variable "$i.startTime": an object is not a time of day; a string such as "14:30" is expected.`,
		}},
		{"two at once", weekly(in{"weekdays": "monday", "tags": []any{1}}), []string{
			`Variable "$i.weekdays": "monday" is not a value of Weekday; expected one of MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY.`,
			`Variable "$i.tags[0]": 1 is not a string.`,
		}},
	} {
		a := s.ask(document, test.variables)
		says := []string{}
		for _, problem := range a.Errors {
			says = append(says, problem.Message)
			same(t, test.name, problem.Extensions.Code, "BAD_USER_INPUT")
		}
		slices.Sort(says)
		slices.Sort(test.says)
		same(t, test.name, says, test.says)
	}
	a := s.ask(document, weekly(in{"weekdays": []any{"MONDAY", "x"}}))
	same(t, "the path", a.Errors[0].Path, []any{"variable", "i", "weekdays", 1.0})
	var payload struct{ AddWeeklyAvailability struct{ Errors []refused } }
	s.ask(document, weekly(in{"weekdays": "MONDAY"})).into(&payload)
	same(t, "one value for a list of one", payload.AddWeeklyAvailability.Errors[0].Code, "NOT_FOUND")
	if a := s.ask(document, weekly(in{"tags": make([]any, 50)})); len(a.Errors) != 20 || len(a.body) > 32<<10 {
		t.Errorf("%d errors in %d bytes", len(a.Errors), len(a.body))
	}
}
