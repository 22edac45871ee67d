package store

import (
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// outages has advice for the operator for each SQLSTATE, or prefix of SQLSTATEs,
// which means that Postgres cannot serve requests. A longer prefix precedes a
// shorter one.
var outages = []struct{ prefix, advice string }{
	{"08P01", "look at the log of the connection pooler: it cannot reach Postgres, or refuses this server"}, // pgbouncer has no other code
	{"08", "check the network between this server and Postgres"},
	{"25006", "DATABASE_URL points to a standby or a read-only database; name the primary, or add target_session_attrs=read-write"},
	{"25P03", "this server was paused inside a transaction for too long; give it more CPU"},
	{"53100", "the disk of Postgres is full; free disk space"},
	{"53200", "Postgres is out of memory; give it more, or lower work_mem or the number of connections"},
	{"53300", "Postgres has no connection left; raise its max_connections or lower DATABASE_MAX_CONNS of each server"},
	{"53", "Postgres lacks a resource; see its log"},
	{"57P01", adviceStart}, // stopping
	{"57P02", adviceStart}, // crashed
	{"57P03", adviceStart}, // starting or stopping
	{"57P04", "the database was dropped; restore it, or correct DATABASE_URL"},
	{"57P05", "Postgres ended an idle session; raise its idle_session_timeout"},
	{"57", "the operator of Postgres intervened; see its log"},
	{"58", adviceInstallation},
	{"XX001", adviceDamage}, // of a table
	{"XX002", adviceDamage}, // of an index
	{"XX", "Postgres met an internal error; see its log"},
}

const (
	adviceInstallation = "the installed Postgres does not match the running server, or is damaged; restart Postgres, and reinstall it if that does not help"
	adviceStart        = "Postgres is stopping, starting or has crashed; see its log, and start it if it does not restart"
	adviceDamage       = "Postgres found damaged data; see its log, and restore a backup, or run REINDEX if only an index is damaged"
	adviceClocks       = "synchronise the clocks of the machines of this server and of Postgres, for example with NTP"
	adviceCertificate  = "set sslrootcert in DATABASE_URL to the certificate authority of Postgres, and the host to one that its certificate names"
	adviceConfirm      = "Postgres does not confirm commits: start the synchronous standby that it waits for, or change synchronous_standby_names"
	adviceReach        = "check that Postgres runs and that DATABASE_URL points to it"
	adviceEnter        = "check the user, the password and the database of DATABASE_URL, and pg_hba.conf of Postgres"
	adviceGrant        = "grant the missing privileges to the user of DATABASE_URL; `rehearse serve` prints the GRANT"
	adviceTables       = "run `rehearse migrate`, and `rehearse check` after it"
)

// Advice returns what an operator can do about an error that makes the database
// unusable.
func Advice(err error) string {
	if errors.Is(err, errSkewed) {
		return adviceClocks
	}
	if errors.Is(err, errUnconfirmed) {
		return adviceConfirm
	}
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &certificate) {
		return adviceCertificate
	}
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

// outage returns the advice for an error that no request causes, and whether the error
// is one.
func outage(pg *pgconn.PgError) (advice string, is bool) {
	if pg.Code == "08P01" && !ends(pg) { // a protocol error of this client
		return "", false
	}
	for _, o := range outages {
		if strings.HasPrefix(pg.Code, o.prefix) {
			return o.advice, true
		}
	}
	// Postgres has no code for a module that does not match the server.
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

// awayError reports that the database was found to be away. It hides timeouts of the probe that
// found it: the request itself has not exceeded its limit.
type awayError struct{ cause error }

func (e awayError) Error() string { return ErrUnavailable.Error() + ": " + e.cause.Error() }

// Is makes it an ErrUnavailable.
func (awayError) Is(target error) bool { return target == ErrUnavailable }

// As returns an error of Postgres or of its certificate, for the Advice.
func (e awayError) As(target any) bool {
	switch target := target.(type) {
	case **pgconn.PgError:
		return errors.As(e.cause, target)
	case **tls.CertificateVerificationError:
		return errors.As(e.cause, target)
	}
	return false
}

func isTimeout(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == queryCanceled
	}
	return errors.Is(err, context.DeadlineExceeded)
}

// isUnconfirmed reports whether a commit that failed with err may have been made. An error that
// Postgres reports says that it was not, unless the error ends the session: then the commit may
// have preceded it. The end of an idle transaction precedes the commit.
func isUnconfirmed(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return ends(pg) && pg.Code != idleInTransaction
	}
	return !isStale(err) && (isTimeout(err) || isUnavailable(err) || errors.Is(err, context.Canceled))
}

func isUnavailable(err error) bool {
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) { // the server accepted no connection
		return true
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		// An error that ends the session counts, whatever its code: Postgres is
		// stopping, or a pooler cannot reach it. pgbouncer has no code for the latter.
		_, is := outage(pg)
		return is || ends(pg)
	}
	var network net.Error
	// A connection that was closed earlier, perhaps at a deadline, is stale. database/sql discards it, and
	// later uses of it return ErrConnDone.
	return errors.As(err, &network) || isStale(err) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
