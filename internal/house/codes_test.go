package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"rehearse/internal/booking"
	"rehearse/internal/errorcode"
)

// TestCodesAreSpelledOnce looks for literals of error and refusal codes outside their lists.
// Tests spell codes as clients do. Statuses and other enums may share a word with a code, as
// constants of their own.
func TestCodesAreSpelledOnce(t *testing.T) {
	t.Parallel()
	codes := map[string]bool{}
	for _, code := range errorcode.All() {
		codes[string(code.Code)] = true
	}
	for _, code := range booking.RefusalCodes() {
		codes[string(code.Code)] = true
	}
	spelled := 0
	for _, folder := range []string{"graph", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "generated"):
				return fs.SkipDir
			case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(node ast.Node) bool {
				if group, is := node.(*ast.GenDecl); is && group.Tok == token.CONST {
					spelled++
					return false
				}
				if literal, is := node.(*ast.BasicLit); is && literal.Kind == token.STRING {
					if text, err := strconv.Unquote(literal.Value); err == nil && codes[text] {
						t.Errorf("%s spells %s; use the constant", path, text)
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(codes) < 30 || spelled < 50 {
		t.Errorf("only %d codes and %d groups of constants were found; is the code read?", len(codes), spelled)
	}
}
