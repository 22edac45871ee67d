package house_test

import (
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	fenced  = regexp.MustCompile("(?ms)^ *```.*?^ *```")
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	anchor  = regexp.MustCompile(`<a id="([^"]+)">`)
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	dropped = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
)

// TestDocumentLinks follows the links between the documents, to files
// and to headings.
func TestDocumentLinks(t *testing.T) {
	t.Parallel()
	documents := documentsIn(t)
	followed := 0
	for name, text := range documents {
		for _, match := range link.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
			target, err := url.Parse(match[1])
			if err != nil || target.IsAbs() {
				continue
			}
			followed++
			file := name
			if target.Path != "" {
				file = path.Join(path.Dir(name), target.Path)
			}
			if _, err := os.Stat(filepath.Join(root, file)); err != nil {
				t.Errorf("%s links to %s, which does not exist", name, match[1])
				continue
			}
			if linked, is := documents[file]; is && target.Fragment != "" && !anchorsOf(linked)[target.Fragment] {
				t.Errorf("%s links to %s, but %s has no such heading", name, match[1], file)
			}
		}
	}
	if followed < 100 {
		t.Errorf("the documents have only %d links; want at least 100", followed)
	}
}

var conflict = regexp.MustCompile(`(?m)^(<<<<<<<|>>>>>>>) `)

func TestDocumentsHaveNoConflictMarkers(t *testing.T) {
	t.Parallel()
	for name, text := range documentsIn(t) {
		if mark := conflict.FindString(text); mark != "" {
			t.Errorf("%s has a line that begins with %q, from a merge", name, mark)
		}
	}
}

// TestIndexListsEveryPage looks for each page of docs in docs/README.md.
func TestIndexListsEveryPage(t *testing.T) {
	t.Parallel()
	documents := documentsIn(t)
	index := documents["docs/README.md"]
	for name := range documents {
		page, is := strings.CutPrefix(name, "docs/")
		if is && page != "README.md" && !strings.Contains(index, "]("+page+")") {
			t.Errorf("docs/README.md does not list %s", page)
		}
	}
}

// documentsIn returns the text of each document by its path from the root.
func documentsIn(t *testing.T) map[string]string {
	t.Helper()
	documents := map[string]string{}
	tree := os.DirFS(root)
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", "examples/*.md"} {
		names, err := fs.Glob(tree, pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := fs.ReadFile(tree, name)
			if err != nil {
				t.Fatal(err)
			}
			documents[name] = string(text)
		}
	}
	return documents
}

// anchorsOf returns the fragments that a document's headings have on GitHub, and
// its explicit anchors.
func anchorsOf(document string) map[string]bool {
	anchors := map[string]bool{}
	for _, match := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(document, ""), -1) {
		name := dropped.ReplaceAllString(strings.ToLower(match[1]), "")
		anchors[strings.ReplaceAll(name, " ", "-")] = true
	}
	for _, match := range anchor.FindAllStringSubmatch(document, -1) {
		anchors[match[1]] = true
	}
	return anchors
}
