package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// outages are the SQLSTATEs, or their classes, with which Postgres says that it cannot serve
// anybody at the moment, and what an operator does about each. A longer prefix goes first.
var outages = []struct{ prefix, advice string }{
	{"08", "check the network between this server and Postgres"},
	{"25006", "DATABASE_URL leads to a standby or a read-only database; name the primary, or add target_session_attrs=read-write"},
	{"53100", "the disk of Postgres is full; make room"},
	{"53200", "Postgres is out of memory; give it more, or lower work_mem or the number of connections"},
	{"53300", "Postgres has no connection left; raise its max_connections or lower DATABASE_MAX_CONNS of each server"},
	{"53", "Postgres is short of a resource; its log says which"},
	{"57P01", adviceStart}, // it stops
	{"57P02", adviceStart}, // it has crashed
	{"57P03", adviceStart}, // it starts or stops
	{"57P04", "the database was dropped; restore it, or correct DATABASE_URL"},
	{"57P05", "Postgres ended an idle session; raise its idle_session_timeout"},
	{"58", adviceInstallation},
}

const (
	adviceInstallation = "the programs of Postgres were replaced under the running server, or are damaged; restart Postgres, and reinstall it if that does not help"
	adviceStart        = "Postgres was stopped or is restarting, and its log says why; start it again unless it does"
	adviceReach        = "check that Postgres runs and that DATABASE_URL leads to it"
	adviceEnter        = "check the user, the password and the database of DATABASE_URL, and pg_hba.conf of Postgres"
	adviceGrant        = "grant the user of DATABASE_URL what it lacks; `rehearse serve` names the GRANT at its start"
	adviceTables       = "run `rehearse migrate`, and `rehearse check` after it"
)

// Advice says what an operator does about an error with which the database cannot be used.
func Advice(err error) string {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return adviceReach
	}
	if advice, is := outage(pg); is {
		return advice
	}
	if pg.Code == insufficientPrivilege {
		return adviceGrant
	}
	switch pg.Code[:min(2, len(pg.Code))] {
	case "28", "3D":
		return adviceEnter
	case "42":
		return adviceTables
	}
	return adviceReach
}

// outage finds what an operator does about an error that is nobody's request's fault.
func outage(pg *pgconn.PgError) (advice string, is bool) {
	if pg.Code == "08P01" && !ends(pg) { // a message of ours that Postgres does not understand
		return "", false
	}
	for _, o := range outages {
		if strings.HasPrefix(pg.Code, o.prefix) {
			return o.advice, true
		}
	}
	// A module that does not fit the server has no code of its own.
	return adviceInstallation, pg.File == "dfmgr.c"
}

// ends reports whether an error ends the session.
func ends(pg *pgconn.PgError) bool {
	severity := pg.SeverityUnlocalized
	if severity == "" {
		severity = pg.Severity
	}
	return severity == "FATAL" || severity == "PANIC"
}

func isTimeout(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == queryCanceled
	}
	return errors.Is(err, context.DeadlineExceeded)
}

func isUnavailable(err error) bool {
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) { // whatever the server said: it let nobody in
		return true
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		// What ends the session, whatever it says: Postgres stops, or a pooler that has
		// let us in cannot reach it, for which pgbouncer has no code of its own.
		_, is := outage(pg)
		return is || ends(pg)
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
