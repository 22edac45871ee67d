package house_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	namedFile   = regexp.MustCompile("`([\\w./-]+\\.(?:go|sql|mjs))`")
	namedSymbol = regexp.MustCompile("`\\*?([a-z]+)\\.([A-Z]\\w*)")
	packageName = regexp.MustCompile(`(?m)^package (\w+)`)
	declaration = regexp.MustCompile(`(?m)^(?:func (?:\([^)]*\) )?|type |var |const |\t)(\w+)`)
)

// TestDocumentsNameCodeThatExists looks for each file and each exported name of a package
// that the documents name, except in the changelog, which is about old code as well.
func TestDocumentsNameCodeThatExists(t *testing.T) {
	t.Parallel()
	files, declared := sourcesOfTree(t)
	named := 0
	for document, text := range documentsIn(t) {
		if document == "CHANGELOG.md" {
			continue
		}
		text = fenced.ReplaceAllString(text, "")
		for _, match := range namedFile.FindAllStringSubmatch(text, -1) {
			named++
			if !strings.Contains(files, "/"+match[1]+"\n") {
				t.Errorf("%s names the file %s, which does not exist", document, match[1])
			}
		}
		for _, match := range namedSymbol.FindAllStringSubmatch(text, -1) {
			names, ours := declared[match[1]]
			if !ours {
				continue
			}
			named++
			if !names[match[2]] {
				t.Errorf("%s names %s.%s, which does not exist", document, match[1], match[2])
			}
		}
	}
	if named < 100 {
		t.Errorf("only %d names were found; are the documents read?", named)
	}
}

// sourcesOfTree returns the paths of all files, each preceded by a slash and followed by a
// line break, and the names that the packages declare, by the name of the package.
func sourcesOfTree(t *testing.T) (files string, declared map[string]map[string]bool) {
	t.Helper()
	var paths strings.Builder
	declared = map[string]map[string]bool{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git"):
			return fs.SkipDir
		case entry.IsDir():
			return nil
		}
		inTree, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		paths.WriteString("/" + filepath.ToSlash(inTree) + "\n")
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if clause := packageName.FindSubmatch(text); clause != nil {
			names := declared[string(clause[1])]
			if names == nil {
				names = map[string]bool{}
				declared[string(clause[1])] = names
			}
			for _, match := range declaration.FindAllSubmatch(text, -1) {
				names[string(match[1])] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths.String(), declared
}
