package store_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// bounded is the first migration that must not lock an existing table while it reads or writes
// all of its rows.
const bounded = 44

// lockingStatements are the statements that lock a table for a long time, and what to write
// instead.
var lockingStatements = []struct{ pattern, instead string }{
	{`CREATE (UNIQUE )?INDEX (IF NOT EXISTS )?\w+ ON (\w+)`, "CREATE INDEX CONCURRENTLY, with -- +goose NO TRANSACTION"},
	{`DROP INDEX (IF EXISTS )?[a-z]`, "DROP INDEX CONCURRENTLY, with -- +goose NO TRANSACTION"},
	{`ALTER TABLE (\w+)[^;]* TYPE `, "a new column"},
	{`ALTER TABLE (\w+)[^;]* SET NOT NULL`, "a CHECK that is NOT VALID, and VALIDATE CONSTRAINT in the next migration"},
	{`ALTER TABLE (\w+)[^;]* ADD (CONSTRAINT \w+ )?(UNIQUE \(|PRIMARY KEY \(|EXCLUDE )`, "UNIQUE USING INDEX, with an index that was created CONCURRENTLY"},
	{`ALTER TABLE (\w+)[^;]* ADD (CONSTRAINT \w+ )?(CHECK|FOREIGN KEY)[^;]*\)( [A-Z ]+)?(,|;)`, "NOT VALID, and VALIDATE CONSTRAINT in the next migration"},
	{`ALTER TABLE (\w+)[^;]* ADD COLUMN [^;]*(random|clock_timestamp|nextval|GENERATED)`, "a column without a computed default, and a migration that fills it in batches"},
	{`(UPDATE|DELETE FROM) [a-z]\w* `, "a migration in Go that works in batches"},
}

var (
	sqlComment   = regexp.MustCompile(`--[^\n]*`)
	functionBody = regexp.MustCompile(`(?s)AS \$\w*\$.*?\$\w*\$`) // runs later
	createdTable = regexp.MustCompile(`CREATE TABLE (?:IF NOT EXISTS )?(\w+)`)
)

// lockingIn returns what to write instead of the statements that lock an existing table for a long
// time.
func lockingIn(migration string) (instead []string) {
	text := functionBody.ReplaceAllString(sqlComment.ReplaceAllString(migration, " "), " ")
	text = strings.Join(strings.Fields(text), " ")
	var created []string // tables of the migration itself, which nobody uses
	for _, match := range createdTable.FindAllStringSubmatch(text, -1) {
		created = append(created, match[1])
	}
	for _, one := range lockingStatements {
		for _, match := range regexp.MustCompile(one.pattern).FindAllStringSubmatch(text, -1) {
			if strings.Contains(match[0], " NOT VALID") || slices.ContainsFunc(match[1:], func(s string) bool { return slices.Contains(created, s) }) {
				continue
			}
			instead = append(instead, one.instead)
		}
	}
	return instead
}

// A migration of a large school locks each table for a moment only.
func TestMigrationsDoNotLockForLong(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*/0*.sql")
	if err != nil || !slices.ContainsFunc(files, func(file string) bool { return filepath.Dir(file) == "contract" }) {
		t.Fatalf("the files are %v, %v", files, err)
	}
	for _, file := range files {
		version, err := strconv.Atoi(filepath.Base(file)[:5])
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if instead := lockingIn(string(text)); version >= bounded && len(instead) > 0 {
			t.Errorf("%s locks a table for a long time; use %s", file, strings.Join(instead, "; "))
		}
	}
}

func TestLockingStatementsAreFound(t *testing.T) {
	t.Parallel()
	for statement, locking := range map[string]bool{
		"CREATE INDEX slots_by ON slots (by);":                                    true,
		"CREATE UNIQUE INDEX IF NOT EXISTS slots_by ON slots (by);":               true,
		"CREATE INDEX CONCURRENTLY slots_by ON slots (by);":                       false,
		"CREATE TABLE rooms (id bigint); CREATE INDEX rooms_by ON rooms (id);":    false,
		"DROP INDEX slots_by;":                                                    true,
		"DROP INDEX CONCURRENTLY slots_by;":                                       false,
		"ALTER TABLE slots ALTER COLUMN id TYPE bigint;":                          true,
		"ALTER TABLE slots ALTER COLUMN id SET NOT NULL;":                         true,
		"ALTER TABLE slots ADD CONSTRAINT slots_key UNIQUE (id);":                 true,
		"ALTER TABLE slots ADD CONSTRAINT slots_key UNIQUE USING INDEX slots_id;": false,
		"ALTER TABLE slots ADD CONSTRAINT positive CHECK (id > 0);":               true,
		"ALTER TABLE slots ADD CONSTRAINT positive CHECK (id > 0) NOT VALID;":     false,
		"ALTER TABLE slots VALIDATE CONSTRAINT positive;":                         false,
		"ALTER TABLE slots ADD COLUMN room text;":                                 false,
		"ALTER TABLE slots ADD COLUMN room int NOT NULL DEFAULT 0;":               false,
		"ALTER TABLE slots ADD COLUMN token float DEFAULT random();":              true,
		"UPDATE slots SET room = '';":                                             true,
		"CREATE FUNCTION f() AS $$ UPDATE slots SET x = 1; $$;":                   false,
		"-- UPDATE slots are\nSELECT 1;":                                          false,
	} {
		if got := lockingIn(statement); (len(got) > 0) != locking {
			t.Errorf("%s: got %q, want locking %t", statement, got, locking)
		}
	}
}
