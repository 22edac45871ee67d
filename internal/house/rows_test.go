package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// TestRowsAreSubtests looks for loops over the rows of a table, which is a literal of structs.
// It rejects a loop that fails the test outside a subtest: its rows could not be run alone.
func TestRowsAreSubtests(t *testing.T) {
	t.Parallel()
	files := token.NewFileSet()
	tables := 0
	forEachTestFile(t, func(path string) error {
		parsed, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, declared := range parsed.Decls {
			test, ok := declared.(*ast.FuncDecl)
			if !ok || test.Recv != nil || !strings.HasPrefix(test.Name.Name, "Test") {
				continue
			}
			ast.Inspect(test, func(node ast.Node) bool {
				if loop, is := node.(*ast.RangeStmt); is && isTable(loop.X) {
					tables++
					if failsWithoutSubtest(loop.Body) {
						t.Errorf("%s: the rows of %s are not subtests", files.Position(loop.Pos()), test.Name.Name)
					}
				}
				// A subtest may have a loop of its own: it can be run alone.
				return !isSubtest(node)
			})
		}
		return nil
	})
	if tables < 100 {
		t.Errorf("found %d tables, want at least 100", tables)
	}
}

// isTable reports whether an expression is a literal of a slice or a map of structs.
func isTable(x ast.Expr) bool {
	literal, is := x.(*ast.CompositeLit)
	if !is {
		return false
	}
	var row ast.Expr
	switch of := literal.Type.(type) {
	case *ast.ArrayType:
		row = of.Elt
	case *ast.MapType:
		row = of.Value
	}
	_, is = row.(*ast.StructType)
	return is
}

// isSubtest reports whether a node is a call of Run with a function.
func isSubtest(node ast.Node) bool {
	call, is := node.(*ast.CallExpr)
	if !is || len(call.Args) != 2 {
		return false
	}
	selector, is := call.Fun.(*ast.SelectorExpr)
	return is && selector.Sel.Name == "Run"
}

// failsWithoutSubtest reports whether a body calls a method that fails a test, or the function
// same, outside subtests.
func failsWithoutSubtest(body *ast.BlockStmt) (fails bool) {
	ast.Inspect(body, func(node ast.Node) bool {
		if call, is := node.(*ast.CallExpr); is {
			switch fun := call.Fun.(type) {
			case *ast.SelectorExpr:
				fails = fails || slices.Contains([]string{"Error", "Errorf"}, fun.Sel.Name) && isName(fun.X, "t")
			case *ast.Ident:
				fails = fails || fun.Name == "same"
			}
		}
		return !isSubtest(node)
	})
	return fails
}

func isName(x ast.Expr, name string) bool {
	ident, is := x.(*ast.Ident)
	return is && ident.Name == name
}
