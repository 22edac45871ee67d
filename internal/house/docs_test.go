package house_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocumentsNameTestsThatExist looks for each test that the documents name.
func TestDocumentsNameTestsThatExist(t *testing.T) {
	t.Parallel()
	exist := functionsOfTests(t)
	named := 0
	for name, text := range documentsIn(t) {
		for _, match := range regexp.MustCompile("`((Test|Fuzz|Benchmark)[A-Z][A-Za-z0-9]*)`").FindAllStringSubmatch(text, -1) {
			named++
			if !exist[match[1]] {
				t.Errorf("%s names %s, which does not exist", name, match[1])
			}
		}
	}
	if named < 40 {
		t.Errorf("the documents name only %d tests; want at least 40", named)
	}
}

var (
	metric      = regexp.MustCompile(`\b((?:rehearse|go_sql)_\w+)(?:\{([^}]*)\})?`)
	metricLabel = regexp.MustCompile(`(\w+)!?=`)
	metricRow   = regexp.MustCompile("(?m)^\\| `(\\w+)` \\| \\w+ \\| ([^|]*) \\|")
	metricPart  = regexp.MustCompile(`_(bucket|sum|count)$`) // of a histogram
)

// TestDocumentsNameMetricsThatExist looks for each metric and label that the documents name in
// the generated list of metrics.
func TestDocumentsNameMetricsThatExist(t *testing.T) {
	t.Parallel()
	documents := documentsIn(t)
	labels := labelsOfMetrics(documents)
	named := 0
	for document, text := range documents {
		if found := checkMetrics(t, labels, document, text); document != metricsPage {
			named += found
		}
	}
	if named < 20 {
		t.Errorf("the documents name only %d metrics; want at least 20", named)
	}
}

const metricsPage = "docs/reference/metrics.md"

// labelsOfMetrics returns the labels of each metric, as the generated list has them.
func labelsOfMetrics(documents map[string]string) map[string]string {
	labels := map[string]string{}
	for _, row := range metricRow.FindAllStringSubmatch(documents[metricsPage], -1) {
		labels[row[1]] = row[2]
	}
	return labels
}

// checkMetrics fails the test for each metric and label in the text that does not exist. It
// returns the number of metrics in the text.
func checkMetrics(t *testing.T, labels map[string]string, file, text string) (named int) {
	t.Helper()
	for _, match := range metric.FindAllStringSubmatch(text, -1) {
		named++
		name := match[1]
		if _, exists := labels[name]; !exists {
			name = metricPart.ReplaceAllString(name, "")
		}
		known, exists := labels[name]
		if !exists {
			t.Errorf("%s names the metric %s, which does not exist", file, match[1])
		}
		for _, label := range metricLabel.FindAllStringSubmatch(match[2], -1) {
			ofBuckets := label[1] == "le" && name != match[1]
			if exists && !ofBuckets && !strings.Contains(known, "`"+label[1]+"`") {
				t.Errorf("%s names the label %s of the metric %s, which has %s", file, label[1], name, known)
			}
		}
	}
	return named
}

func functionsOfTests(t *testing.T) map[string]bool {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
	exist := map[string]bool{}
	forEachTestFile(t, func(path string) error {
		text, err := os.ReadFile(path)
		for _, match := range declared.FindAllStringSubmatch(string(text), -1) {
			exist[match[1]] = true
		}
		return err
	})
	return exist
}

// forEachTestFile calls f with the path of each Go file of tests. An error fails the test.
func forEachTestFile(t *testing.T, f func(path string) error) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git"):
			return fs.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		default:
			return f(path)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}
