package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// dialect matches words that texts for users must not contain. People are "they", and
// field terms replace coinages.
var dialect = regexp.MustCompile(`(?i)\b(he|him|his|himself|whom|whoever|what came of|came of|came to\.|comes? to nothing|became of|whatever became|` +
	`(is|are|was|were|been) told|tells of|heard of|told apart|said no|says no to|no good|for ever|as ever|as it must be|as it were|` +
	`left standing|what stands on|anew|dearer|dearest|mended|gives way|let happen|let go of|but for|for (it|that) (is|counts|looks)|` +
	`to be had|in vain|to speak of|for want of|knows? nothing of|of which below|how one sees|who asks|is nobody|` +
	`not chosen|under way|with nobody in the way)\b`)

func TestUserTextIsPlainEnglish(t *testing.T) {
	t.Parallel()
	texts := documentsIn(t)
	schema, err := os.ReadFile(root + "/schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	texts["schema.graphqls"] = string(schema)
	for name, text := range texts {
		for i, line := range strings.Split(text, "\n") {
			if found := dialect.FindString(line); found != "" {
				t.Errorf("%s:%d contains %q: %s", name, i+1, found, line)
			}
		}
	}
}

// gendered matches gendered pronouns. People are "they" in tests and comments, too.
var gendered = regexp.MustCompile(`(?i)\b(he|him|his|himself)\b`)

// TestCodeIsGenderNeutral checks the comments, names and strings of all Go files.
func TestCodeIsGenderNeutral(t *testing.T) {
	t.Parallel()
	files := token.NewFileSet()
	read := 0
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "node_modules":
			return filepath.SkipDir
		case entry.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "house/language_test.go"):
			return nil
		}
		file, err := parser.ParseFile(files, name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		read++
		says := func(at token.Pos, text string) {
			if found := gendered.FindString(text); found != "" && text != `"he"` { // the language code of Hebrew
				t.Errorf("%s contains %q", files.Position(at), found)
			}
		}
		for _, comments := range file.Comments {
			says(comments.Pos(), comments.Text())
		}
		ast.Inspect(file, func(node ast.Node) bool {
			switch n := node.(type) {
			case *ast.Ident:
				says(n.Pos(), n.Name)
			case *ast.BasicLit:
				says(n.Pos(), n.Value)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if read < 300 {
		t.Errorf("read only %d files, want at least 300", read)
	}
}

// TestMessagesArePlainEnglish checks all string literals of the program.
func TestMessagesArePlainEnglish(t *testing.T) {
	t.Parallel()
	files := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "generated" || entry.Name() == "node_modules" || entry.Name() == "testdata"):
			return filepath.SkipDir
		case entry.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if text, is := node.(*ast.BasicLit); is && text.Kind == token.STRING {
				if found := dialect.FindString(text.Value); found != "" {
					t.Errorf("%s contains %q", files.Position(text.Pos()), found)
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
