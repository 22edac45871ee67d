package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// attempts are the parameter types of functions that run in a transaction. Each attempt
// gets its own value.
var attempts = []string{"Tx", "CalendarChange", "slotAttempt", "interviewChange"}

// A function that runs in a transaction may be retried. An outer variable would keep its
// value from an attempt that was rolled back, so the function must return its result.
func TestTransactionsAssignNoOuterVariables(t *testing.T) {
	t.Parallel()
	files := token.NewFileSet()
	functions := 0
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			fn, ok := node.(*ast.FuncLit)
			if !ok || !runsInTransaction(fn) {
				return true
			}
			functions++
			for _, name := range capturedAssignments(fn) {
				t.Errorf("%s: the function of a transaction assigns %s, which is declared outside it; return the result instead",
					files.Position(fn.Pos()), name)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if functions < 20 {
		t.Errorf("found %d functions that run in transactions, want at least 20", functions)
	}
}

func runsInTransaction(fn *ast.FuncLit) bool {
	return slices.ContainsFunc(fn.Type.Params.List, func(parameter *ast.Field) bool {
		pointer, ok := parameter.Type.(*ast.StarExpr)
		if !ok {
			return false
		}
		switch of := pointer.X.(type) {
		case *ast.Ident:
			return slices.Contains(attempts, of.Name)
		case *ast.SelectorExpr:
			return slices.Contains(attempts, of.Sel.Name)
		}
		return false
	})
}

// capturedAssignments returns the outer variables that fn assigns, directly or through a
// field or element.
func capturedAssignments(fn *ast.FuncLit) []string {
	var captured []string
	assigns := func(target ast.Expr) {
		if root := rootOf(target); root != nil && root.Obj != nil && root.Obj.Kind == ast.Var &&
			(root.Obj.Pos() < fn.Pos() || root.Obj.Pos() > fn.End()) {
			captured = append(captured, root.Name)
		}
	}
	ast.Inspect(fn.Body, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.AssignStmt:
			if node.Tok != token.DEFINE {
				for _, target := range node.Lhs {
					assigns(target)
				}
			}
		case *ast.IncDecStmt:
			assigns(node.X)
		case *ast.RangeStmt:
			if node.Tok == token.ASSIGN {
				assigns(node.Key)
				assigns(node.Value)
			}
		}
		return true
	})
	return captured
}

func rootOf(target ast.Expr) *ast.Ident {
	switch target := target.(type) {
	case *ast.Ident:
		return target
	case *ast.SelectorExpr:
		return rootOf(target.X)
	case *ast.IndexExpr:
		return rootOf(target.X)
	case *ast.StarExpr:
		return rootOf(target.X)
	case *ast.ParenExpr:
		return rootOf(target.X)
	default:
		return nil
	}
}

func TestCapturedAssignmentsAreFound(t *testing.T) {
	t.Parallel()
	source := `package p
func f() {
	var a, b, c int
	var d struct{ x []int }
	run(func(tx *store.Tx) (int, error) {
		own := 1
		own, e := 2, 3
		a = own
		b++
		d.x[0] = e
		func() { c += 1 }()
		return own, nil
	})
}`
	file, err := parser.ParseFile(token.NewFileSet(), "p.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	ast.Inspect(file, func(node ast.Node) bool {
		if fn, ok := node.(*ast.FuncLit); ok && runsInTransaction(fn) {
			found = append(found, capturedAssignments(fn)...)
		}
		return true
	})
	if want := []string{"a", "b", "d", "c"}; !slices.Equal(found, want) {
		t.Errorf("capturedAssignments() = %v, want %v", found, want)
	}
}
