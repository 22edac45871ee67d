//go:build unix

package cli

import (
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rehearse/internal/localpg"
	"rehearse/internal/pgtest"
	"rehearse/internal/scratch"
)

// A backup that is made while clients book contains everything that was committed before it
// began. A restored school continues with the ids, the keys, the events and the holds.
func TestBackupUnderLoad(t *testing.T) {
	t.Parallel()
	c := newCrashes(t, false)
	_, wait := c.load()
	c.awaitAnswers(50)
	before := c.rows(c.openDatabase())
	loaded := filepath.Join(scratch.Dir(t), "loaded")
	out := mustRun(t, c.data, nil, "backup", loaded)
	if want := "every invariant holds\nbacked up " + c.data + " to " + loaded + "\n"; out != want {
		t.Errorf("got the output %q, want %q", out, want)
	}
	c.awaitAnswers(1) // the server still runs
	c.enough.Store(true)
	wait()
	after := c.rows(c.databaseIn(loaded)) // a backup is a data folder
	for row := range before {
		if !after[row] {
			t.Errorf("the backup lacks %s, which was committed before it began", row)
		}
	}
	if len(before) == 0 {
		t.Error("nothing was committed before the backup began")
	}

	// Without a server, the command runs Postgres itself, and the whole database is the same.
	c.server.stop()
	quiet := filepath.Join(scratch.Dir(t), "quiet")
	mustRun(t, c.data, nil, "backup", quiet)
	if diff := cmp.Diff(c.tables(c.openDatabase()), c.tables(c.restored(quiet))); diff != "" {
		t.Errorf("tables (-original +restored):\n%s", diff)
	}
}

// restored restores a backup, checks the school and its key, and returns the database.
func (c *crashes) restored(backup string) *sql.DB {
	c.t.Helper()
	data := newDataFolder(c.t)
	mustContain(c.t, "restore", mustRun(c.t, data, nil, "restore", backup), "restored "+backup+" to "+data)
	if out := mustRun(c.t, data, nil, "check"); out != "every invariant holds\n" {
		c.t.Errorf("check: got %s", out)
	}
	for _, folder := range []string{backup, data} {
		if got, want := content(c.t, folder, "token.key"), content(c.t, c.data, "token.key"); got != want {
			c.t.Errorf("the key in %s differs from the original one", folder)
		}
	}
	return c.databaseIn(data)
}

// databaseIn returns the database in a data folder, after starting its server.
func (c *crashes) databaseIn(data string) *sql.DB {
	c.t.Helper()
	server, err := localpg.Start(c.t.Context(), localpg.Options{DataDir: data, Env: os.Getenv})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = server.Stop() })
	return pgtest.Database{DSN: server.DSN(databaseName)}.SQL(c.t)
}

func content(t *testing.T, folder, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// rows returns what is never changed once it is committed: the ids of interviews, the events, and
// the stored responses of keys.
func (c *crashes) rows(db *sql.DB) map[string]bool {
	c.t.Helper()
	are := map[string]bool{}
	c.each(db, `SELECT 'interview ' || id FROM interviews
		UNION ALL SELECT 'event ' || to_jsonb(e)::text FROM events e
		UNION ALL SELECT 'key ' || key || answer::text FROM idempotency_keys WHERE answer IS NOT NULL`, func(rows *sql.Rows) error {
		var row string
		err := rows.Scan(&row)
		are[row] = true
		return err
	})
	return are
}

// tables returns the number of rows and a digest of each logged table and sequence. log_cnt says
// how a sequence is logged, and not what it returns next.
func (c *crashes) tables(db *sql.DB) map[string]string {
	c.t.Helper()
	are := map[string]string{}
	var names []string
	c.each(db, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S') AND relpersistence = 'p'", func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	})
	for _, name := range names {
		c.each(db, "SELECT count(*) || ' ' || coalesce(md5(string_agg(r, ',' ORDER BY r)), '') FROM (SELECT (to_jsonb(t) - 'log_cnt')::text AS r FROM (SELECT * FROM "+name+") t) AS rows", func(rows *sql.Rows) error {
			var digest string
			err := rows.Scan(&digest)
			are[name] = digest
			return err
		})
	}
	if are["holds"] == "" || are["holds"] == "0 " {
		c.t.Error("the school has no hold")
	}
	return are
}

// A restored folder is a data folder: a server continues with it, and its files are private.
func TestRestoredSchoolContinues(t *testing.T) {
	t.Parallel()
	data, backup, restored := newDataFolder(t), filepath.Join(scratch.Dir(t), "backup"), newDataFolder(t)
	r := start(t, data)
	mustRun(t, data, nil, "backup", backup)
	token := tokenOf(t, data, nil, "--role", "student", "--id", "101")
	r.stop()
	mustRun(t, restored, nil, "restore", backup)
	r = start(t, restored)
	if status, body := r.askAs(token, "{ viewer { person { ... on Student { name } } } }"); status != 200 || !strings.Contains(body, "Nora Newcomer") {
		t.Errorf("a token from before the backup: got %d and %s", status, body)
	}
	r.stop()
	for _, folder := range []string{backup, filepath.Join(restored, "pgdata")} {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := entry.Info()
			if err == nil && info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s has the mode %v, want only its owner to have access", path, info.Mode())
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// The commands refuse what they cannot do in one line, and leave everything as it is.
func TestInvalidBackupsAndRestores(t *testing.T) {
	t.Parallel()
	data, folder := newDataFolder(t), scratch.Dir(t)
	path := func(name string) string { return filepath.Join(folder, name) }
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("taken", "")
	write("interrupted.partial", "")
	write("full/notes.txt", "")
	write("old/pgdata/PG_VERSION", "13\n")
	write("running/pgdata/PG_VERSION", "18\n")
	write("running/pgdata/postmaster.pid", "")
	write("broken/pgdata/base", "")
	mustRun(t, data, nil, "migrate")
	external := "DATABASE_URL=postgres://user@127.0.0.1:1/school"
	before := entries(folder)
	for name, test := range map[string]struct {
		data string
		env  []string
		args []string
		code int
		says []string
	}{
		"a backup that exists":               {data, nil, []string{"backup", path("taken")}, exitFault, []string{path("taken") + " exists"}},
		"a backup that was interrupted":      {data, nil, []string{"backup", path("interrupted")}, exitFault, []string{path("interrupted.partial") + " exists"}},
		"a backup in no folder":              {data, nil, []string{"backup", path("none/new")}, exitFault, []string{path("none/new.partial"), "no such file or directory"}},
		"a backup in a file":                 {data, nil, []string{"backup", path("taken/new")}, exitFault, []string{"not a directory"}},
		"a backup of nothing":                {path("nothing"), nil, []string{"backup", path("backup")}, exitFault, []string{"it contains no database", "rehearse serve"}},
		"a backup of an external database":   {data, []string{external}, []string{"backup", path("backup")}, exitConfiguration, []string{"DATABASE_URL is set", "pg_dump", "docs/how-to/back-up.md"}},
		"a restore of an external database":  {data, []string{external}, []string{"restore", path("old")}, exitConfiguration, []string{"DATABASE_URL is set", "pg_dump", "docs/how-to/back-up.md"}},
		"an upgrade of an external database": {data, []string{external}, []string{"upgrade-postgres"}, exitConfiguration, []string{"DATABASE_URL is set", "docs/how-to/upgrade.md"}},
		"an upgrade of nothing":              {path("nothing"), nil, []string{"upgrade-postgres"}, exitFault, []string{"it contains no database", "rehearse serve"}},
		"a restore over data":                {data, nil, []string{"restore", path("old")}, exitFault, []string{"the data folder " + data + " is not empty", "DATA_DIR"}},
		"a restore over something":           {path("full"), nil, []string{"restore", path("old")}, exitFault, []string{"it contains notes.txt"}},
		"a restore of nothing":               {path("new"), nil, []string{"restore", path("nothing")}, exitFault, []string{path("nothing") + " is not a backup"}},
		"a restore of a folder":              {path("new"), nil, []string{"restore", path("full")}, exitFault, []string{path("full") + " is not a backup"}},
		"a restore of a file":                {path("new"), nil, []string{"restore", path("taken")}, exitFault, []string{"not a directory"}},
		"a restore of half a backup":         {path("new"), nil, []string{"restore", path("broken")}, exitFault, []string{"is not a Postgres cluster"}},
		"a restore of a running database":    {path("new"), nil, []string{"restore", path("running")}, exitFault, []string{path("running") + " is in use"}},
		"a restore of another major version": {path("new"), nil, []string{"restore", path("old")}, exitFault, []string{path("old"), "was created by Postgres 13", "install Postgres 13"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := runOnce(t, test.data, test.env, test.args...)
			if code != test.code || out != "" || strings.Count(errs, "\n") != 1 {
				t.Errorf("got exit code %d, %q and %q, want exit code %d and one line", code, out, errs, test.code)
			}
			mustContain(t, "the error", errs, test.says...)
			if entries(path("new")) != nil {
				t.Errorf("the command made %v", entries(path("new")))
			}
		})
	}
	_ = os.Remove(path("new")) // an empty data folder may remain
	if diff := cmp.Diff(before, entries(folder)); diff != "" {
		t.Errorf("files (-before +after):\n%s", diff)
	}
}

// A copy that violates an invariant does not become a backup. It stays, because the database is
// not better.
func TestBackupOfUnsoundSchool(t *testing.T) {
	t.Parallel()
	data, backup := newDataFolder(t), filepath.Join(scratch.Dir(t), "backup")
	mustRun(t, data, nil, "sample")
	server, err := localpg.Start(t.Context(), localpg.Options{DataDir: data, Env: os.Getenv})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Stop() }()
	db := pgtest.Database{DSN: server.DSN(databaseName)}.SQL(t)
	if _, err := db.ExecContext(t.Context(), "UPDATE students SET interviews_counted = 7 WHERE id = 101"); err != nil {
		t.Fatal(err)
	}
	code, out, errs := runOnce(t, data, nil, "backup", backup)
	if code != exitFault || strings.Contains(out, "backed up") {
		t.Errorf("got exit code %d and %s", code, out)
	}
	mustContain(t, "the error", errs, "1 rows violate an invariant, in the database and in the copy; the copy stays in "+backup+".partial")
	if entries(backup) != nil || entries(backup+".partial") == nil {
		t.Errorf("got the files %v and %v", entries(backup), entries(backup+".partial"))
	}

	// Nor is the copy restored. A copy whose files are damaged is refused as well.
	restored := newDataFolder(t)
	wantRefused := func(says string) {
		t.Helper()
		code, out, errs := runOnce(t, restored, nil, "restore", backup+".partial")
		if code != exitFault || strings.Contains(out, "restored") || !strings.Contains(errs, says) {
			t.Errorf("got exit code %d, %q and %q, want exit code %d and an error with %q", code, out, errs, exitFault, says)
		}
		if files := entries(restored); !slices.Equal(files, []string{"lock"}) {
			t.Errorf("got the files %v, want only the lock", files)
		}
	}
	wantRefused("1 rows violate an invariant, so " + backup + ".partial was not restored")
	if err := os.Truncate(filepath.Join(backup+".partial", "pgdata", "global", "pg_control"), 100); err != nil {
		t.Fatal(err)
	}
	wantRefused("pg_control")

	// The rows of an older schema cannot be checked before its migration.
	if _, err := db.ExecContext(t.Context(), "DELETE FROM goose_db_version WHERE version_id = 43"); err != nil {
		t.Fatal(err)
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	mustContain(t, "the restore of an older schema", mustRun(t, restored, nil, "restore", data),
		"the backup lacks 1 migrations, so its rows were not checked", "restored "+data)
}
