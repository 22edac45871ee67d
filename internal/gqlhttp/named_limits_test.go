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
	var source strings.Builder
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(text)
	}
	names := map[string]bool{}
	for _, match := range regexp.MustCompile(`\t(limit\w+) += "(\w+)"`).FindAllStringSubmatch(source.String(), -1) {
		names[match[1]] = true
		if !described[match[2]] {
			t.Errorf("NamedLimits lacks %s", match[2])
		}
	}
	checks := regexp.MustCompile(`\bexceeds\(([^,]+), "`).FindAllStringSubmatch(source.String(), -1)
	for _, match := range checks {
		if !names[match[1]] {
			t.Errorf("exceeds is called with %s, which is not the constant of a name", match[1])
		}
	}
	if len(checks) < 15 {
		t.Errorf("only %d limits are checked in the code; is it read?", len(checks))
	}
}
