package changelog

import "strings"

// serverID identifies a database and the period in which its snapshots remain valid. The period
// ends with a restart of the server. It also ends when the server recovers from the crash of one
// of its processes: it loses transactions that were visible but not on disk, and uses their ids
// again. The server then keeps its start time, and discards its statistics. Snapshots of a standby
// are approximate, and its state is old.
const serverID = `(SELECT CASE WHEN pg_is_in_recovery() THEN '` + standby + `'
	ELSE concat_ws(' ', oid, extract(epoch FROM pg_postmaster_start_time()), extract(epoch FROM stats_reset)) END
	FROM pg_database CROSS JOIN pg_stat_archiver WHERE datname = current_database())`

// processID identifies a database and the process that serves it: connections to another one, or to
// one that was restarted, are dead.
const processID = `SELECT CASE WHEN pg_is_in_recovery() THEN '` + standby + `'
	ELSE concat_ws(' ', oid, extract(epoch FROM pg_postmaster_start_time())) END
	FROM pg_database WHERE datname = current_database()`

const standby = "standby"

// readChanges reads the rows of the log that are visible now and were not visible in the
// snapshot $1, and the current states of their slots, all in one snapshot.
// A transaction was not visible if it was in progress (xip) or had not begun (from xmax). Both
// are looked up in the index, so the cost does not depend on transactions that stay open for
// long. A restored backup may contain rows of transactions that this server has yet to reach;
// the upper bound keeps the scan from them. The record of a student names the interviewer with
// the student's e-mail address, so a changed interviewer may change a student's record as well.
var readChanges = withServer(`
WITH fresh AS MATERIALIZED (
	(SELECT slots, interviews, students, interviewers, retagged, every FROM changes
		WHERE xid >= pg_snapshot_xmax($1::pg_snapshot) AND xid < pg_snapshot_xmax(pg_current_snapshot())
		ORDER BY xid LIMIT $2)
	UNION ALL
	SELECT slots, interviews, students, interviewers, retagged, every FROM changes
		WHERE xid = ANY(ARRAY(SELECT pg_snapshot_xip($1::pg_snapshot))))
SELECT pg_current_snapshot()::text, ?, clock_timestamp(), (SELECT count(*) FROM fresh),
	ARRAY(SELECT unnest(slots) FROM fresh), ARRAY(SELECT unnest(interviews) FROM fresh),
	ARRAY(SELECT unnest(students) FROM fresh
		UNION ALL SELECT s.id FROM interviewers v JOIN students s ON s.email = v.email
			WHERE v.id = ANY(ARRAY(SELECT unnest(interviewers) FROM fresh))),
	ARRAY(SELECT unnest(interviewers) FROM fresh), ARRAY(SELECT unnest(retagged) FROM fresh), ARRAY(SELECT unnest(every) FROM fresh),
	NULL::bigint, NULL::bigint, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz, NULL::boolean
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
	id, interviewer_id, starts_at, ends_at, held_until, full_until, status = 'OPEN'
	FROM slots WHERE id = ANY(ARRAY(SELECT unnest(slots) FROM fresh))`)

// readServer reads whether a connection is direct, and its server. $1 is the process id that the
// connection reports; a pooler makes one up.
const readServer = "SELECT pg_backend_pid() = $1::bigint, " + serverID

// forceIndexes makes Postgres use indexes on a connection. A plan that was made while the log was
// empty would read all of it, however long it has become, until Postgres analyzes the table. A
// pooler would pass the setting on to other clients.
const forceIndexes = "SET enable_seqscan = off"

// readPosition reads the position from which a reader starts.
var readPosition = withServer("SELECT pg_current_snapshot()::text, ?, clock_timestamp()")

// A text is a statement with the server as its second column: NULL on a direct connection,
// which knows its server.
type text struct{ direct, pooled string }

func withServer(statement string) text {
	return text{strings.Replace(statement, "?", "NULL", 1), strings.Replace(statement, "?", serverID, 1)}
}

func (t text) on(r *reader) string {
	if r.server == "" {
		return t.pooled
	}
	return t.direct
}

// probe reads the position, and whether something was committed since the snapshot $1. It takes a
// third of the time of readChanges. Because of ORDER BY, even a plan that was made while the log
// was short uses the index.
var probe = withServer(`
SELECT pg_current_snapshot()::text, ?, clock_timestamp(),
	(SELECT xid FROM changes WHERE xid >= pg_snapshot_xmax($1::pg_snapshot) AND xid < pg_snapshot_xmax(pg_current_snapshot())
		ORDER BY xid LIMIT 1) IS NULL
	AND (SELECT xid FROM changes WHERE xid = ANY(ARRAY(SELECT pg_snapshot_xip($1::pg_snapshot))) ORDER BY xid LIMIT 1) IS NULL`)
