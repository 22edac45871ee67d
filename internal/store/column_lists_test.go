package store_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	// insertsRows matches an insert whose columns come from a row type.
	insertsRows = regexp.MustCompile(`(?:\.insert\(|load\(ctx, tx, )"(\w+)"`)
	// insertsList matches an insert that lists its columns.
	insertsList = regexp.MustCompile(`INSERT INTO (\w+)(?: AS \w+)? \([a-z_]+,`)
)

// The columns of each table are listed once: by a row type, or by one insert of a table
// whose rows the store never reads as a whole.
func TestInsertsListColumnsOnce(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	lists, fromRows := map[string]string{}, map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, insert := range insertsRows.FindAllStringSubmatch(string(text), -1) {
			fromRows[insert[1]] = true
		}
		for _, insert := range insertsList.FindAllStringSubmatch(string(text), -1) {
			if other, twice := lists[insert[1]]; twice {
				t.Errorf("%s and %s both list the columns of %s", other, file, insert[1])
			}
			lists[insert[1]] = file
		}
	}
	for table, file := range lists {
		if fromRows[table] {
			t.Errorf("%s lists the columns of %s, which has a row type", file, table)
		}
	}
	for _, table := range []string{"interviews", "events", "slot_history", "booking_refusals"} {
		if !fromRows[table] {
			t.Errorf("no insert into %s from a row type was found", table)
		}
	}
	if lists["holds"] == "" {
		t.Error("the list of the insert into holds was not found")
	}
}
