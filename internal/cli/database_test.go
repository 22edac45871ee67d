//go:build unix

package cli

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"rehearse/internal/pgtest"
)

// entries returns the names in a folder, or none if it does not exist.
func entries(folder string) (names []string) {
	found, _ := os.ReadDir(folder)
	for _, entry := range found {
		names = append(names, entry.Name())
	}
	return names
}

// Commands that only read create no folder, cluster, table or key, and need no server
// configuration.
func TestReadOnlyCommandsWriteNothing(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"check": {"check"}, "export": {"export", "students"}, "token": {"token", "--role", "admin", "--id", "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := newDataFolder(t)
			code, _, errs := runOnce(t, data, nil, args...)
			if code != exitFault || entries(data) != nil {
				t.Errorf("got exit code %d and the files %v", code, entries(data))
			}
			mustContain(t, name, errs, data, "rehearse serve")
		})
	}
	for _, args := range [][]string{{"help"}, {"--help"}, {"check", "--help"}, {"import", "-h"}, {"version"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			data := newDataFolder(t)
			code, out, errs := runOnce(t, data, []string{"MIGRATE=maybe"}, args...)
			if code != 0 || out == "" || errs != "" || entries(data) != nil {
				t.Errorf("got exit code %d, the output %q and the files %v", code, out+errs, entries(data))
			}
		})
	}
}

func TestCommandsOnWrongSchemaVersion(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	sql := db.SQL(t)
	set := func(statement string) {
		t.Helper()
		if _, err := sql.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{"DATABASE_URL=" + asURL(t, db.DSN)} // without a token key
	data := newDataFolder(t)
	if code, out, errs := runOnce(t, data, env, "check"); code != 0 || entries(data) != nil {
		t.Errorf("check: got exit code %d, %s%s and the files %v", code, out, errs, entries(data))
	}
	wantFault := func(t *testing.T, env []string, says string, args ...string) {
		t.Helper()
		code, _, errs := runOnce(t, data, env, args...)
		if code != exitFault || !strings.Contains(errs, says) {
			t.Errorf("got exit code %d and %s, want exit code %d and %q", code, errs, exitFault, says)
		}
	}
	set("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, true)")
	for _, args := range [][]string{
		{"check"}, {"export", "students"}, {"migrate"}, {"sample"}, {"extend"}, {"import", "students", asFile(t, "name,email\n")}, {"serve"},
	} {
		t.Run(args[0]+" on a newer schema", func(t *testing.T) {
			wantFault(t, append(env, secretOfTests), "newer than this program", args...)
		})
	}
	set("DELETE FROM goose_db_version WHERE version_id >= 15")
	for _, args := range [][]string{{"check"}, {"export", "students"}} {
		t.Run(args[0]+" on an older schema", func(t *testing.T) { wantFault(t, env, "rehearse migrate", args...) })
	}
	set("DROP SCHEMA public CASCADE")
	set("CREATE SCHEMA public")
	for _, args := range [][]string{{"check"}, {"export", "students"}} {
		t.Run(args[0]+" on an empty database", func(t *testing.T) { wantFault(t, env, "no schema yet", args...) })
	}
	var tables int
	if err := sql.QueryRowContext(t.Context(), "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace").Scan(&tables); err != nil || tables != 0 {
		t.Errorf("the commands created %d tables: %v", tables, err)
	}
}

// asURL returns the address of a test database in the form of DATABASE_URL.
func asURL(t *testing.T, dsn string) string {
	t.Helper()
	if strings.HasPrefix(dsn, "postgres") {
		return dsn
	}
	c, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("postgres://%s@/%s?host=%s&port=%d&sslmode=disable", c.User, c.Database, c.Host, c.Port)
}

// A user without permissions gets an error with the GRANT statement. After the GRANT, the
// command works.
func TestMissingGrants(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	sql := db.SQL(t)
	set := func(statement string) {
		t.Helper()
		if _, err := sql.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(statement, err)
		}
	}
	var name string
	if err := sql.QueryRowContext(t.Context(), "SELECT current_database()").Scan(&name); err != nil {
		t.Fatal(err)
	}
	user := "visitor_of_" + name
	set("CREATE ROLE " + user + " LOGIN")
	t.Cleanup(func() {
		if _, err := sql.ExecContext(context.Background(), "DROP OWNED BY "+user+"; DROP ROLE "+user); err != nil {
			t.Error(err)
		}
	})
	env := []string{"DATABASE_URL=" + strings.Replace(asURL(t, db.DSN), "postgres@", user+"@", 1), secretOfTests, "MIGRATE=off"}
	says := func(part string, args ...string) {
		t.Helper()
		code, _, errs := runOnce(t, newDataFolder(t), env, args...)
		if code != exitFault || !strings.Contains(errs, part) || !strings.Contains(errs, user) {
			t.Errorf("%v: got exit code %d, want the output to contain %s: %s", args, code, part, errs)
		}
	}
	says("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public", "check")
	set("GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + user)
	if code, out, errs := runOnce(t, newDataFolder(t), env, "check"); code != 0 {
		t.Errorf("check with SELECT granted: got exit code %d and %s%s", code, out, errs)
	}
	says("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public", "serve")
	set("GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO " + user)
	set("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO " + user) // but not SELECT
	says("the database user lacks privileges on events_id_seq", "serve")
	set("REVOKE CONNECT ON DATABASE " + name + " FROM PUBLIC")
	says("GRANT CONNECT ON DATABASE", "check")
	set("GRANT CONNECT, CREATE ON DATABASE " + name + " TO " + user)
	set("DROP SCHEMA public CASCADE")
	set("CREATE SCHEMA public")
	set("GRANT USAGE ON SCHEMA public TO " + user)
	says("GRANT USAGE, CREATE ON SCHEMA public", "migrate")
	set("GRANT USAGE, CREATE ON SCHEMA public TO " + user)
	if code, out, errs := runOnce(t, newDataFolder(t), env, "migrate"); code != 0 {
		t.Errorf("migrate after the GRANT: got exit code %d and %s%s", code, out, errs)
	}
}
