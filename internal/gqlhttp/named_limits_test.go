package gqlhttp

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestNamedLimits checks that every limit that an error names is described, once.
func TestNamedLimits(t *testing.T) {
	t.Parallel()
	described := map[string]bool{}
	for _, l := range NamedLimits() {
		if described[l.Name] || l.Counts == "" || l.Max < 1 && l.Variable == "" {
			t.Errorf("%s is described twice or not completely: %+v", l.Name, l)
		}
		described[l.Name] = true
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		for _, match := range regexp.MustCompile(`exceeds\("(\w+)"`).FindAllStringSubmatch(string(text), -1) {
			named++
			if !described[match[1]] {
				t.Errorf("%s: NamedLimits lacks %s", name, match[1])
			}
		}
	}
	if named < 15 {
		t.Errorf("only %d limits are checked in the code; is it read?", named)
	}
}
