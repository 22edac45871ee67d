//go:build unix

package cli

import (
	"crypto/ecdsa"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"rehearse/internal/doctor"
	"rehearse/internal/localpg"
	"rehearse/internal/mailtest"
	"rehearse/internal/pgtest"
	"rehearse/internal/scratch"
)

// passwordOfTests is in the URLs of the database and the mail server.
const passwordOfTests = "hunter2"

// deployment is a production-like deployment: a Postgres server with its usual settings, which
// asks for passwords, a user who does not own the tables, a certificate, an issuer of tokens, a
// mail server and a collector of traces.
type deployment struct {
	t      *testing.T
	server *localpg.Server
	admin  *sql.DB
	env    []string
}

func newDeployment(t *testing.T) *deployment {
	t.Helper()
	d := &deployment{t: t}
	d.startPostgres()
	keys := filepath.Join(t.TempDir(), "tls")
	if err := os.Mkdir(keys, 0o700); err != nil {
		t.Fatal(err)
	}
	key := writeCertificateUntil(t, keys, "localhost", time.Now().Add(60*24*time.Hour))
	relay := &mailtest.Relay{User: "me", Password: passwordOfTests}
	d.env = []string{
		"DATABASE_URL=" + d.url("school"), "MIGRATE=off",
		"TLS_CERT_FILE=" + filepath.Join(keys, "cert.pem"), "TLS_KEY_FILE=" + filepath.Join(keys, "key.pem"),
		"OIDC_ISSUER=" + startIssuer(t, key), "JWT_AUDIENCE=rehearse",
		serverURL("smtp", relay.Start(t, nil, false)), fromOfTests, "PUBLIC_URL=https://localhost",
		"OTEL_EXPORTER_OTLP_ENDPOINT=" + collectTraces(t).url,
	}
	return d
}

// startPostgres starts a server with the database school.
func (d *deployment) startPostgres() {
	d.t.Helper()
	folder := scratch.Dir(d.t)
	access := filepath.Join(folder, "access.conf")
	if err := os.WriteFile(access, []byte("local all postgres trust\nlocal all all scram-sha-256\n"), 0o644); err != nil {
		d.t.Fatal(err)
	}
	var err error
	d.server, err = localpg.Start(d.t.Context(), localpg.Options{
		DataDir: filepath.Join(folder, "data"), Env: os.Getenv,
		Settings: map[string]string{"hba_file": access, "max_connections": "100"},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = d.server.Stop() })
	d.admin = pgtest.Database{DSN: d.server.DSN("postgres")}.SQL(d.t)
	d.run("CREATE ROLE rehearse LOGIN PASSWORD '" + passwordOfTests + "'")
	d.run("CREATE DATABASE school")
	mustRun(d.t, newDataFolder(d.t), []string{"DATABASE_URL=" + asURL(d.t, d.server.DSN("school"))}, "migrate")
	d.on("school", "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO rehearse; GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO rehearse")
}

func (d *deployment) run(statement string) {
	d.t.Helper()
	if _, err := d.admin.ExecContext(d.t.Context(), statement); err != nil {
		d.t.Fatal(statement, err)
	}
}

// on executes a statement in a database as its owner.
func (d *deployment) on(database, statement string) {
	d.t.Helper()
	db, err := sql.Open("pgx", d.server.DSN(database))
	if err != nil {
		d.t.Fatal(err)
	}
	defer db.Close() // a database with connections cannot be copied
	if _, err := db.ExecContext(d.t.Context(), statement); err != nil {
		d.t.Fatal(statement, err)
	}
}

// url returns the DATABASE_URL of the user who does not own the tables.
func (d *deployment) url(database string) string {
	return strings.Replace(asURL(d.t, d.server.DSN(database)), "postgres@", "rehearse:"+passwordOfTests+"@", 1)
}

// copy returns the DATABASE_URL of a copy of the school, changed by a statement.
func (d *deployment) copy(name, statement string) string {
	d.t.Helper()
	d.run("CREATE DATABASE " + name + " TEMPLATE school")
	d.on(name, statement)
	return "DATABASE_URL=" + d.url(name)
}

// startIssuer starts an issuer of tokens with a key.
func startIssuer(t *testing.T, key *ecdsa.PrivateKey) string {
	t.Helper()
	pages := http.NewServeMux()
	issuer := httptest.NewServer(pages)
	t.Cleanup(issuer.Close)
	page := func(path string, content any) {
		pages.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(content)
		})
	}
	page("/.well-known/openid-configuration", map[string]string{"issuer": issuer.URL, "jwks_uri": issuer.URL + "/keys"})
	page("/keys", jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "1", Use: "sig"}}})
	return issuer.URL
}

// examined runs the command with additional variables, and returns what it found.
func (d *deployment) examined(t *testing.T, env ...string) (code int, findings []doctor.Finding, stderr string) {
	t.Helper()
	code, out, errs := runOnce(t, newDataFolder(t), append(append([]string{}, d.env...), env...), "doctor", "--json")
	if err := json.Unmarshal([]byte(out), &findings); err != nil {
		t.Fatalf("%v: got %s%s", err, out, errs)
	}
	for _, f := range findings {
		if f.Check == "" || f.Found == "" || (f.Advice == "") != (f.Level == doctor.OK) || strings.Contains(f.Found+f.Advice, "\n") {
			t.Errorf("got the finding %+v, want a name, what was found and, if it is not ok, what to do", f)
		}
	}
	if strings.Contains(out+errs, passwordOfTests) {
		t.Errorf("the output contains a secret: %s%s", out, errs)
	}
	return code, findings, errs
}

// A healthy deployment has no problem, in both formats. Each line has a level, a check and what
// was found.
func TestDoctorOfHealthyDeployment(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	code, findings, errs := d.examined(t)
	if code != 0 || errs != "" {
		t.Errorf("got exit code %d and %s, want exit code 0", code, errs)
	}
	checks := []string{
		"database", "version of Postgres", "encoding", "writes", "durability", "timeouts", "connections", "schema", "extension", "privileges",
		"audit log", "wake-ups", "clock", "webhook deliveries", "e-mail queue", "certificate", "tokens", "sign-in", "mail server", "public URL", "traces",
	}
	if len(findings) != len(checks) {
		t.Errorf("got %d findings, want one for each of %v", len(findings), checks)
	}
	for i, f := range findings {
		want := doctor.OK
		if f.Check == "public URL" { // a test has no public name
			want = doctor.Warning
		}
		if f.Level != want || i < len(checks) && f.Check != checks[i] {
			t.Errorf("got %+v, want the level %s and the check %s", f, want, checks[min(i, len(checks)-1)])
		}
	}
	out := mustRun(t, newDataFolder(t), d.env, "doctor")
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(lines) != len(checks) {
		t.Errorf("got %d lines, want %d:\n%s", len(lines), len(checks), out)
	}
	mustContain(t, "the output", out, "ok       database: database school at ", ", as rehearse\n", "ok       mail server: ",
		"ok       certificate: the certificate is valid for 59 more days", "\nwarning  public URL: PUBLIC_URL is https://localhost", "; set PUBLIC_URL to ")
	// What the configuration does not use is not checked, and the owner of the tables is reported.
	out = mustRun(t, newDataFolder(t), []string{"DATABASE_URL=" + asURL(t, d.server.DSN("school")), secretOfTests}, "doctor")
	mustContain(t, "the output for the owner", out, "warning  audit log: the user postgres is a superuser", "ok       tokens: JWT_SECRET verifies tokens")
	for _, unused := range []string{"e-mail queue", "certificate", "mail server", "public URL", "traces"} {
		if strings.Contains(out, unused+":") {
			t.Errorf("%s was checked, although the configuration does not use it:\n%s", unused, out)
		}
	}
}

// Each broken deployment is a healthy one with one fault; only the empty database has several. The
// command finds these faults and no others, says what to do, and exits with 1.
func TestDoctorOfBrokenDeployments(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	folder := func(name string, end time.Time) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		writeCertificateUntil(t, path, "localhost", end)
		return path
	}
	expired, other := folder("expired", time.Now().Add(-time.Hour)), folder("other", time.Now().Add(60*24*time.Hour))
	relay := (&mailtest.Relay{User: "me", Password: "another"}).Start(t, nil, false)
	relay.Password = passwordOfTests
	d.run("CREATE DATABASE old_encoding TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
	type fault struct{ found, advice string }
	for name, test := range map[string]struct {
		env   []string
		wants map[string]fault // by check
	}{
		"wrong password": {
			[]string{"DATABASE_URL=" + strings.Replace(d.url("school"), passwordOfTests, "wrong", 1)},
			map[string]fault{"database": {`password authentication failed for user "rehearse"`, "check the user, the password and the database of DATABASE_URL"}},
		},
		"database missing": {
			[]string{"DATABASE_URL=" + d.url("nowhere")},
			map[string]fault{"database": {`database "nowhere" does not exist`, "check the user, the password and the database of DATABASE_URL"}},
		},
		"no Postgres": {
			[]string{"DATABASE_URL=postgres://rehearse:" + passwordOfTests + "@127.0.0.1:1/school"},
			map[string]fault{"database": {"connection refused", "check that Postgres runs"}},
		},
		"schema too old": {
			[]string{d.copy("too_old", "DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)")},
			map[string]fault{"schema": {"1 migrations are missing, and MIGRATE is off", "run `rehearse migrate`"}},
		},
		"schema too new": {
			[]string{d.copy("too_new", "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, true)")},
			map[string]fault{"schema": {"the database has migration 9000, and this program has migrations up to ", "or a newer one"}},
		},
		"read-only database": {
			[]string{d.copy("read_only", "ALTER DATABASE read_only SET default_transaction_read_only = on")},
			map[string]fault{"writes": {"the database is read-only", "target_session_attrs=read-write"}},
		},
		"too few connections": {
			[]string{"DATABASE_MAX_CONNS=91"},
			map[string]fault{"connections": {"1 server with 93 connections, and 8 for others, make 101; max_connections is 100", "raise max_connections, or lower DATABASE_MAX_CONNS"}},
		},
		"certificate expired": {
			[]string{"TLS_CERT_FILE=" + expired + "/cert.pem", "TLS_KEY_FILE=" + expired + "/key.pem"},
			map[string]fault{"certificate": {"the certificate expired at ", "renew the certificate"}},
		},
		"key of another certificate": {
			[]string{"TLS_KEY_FILE=" + other + "/key.pem"},
			map[string]fault{"certificate": {"private key does not match public key", "TLS_KEY_FILE to its private key"}},
		},
		"issuer unreachable": {
			[]string{"OIDC_ISSUER=http://127.0.0.1:1"},
			map[string]fault{"tokens": {"the keys of the issuer http://127.0.0.1:1 cannot be read", "check OIDC_ISSUER"}},
		},
		"SMTP login refused": {
			[]string{serverURL("smtp", relay)},
			map[string]fault{"mail server": {"the mail server " + relay.String() + " refuses the login", "check the user and the password in SMTP_URL"}},
		},
		"clock fast": {
			[]string{"AUTH=local", "CLOCK_OFFSET=45s"},
			map[string]fault{"clock": {"ahead of the database's, with a CLOCK_OFFSET of 45s", "remove CLOCK_OFFSET"}},
		},
		"missing grant": {
			[]string{d.copy("no_grant", "REVOKE DELETE ON holds FROM rehearse; REVOKE SELECT ON events_id_seq FROM rehearse")},
			map[string]fault{"privileges": {"the user rehearse lacks privileges on events_id_seq, holds", `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "rehearse"`}},
		},
		"nothing listens": {
			[]string{"DATABASE_LISTEN_URL=postgres://127.0.0.1:1/school"},
			map[string]fault{"wake-ups": {"notifications cannot be received", "check DATABASE_LISTEN_URL"}},
		},
		"empty database": {
			[]string{"DATABASE_URL=" + d.url("old_encoding")},
			map[string]fault{
				"encoding":  {"the encoding of the database is LATIN1", "ENCODING 'UTF8'"},
				"extension": {"the user rehearse may not create the extension btree_gist", `GRANT CREATE ON DATABASE "old_encoding" TO "rehearse"`},
				"schema":    {"the database has no schema yet, and MIGRATE is off", "run `rehearse migrate`"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, findings, errs := d.examined(t, test.env...)
			if want := fmt.Sprintf("rehearse: %d of %d findings are problems\n", len(test.wants), len(findings)); code != exitFault || errs != want {
				t.Errorf("got exit code %d and %q, want exit code %d and %q", code, errs, exitFault, want)
			}
			for _, f := range findings {
				want, is := test.wants[f.Check]
				if is != (f.Level == doctor.Problem) || !strings.Contains(f.Found, want.found) || !strings.Contains(f.Advice, want.advice) {
					t.Errorf("got %+v, want %+v", f, want)
				}
				delete(test.wants, f.Check)
			}
			if len(test.wants) > 0 {
				t.Errorf("not found: %v", test.wants)
			}
		})
	}
}

// Notifications from another database do not arrive, which slows servers but does not stop them.
func TestDoctorMissesNotifications(t *testing.T) {
	t.Parallel()
	db, env := external(t)
	other := pgtest.New(t)
	_, out, _ := runOnce(t, newDataFolder(t), append(env, "DATABASE_LISTEN_URL="+asURL(t, other.DSN)), "doctor")
	mustContain(t, "the output", out, "warning  wake-ups: notifications do not arrive through DATABASE_LISTEN_URL", "set DATABASE_LISTEN_URL to the same database")
	_, out, _ = runOnce(t, newDataFolder(t), append(env, "DATABASE_LISTEN_URL="+asURL(t, db.DSN)), "doctor")
	mustContain(t, "the output", out, "ok       wake-ups: ")
}

// A standby that cannot be read is a warning, because the primary serves its reads.
func TestDoctorOfStandbys(t *testing.T) {
	t.Parallel()
	primary, standby := pgtest.Replicated(t)
	env := []string{"DATABASE_URL=" + asURL(t, primary.DSN("postgres")), secretOfTests}
	for named, want := range map[string]string{
		primary.DSN("postgres"): "warning  standby: the primary serves all reads: ",
		standby.DSN("postgres"): "ok       standby: a standby serves lists and exports",
	} {
		out := ""
		for range 10 { // a busy machine may take longer than the limit of a check
			if _, out, _ = runOnce(t, newDataFolder(t), append(env, "DATABASE_REPLICA_URL="+asURL(t, named)), "doctor"); strings.Contains(out, want) {
				break
			}
		}
		mustContain(t, "the output", out, want)
	}
}

// The command counts the servers that run on the database. A pooler may give several of its
// connections the name of one session.
func TestDoctorCountsServers(t *testing.T) {
	t.Parallel()
	db, env := external(t)
	env = append(env, "DATABASE_MAX_CONNS=10")
	for range 2 {
		start(t, newDataFolder(t), env...)
	}
	var name string
	err := db.SQL(t).QueryRowContext(t.Context(),
		"SELECT min(application_name) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'rehearse change log %'").Scan(&name)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.With("application_name", name).SQL(t).PingContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, out, _ := runOnce(t, newDataFolder(t), env, "doctor")
	mustContain(t, "the output", out, "connections: 2 servers with 12 connections each, and 8 for others, make 32; max_connections is ")
}

// The built-in database need not exist yet, and the command does not create it.
func TestDoctorBeforeTheFirstStart(t *testing.T) {
	t.Parallel()
	data := newDataFolder(t)
	out := mustRun(t, data, nil, "doctor")
	mustContain(t, "the output", out, "ok       database: there is no database in "+data+" yet", "ok       tokens: ")
	if names := entries(data); names != nil {
		t.Errorf("the command created %v", names)
	}
}
