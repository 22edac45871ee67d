//go:build unix

package cli

import (
	"strings"
	"testing"
)

// A server waits for a database that is away when it starts.
func TestServerWaitsForTheDatabase(t *testing.T) {
	t.Parallel()
	db, env := external(t)
	proxy := db.Proxy(t)
	proxy.Leave()
	r := launch(t, newDataFolder(t), append(env, "DATABASE_URL="+proxy.DSN)...)
	r.awaitLog("waiting for the database", 3)
	mustContain(t, "the log", r.stderr.String(), "check that Postgres runs")
	proxy.Return()
	r.awaitGreeting()
	mustContain(t, "the log", r.stderr.String(), "the database responds")
	mustContain(t, "the answer", r.ask("{ bookingPolicy { interviewLimit } }"), `"interviewLimit":15`)
	r.stop()
}

// A server that waits for its database can be stopped.
func TestWaitingServerStops(t *testing.T) {
	t.Parallel()
	db, env := external(t)
	proxy := db.Proxy(t)
	proxy.Leave()
	r := launch(t, newDataFolder(t), append(env, "DATABASE_URL="+proxy.DSN)...)
	r.awaitLog("waiting for the database", 1)
	go r.readRest()
	r.stop()
}

// Waiting ends after DATABASE_WAIT. It does not begin if only a person can mend the error.
func TestServerDoesNotWait(t *testing.T) {
	t.Parallel()
	db, env := external(t)
	proxy := db.Proxy(t)
	proxy.Leave()
	for _, c := range []struct{ name, url, says string }{
		{"the time is over", proxy.DSN, "check that Postgres runs"},
		{"a missing database", asURL(t, db.With("dbname", "nowhere").DSN), "check the user, the password and the database"},
		{"a user who may not log in", asURL(t, db.With("user", "nobody_of_this_name").DSN), "check the user, the password and the database"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			wait := "1h"
			if c.url == proxy.DSN {
				wait = "1ms"
			}
			code, _, errs := runOnce(t, newDataFolder(t), append(env, "DATABASE_URL="+c.url, "DATABASE_WAIT="+wait))
			if code != exitFault || (wait == "1h" && strings.Contains(errs, "waiting for")) {
				t.Errorf("got exit code %d and %s", code, errs)
			}
			mustContain(t, "the error", errs, c.says)
		})
	}
}
