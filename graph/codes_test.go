package graph_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rehearse/graph"
	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
)

// constants returns the values of the constants of each string type of a package,
// including constants that convert another one.
func constants(t *testing.T, folder string) map[string][]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v", folder, err)
	}
	var specs []*ast.ValueSpec
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range file.Decls {
			if group, is := declaration.(*ast.GenDecl); is && group.Tok == token.CONST {
				for _, spec := range group.Specs {
					specs = append(specs, spec.(*ast.ValueSpec))
				}
			}
		}
	}
	named, values := map[string]string{}, map[string][]string{}
	for _, spec := range specs {
		if len(spec.Values) != 1 {
			continue
		}
		if literal, is := spec.Values[0].(*ast.BasicLit); is && literal.Kind == token.STRING {
			named[spec.Names[0].Name], _ = strconv.Unquote(literal.Value)
		}
	}
	for _, spec := range specs {
		name := spec.Names[0].Name
		of, typed := spec.Type.(*ast.Ident)
		if len(spec.Values) == 1 {
			if call, is := spec.Values[0].(*ast.CallExpr); is {
				of, typed = call.Fun.(*ast.Ident)
				if converted, is := call.Args[0].(*ast.Ident); is {
					named[name] = named[converted.Name]
				}
			}
		}
		if text, known := named[name]; typed && known {
			values[of.Name] = append(values[of.Name], text)
		}
	}
	return values
}

// The metrics know every code that a response can have.
func TestVocabularyHasEveryCode(t *testing.T) {
	t.Parallel()
	v := gqlhttp.NewVocabulary()
	for _, list := range []struct {
		name            string
		declared, known []string
	}{
		{"errors", append(constants(t, "../internal/errorcode")["Code"], "CANCELED"), v.Codes},
		{"refusals", constants(t, "../internal/booking")["RefusalCode"], v.Refusals},
	} {
		t.Run(list.name, func(t *testing.T) {
			t.Parallel()
			slices.Sort(list.declared)
			slices.Sort(list.known)
			if diff := cmp.Diff(list.declared, list.known); diff != "" {
				t.Errorf("codes (-declared +known):\n%s", diff)
			}
		})
	}
	slices.Sort(v.Faults)
	if diff := cmp.Diff([]string{"INTERNAL", "OUTCOME_UNKNOWN", "TIMEOUT", "UNAVAILABLE"}, v.Faults); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	if !slices.Contains(v.Codes, "QUERY_TOO_COMPLEX") || !slices.Contains(v.Codes, "DOCUMENT_NOT_TRUSTED") {
		t.Errorf("codes = %v", v.Codes)
	}
}

// The type of each refusal is the one whose description names its code; PlainError has the
// others. docs/reference/errors.md relies on the descriptions.
func TestTypesOfRefusalsNameTheirCodes(t *testing.T) {
	t.Parallel()
	schema := loadSchema(t)
	at := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	for _, code := range booking.RefusalCodes() {
		var named []string
		for _, of := range schema.GetPossibleTypes(schema.Types["UserError"]) {
			if strings.Contains(of.Description, "`"+string(code.Code)+"`") {
				named = append(named, of.Name)
			}
		}
		if len(named) == 0 {
			named = []string{"PlainError"}
		}
		got := reflect.TypeOf(graph.UserErrorOf(booking.Refusal{
			Code: code.Code, Eligibility: &booking.Eligibility{}, Earliest: &at, Deadline: &at,
		})).Name()
		if !slices.Equal(named, []string{got}) {
			t.Errorf("%s is a %s; the schema names it at %v", code.Code, got, named)
		}
	}
}

var boundEnum = regexp.MustCompile(`(?m)^  (\w+):\n    model: rehearse/(internal/\w+)\.(\w+)\n    enum_values:\n((?:      .+\n)+)`)

// An enum of the schema has exactly the values of its Go type. A value that is added to
// one of them alone fails the test. Kinds of e-mail are spelt like the files of their templates.
func TestEnumsMatchGoTypes(t *testing.T) {
	t.Parallel()
	config, err := os.ReadFile("../gqlgen.yml")
	if err != nil {
		t.Fatal(err)
	}
	schema := graph.Schema()
	bound := map[string][]string{} // values by Go type: several enums may share one
	for _, match := range boundEnum.FindAllStringSubmatch(string(config), -1) {
		enum, folder, of := match[1], match[2], match[3]
		for _, value := range schema.Types[enum].EnumValues {
			bound[folder+"."+of] = append(bound[folder+"."+of], value.Name)
		}
	}
	if len(bound) < 10 {
		t.Errorf("%d enums are bound", len(bound))
	}
	for name, values := range bound {
		folder, of, _ := strings.Cut(name, ".")
		var inGo []string
		for _, value := range constants(t, filepath.Join("..", folder))[of] {
			inGo = append(inGo, strings.ToUpper(strings.ReplaceAll(value, "-", "_")))
		}
		slices.Sort(inGo)
		slices.Sort(values)
		if diff := cmp.Diff(inGo, slices.Compact(values)); diff != "" {
			t.Errorf("%s (-Go +schema):\n%s", name, diff)
		}
	}
}
