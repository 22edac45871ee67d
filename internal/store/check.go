package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"rehearse/internal/booking"
	"rehearse/internal/spelling"
)

// Finding is a row of the database that violates an invariant.
type Finding struct {
	Invariant string // the violated rule
	Detail    string // the row and its values
}

// An invariant is recomputed from the rows, independent of constraints and stored counts. Its
// query returns a line of text for every row that violates it.
type invariant struct{ name, query string }

// invariants are the invariants of the school.
var invariants = []invariant{
	{"there is one policy record", `
		SELECT 'policy records: ' || count(*) FROM booking_policy HAVING count(*) <> 1`},
	{"a slot is BOOKED exactly when it has one live interview", `
		SELECT format('slot %s is %s and has %s live interviews', s.id, s.status, count(i.id))
		FROM slots s LEFT JOIN interviews i ON i.slot_id = s.id AND ` + keepsSlot("i.") + `
		GROUP BY s.id HAVING count(i.id) <> (s.status = 'BOOKED')::int`},
	{"an interview has its slot's interviewer and times", `
		SELECT format('interview %s differs from slot %s', i.id, s.id)
		FROM interviews i JOIN slots s ON s.id = i.slot_id
		WHERE (i.interviewer_id, i.starts_at, i.ends_at) IS DISTINCT FROM (s.interviewer_id, s.starts_at, s.ends_at)`},
	{"a student meets an interviewer once", `
		SELECT format('student %s has %s interviews with interviewer %s', student_id, count(*), interviewer_id)
		FROM interviews WHERE ` + takesPlace + ` AND NOT exempt
		GROUP BY student_id, interviewer_id HAVING count(*) > 1`},
	{"a student's interviews do not overlap", overlaps("interviews", "student_id", takesPlace)},
	{"an interviewer's slots do not overlap", overlaps("slots", "interviewer_id", notWithdrawn(""))},
	{"an anonymised student has no texts, hold, waivers, calendar feeds or preferences", `
		SELECT format('student %s is anonymised', s.id) FROM students s, clock WHERE s.anonymised_at IS NOT NULL AND (
			s.email <> 'student-' || s.id || '@anonymous.invalid' OR s.interview_limit IS DISTINCT FROM 0
			OR EXISTS (SELECT FROM holds h WHERE h.student_id = s.id AND ` + isLiveHold("h.", "greatest(clock.now, s.anonymised_at)") + `)
			OR EXISTS (SELECT FROM waivers w WHERE w.student_id = s.id AND (w.reason <> ''
				OR ` + isLiveWaiver("w.", "greatest(clock.now, s.anonymised_at)") + `))
			OR EXISTS (SELECT FROM calendar_feeds f WHERE f.student_id = s.id)
			OR EXISTS (SELECT FROM notification_preferences n WHERE n.student_id = s.id)
			OR EXISTS (SELECT FROM interviews i WHERE i.student_id = s.id AND (i.note IS NOT NULL OR i.cancel_reason IS NOT NULL OR i.intake IS NOT NULL
				OR i.status = 'BOOKED' AND i.starts_at > greatest(clock.now, s.anonymised_at))))`},
	{"a grade is 0 to 5, on a COMPLETED interview", `
		SELECT format('interview %s is %s with grade %s', id, status, grade)
		FROM interviews WHERE grade IS NOT NULL AND (status <> 'COMPLETED' OR grade NOT BETWEEN 0 AND 5)`},
	{"an interview is completed after it starts", `
		SELECT format('interview %s starts at %s and was completed at %s', id, starts_at, completed_at)
		FROM interviews WHERE completed_at < starts_at`},
	{"an open future slot is inside its window", `
		SELECT format('slot %s lies outside availability %s', s.id, a.id)
		FROM slots s JOIN availabilities a ON a.id = s.availability_id, clock
		WHERE ` + isToCome("clock.now") + ` AND (s.interviewer_id <> a.interviewer_id
			OR s.ends_at - s.starts_at <> make_interval(mins => a.slot_minutes)
			OR (a.time_zone IS NULL AND (s.starts_at < a.starts_at OR s.ends_at > a.ends_at)))`},
	{"removed availability has no open future slots", `
		SELECT format('slot %s of availability %s is open', s.id, a.id)
		FROM slots s JOIN availabilities a ON a.id = s.availability_id, clock
		WHERE a.removed_at IS NOT NULL AND ` + isToCome("greatest(clock.now, a.removed_at)")},
	{"no open future slot overlaps blocked time", `
		SELECT format('slot %s touches block %s', s.id, b.id)
		FROM slots s JOIN blocks b ON b.interviewer_id = s.interviewer_id
			AND b.starts_at < s.ends_at AND s.starts_at < b.ends_at, clock
		WHERE ` + isToCome("greatest(clock.now, b.created_at)")},
	{"a slot is full exactly while its day or week has as many interviews and holds as the cap allows", `
		SELECT format('slot %s of interviewer %s is full until %s', s.id, s.interviewer_id, coalesce(s.full_until::text, 'never'))
		FROM slots s CROSS JOIN clock LEFT JOIN (` + fullBy("day", "max_per_day") + ` UNION ` + fullBy("week", "max_per_week") + `) k
			ON k.interviewer_id = s.interviewer_id AND k.starts_at <= s.starts_at AND s.starts_at < k.ends_at
		WHERE ` + notWithdrawn("s.") + `
		GROUP BY s.id, clock.now HAVING (` + isFull("s.", "clock.now") + `) <> (count(k.interviewer_id) > 0)`},
	{"a slot is held exactly while it has a live hold", `
		SELECT format('slot %s is %s, held by %s until %s; hold %s is of student %s until %s', s.id, s.status,
			s.held_by, s.held_until, h.id, h.student_id, h.expires_at)
		FROM (SELECT s.* FROM slots s, clock WHERE ` + isHeld("s.", "clock.now") + `) s
		FULL JOIN (SELECT h.* FROM holds h, clock WHERE ` + isLiveHold("h.", "clock.now") + `) h ON h.slot_id = s.id
		WHERE (s.held_by, s.held_until, s.status) IS DISTINCT FROM (h.student_id, h.expires_at, 'OPEN')`},
	{"a student has at most one live hold", `
		SELECT format('student %s has %s', student_id, count(*)) FROM holds, clock
		WHERE ` + isLiveHold("", "clock.now") + ` GROUP BY student_id HAVING count(*) > 1`},
	{"a no-show has the time at which it was marked", `
		SELECT format('interview %s is %s, marked at %s', id, status, no_show_at) FROM interviews
		WHERE (` + isNoShow("") + `) <> (no_show_at IS NOT NULL)`},
	{"a waiver has at most its maximum number of uses", `
		SELECT format('waiver %s is used %s times of %s', w.id, count(*), w.uses)
		FROM waivers w JOIN (
			SELECT unnest(waivers) AS waiver FROM interviews WHERE ` + countsAgainstLimit("") + `
			UNION ALL SELECT unnest(waivers) FROM holds, clock WHERE ` + isLiveHold("", "clock.now") + `) u ON u.waiver = w.id
		GROUP BY w.id HAVING count(*) > w.uses`},
	{"a waiver is used only by its student", `
		SELECT format('interview %s of student %s uses waiver %s of student %s', i.id, i.student_id, w.id, w.student_id)
		FROM interviews i CROSS JOIN LATERAL unnest(i.waivers) AS u (waiver) LEFT JOIN waivers w ON w.id = u.waiver
		WHERE w.student_id IS DISTINCT FROM i.student_id`},
	{"the last event of an interview has its status", `
		SELECT format('interview %s is %s, and its last event says %s', i.id, i.status, e.status)
		FROM interviews i JOIN LATERAL (
			SELECT c.change ->> 'after' AS status FROM events, jsonb_array_elements(changes) AS c (change)
			WHERE interview_id = i.id AND c.change ->> 'field' = 'status' ORDER BY events.id DESC LIMIT 1) e ON true
		WHERE e.status IS DISTINCT FROM i.status`},
	{"the last entry of a slot's history has its status", `
		SELECT format('slot %s is %s, held by %s; its history ends with %s', s.id, s.status, s.held_by, h.what)
		FROM slots s LEFT JOIN LATERAL (SELECT what FROM slot_history WHERE slot_id = s.id ORDER BY id DESC LIMIT 1) h ON true
		WHERE coalesce(h.what, 'nothing') <> ALL (CASE WHEN s.status = 'BOOKED' THEN ARRAY['BOOKED']
			WHEN s.status = 'WITHDRAWN' THEN ARRAY['WITHDRAWN'] WHEN s.held_by IS NOT NULL THEN ARRAY['HELD']
			ELSE ARRAY['PUBLISHED', 'RELEASED'] END)`},
	{"only a booked slot is marked as withdrawn", `
		SELECT format('slot %s is %s and taken back', id, status) FROM slots WHERE taken_back AND status <> 'BOOKED'`},
	{"a student's row has the number of counted interviews and the last grades", fmt.Sprintf(`
		SELECT format('student %%s has %%s interviews and the grades %%s; the row says %%s and %%s',
			s.id, i.counted, i.grades, s.interviews_counted, s.recent_grades)
		FROM students s LEFT JOIN (
			SELECT student_id, count(*) FILTER (WHERE `+countsAgainstLimit("")+`) AS counted,
				array_agg(grade ORDER BY starts_at DESC, id DESC) FILTER (WHERE status = 'COMPLETED' AND grade IS NOT NULL) AS grades
			FROM interviews GROUP BY student_id) n ON n.student_id = s.id
		CROSS JOIN LATERAL (SELECT coalesce(n.counted, 0) AS counted, coalesce(n.grades[1:%d], '{}') AS grades) i
		WHERE (s.interviews_counted, s.recent_grades) IS DISTINCT FROM (i.counted, i.grades)`, booking.MaxGradeWindow)},
	{"an inactive interviewer has no open future slots", `
		SELECT format('slot %s of interviewer %s is open', s.id, i.id)
		FROM slots s JOIN interviewers i ON i.id = s.interviewer_id, clock
		WHERE NOT i.active AND ` + isToCome("clock.now")},
}

// fullBy returns a query for the days or weeks, in the interviewer's time zone, in which
// interviews and live holds reach the interviewer's cap.
func fullBy(unit, limit string) string {
	return fmt.Sprintf(`
		SELECT i.interviewer_id, date_trunc('%[1]s', i.starts_at AT TIME ZONE v.time_zone) AT TIME ZONE v.time_zone AS starts_at,
			(date_trunc('%[1]s', i.starts_at AT TIME ZONE v.time_zone) + interval '1 %[1]s') AT TIME ZONE v.time_zone AS ends_at
		FROM (SELECT interviewer_id, starts_at FROM interviews WHERE `+takesPlace+`
			UNION ALL SELECT interviewer_id, starts_at FROM slots, clock WHERE status = 'OPEN' AND `+isHeld("", "clock.now")+`) i
		JOIN interviewers v ON v.id = i.interviewer_id
		WHERE v.%[2]s IS NOT NULL
		GROUP BY 1, 2, 3, v.%[2]s HAVING count(*) >= v.%[2]s`, unit, limit)
}

// overlaps returns a query for overlapping rows of the same owner. Comparing each row
// with the latest end of all earlier rows finds every overlap.
func overlaps(table, owner, where string) string {
	return fmt.Sprintf(`
		SELECT format('%[1]s %%s starts at %%s, before an earlier one of %[2]s %%s has ended', id, starts_at, %[2]s)
		FROM (SELECT id, %[2]s, starts_at, max(ends_at) OVER (PARTITION BY %[2]s ORDER BY starts_at, id
				ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
			FROM %[1]s WHERE %[3]s) AS rows
		WHERE starts_at < busy_until`, table, owner, where)
}

// findingsPerInvariant limits the output for a badly damaged database.
const findingsPerInvariant = 20

// Check recomputes every invariant and returns the violations, or none if the database
// is consistent. It reads whole tables.
func (r *Reader) Check(ctx context.Context, now time.Time) ([]Finding, error) {
	var findings []Finding
	for _, invariant := range slices.Concat(invariants, outboxInvariants) {
		var details []string
		err := r.db.WithContext(ctx).
			// MATERIALIZED keeps Postgres from planning for the first few findings: usually there
			// are none, and all rows are compared.
			Raw(fmt.Sprintf("WITH clock AS (SELECT ?::timestamptz AS now), findings AS MATERIALIZED (%s) SELECT * FROM findings LIMIT %d",
				invariant.query, findingsPerInvariant), now).
			Scan(&details).Error
		if err != nil {
			return nil, fault(err, "check that %s", invariant.name)
		}
		for _, detail := range details {
			findings = append(findings, Finding{Invariant: invariant.name, Detail: detail})
		}
	}
	misfolded, err := r.misfolded(ctx)
	if err != nil {
		return nil, err
	}
	gaps, err := r.checkOffered(ctx, now)
	for _, detail := range gaps {
		misfolded = append(misfolded, Finding{Invariant: offeredInvariant, Detail: detail})
	}
	return append(findings, misfolded...), err
}

// misfolded returns the names whose stored folded form differs from spelling.Fold.
func (r *Reader) misfolded(ctx context.Context) ([]Finding, error) {
	var findings []Finding
	for _, table := range peopleTables {
		err := r.send(ctx, statement{"SELECT id, name, name_folded FROM " + table + " ORDER BY id", nil, func(rows pgx.Rows) error {
			var id int64
			var name, folded string
			if err := rows.Scan(&id, &name, &folded); err != nil {
				return err
			}
			if folded != spelling.Fold(name) && len(findings) < findingsPerInvariant {
				findings = append(findings, Finding{
					Invariant: "a name has its folded form, for searching and sorting",
					Detail:    fmt.Sprintf("%s %d: set its name_folded to '' and run rehearse migrate", table, id),
				})
			}
			return nil
		}})
		if err != nil {
			return nil, fault(err, "check the names of %s", table)
		}
	}
	return findings, nil
}
