package bench

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

var docs = flag.String("docs", "", "a directory of Markdown files whose tables, between <!-- bench:NAME --> and <!-- /bench -->, are replaced")

// table is the result of a benchmark.
type table struct {
	by     string   // header of the first column; empty for contenders
	header []string // the other columns
	rows   [][]string
	notes  []string // such as omitted contenders
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// publish prints the table and replaces it in the document that contains its markers.
func (w *world) publish(b *testing.B, t table) {
	b.Helper()
	b.ReportMetric(0, "ns/op") // meaningless over a whole comparison
	name := strings.TrimPrefix(b.Name(), "Benchmark")
	if t.by != "" {
		t.by = ", by " + t.by
	}
	t.header = append([]string{name + t.by}, t.header...)
	fmt.Print("\n", t.text(), "\n") // b.Log would truncate it
	if *docs == "" {
		return
	}
	begin, end := fmt.Sprintf("<!-- bench:%s -->\n", name), "<!-- /bench -->"
	files, err := filepath.Glob(filepath.Join(*docs, "*.md"))
	if err != nil {
		b.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		before, rest, found := strings.Cut(string(text), begin)
		_, after, closed := strings.Cut(rest, end)
		if !found || !closed {
			continue
		}
		replaced := before + begin + t.markdown() + "\n" + w.circumstances(b) + "\n" + end + after
		if err := os.WriteFile(file, []byte(replaced), 0o644); err != nil {
			b.Fatal(err)
		}
		return
	}
	b.Fatalf("no document in %s has the markers of this table: %s%s", *docs, begin, end)
}

func (t table) text() string {
	var out bytes.Buffer
	tabs := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{t.header}, t.rows...) {
		fmt.Fprintln(tabs, strings.Join(row, "\t"))
	}
	_ = tabs.Flush()
	return out.String() + strings.Join(t.notes, "\n")
}

func (t table) markdown() string {
	var out strings.Builder
	line := func(cells []string) { fmt.Fprintf(&out, "| %s |\n", strings.Join(cells, " | ")) }
	line(t.header)
	out.WriteString(strings.Repeat("|---", len(t.header)) + "|\n")
	for _, row := range t.rows {
		line(row)
	}
	for _, note := range t.notes {
		fmt.Fprintf(&out, "\n%s\n", note)
	}
	return out.String()
}

// circumstances describes the date, the commit, the machine and the versions of a
// measurement.
func (w *world) circumstances(b *testing.B) string {
	b.Helper()
	said := func(program string, args ...string) string {
		out, err := exec.CommandContext(b.Context(), program, args...).Output()
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(out))
	}
	commit := said("git", "rev-parse", "--short", "HEAD")
	if said("git", "status", "--porcelain", "--", "..", ":!../docs") != "" {
		commit += " with changes"
	}
	facts := []string{
		time.Now().UTC().Format(time.DateOnly), "commit " + commit, fmt.Sprintf("%d cores", runtime.NumCPU()), runtime.Version(),
	}
	if w != nil {
		var postgres string
		if err := w.pool.QueryRow(context.Background(), "SELECT current_setting('server_version')").Scan(&postgres); err != nil {
			b.Fatal(err)
		}
		facts = append(facts, "Postgres "+strings.Fields(postgres)[0])
	}
	if node := said(nodeProgram, "--version"); node != "" {
		facts = append(facts, "node "+node)
	}
	return "*" + strings.Join(facts, ", ") + "*"
}
