package store

import (
	"context"
	"fmt"
	"time"
)

// Finding is one row of the database that breaks an invariant.
type Finding struct {
	Invariant string // what should hold
	Detail    string // which row does not, and how
}

// invariants recompute what must hold from the rows themselves, whether or not
// a constraint or the code should have held it already. Each query answers a
// line of text for every row that disagrees.
var invariants = []struct{ name, query string }{
	{"there is one policy record", `
		SELECT 'policy records: ' || count(*) FROM booking_policy HAVING count(*) <> 1`},
	{"a slot is BOOKED exactly when one live interview stands on it", `
		SELECT format('slot %s is %s and has %s live interviews', s.id, s.status, count(i.id))
		FROM slots s LEFT JOIN interviews i ON i.slot_id = s.id AND i.status <> 'CANCELLED'
		GROUP BY s.id HAVING count(i.id) <> (s.status = 'BOOKED')::int`},
	{"an interview has its slot's interviewer and times", `
		SELECT format('interview %s differs from slot %s', i.id, s.id)
		FROM interviews i JOIN slots s ON s.id = i.slot_id
		WHERE (i.interviewer_id, i.starts_at, i.ends_at) IS DISTINCT FROM (s.interviewer_id, s.starts_at, s.ends_at)`},
	{"a student meets an interviewer once", `
		SELECT format('student %s has %s interviews with interviewer %s', student_id, count(*), interviewer_id)
		FROM interviews WHERE status IN ('BOOKED', 'COMPLETED') AND NOT exempt
		GROUP BY student_id, interviewer_id HAVING count(*) > 1`},
	{"a student's interviews do not overlap", overlaps("interviews", "student_id", "status IN ('BOOKED', 'COMPLETED')")},
	{"an interviewer's slots do not overlap", overlaps("slots", "interviewer_id", "status <> 'WITHDRAWN'")},
	{"a grade is 0 to 5 and stands on a COMPLETED interview", `
		SELECT format('interview %s is %s with grade %s', id, status, grade)
		FROM interviews WHERE grade IS NOT NULL AND (status <> 'COMPLETED' OR grade NOT BETWEEN 0 AND 5)`},
	{"an interview is completed after it starts", `
		SELECT format('interview %s starts at %s and was completed at %s', id, starts_at, completed_at)
		FROM interviews WHERE completed_at < starts_at`},
	{"an open slot to come lies inside the window it was published with", `
		SELECT format('slot %s lies outside availability %s', s.id, a.id)
		FROM slots s JOIN availabilities a ON a.id = s.availability_id, clock
		WHERE s.status = 'OPEN' AND s.starts_at > clock.now AND (s.interviewer_id <> a.interviewer_id
			OR s.ends_at - s.starts_at <> make_interval(mins => a.slot_minutes)
			OR (a.time_zone IS NULL AND (s.starts_at < a.starts_at OR s.ends_at > a.ends_at)))`},
	{"an availability that was removed has no open slots to come", `
		SELECT format('slot %s of availability %s is open', s.id, a.id)
		FROM slots s JOIN availabilities a ON a.id = s.availability_id, clock
		WHERE a.removed_at IS NOT NULL AND s.status = 'OPEN' AND s.starts_at > greatest(clock.now, a.removed_at)`},
	{"no open slot to come touches blocked time", `
		SELECT format('slot %s touches block %s', s.id, b.id)
		FROM slots s JOIN blocks b ON b.interviewer_id = s.interviewer_id
			AND b.starts_at < s.ends_at AND s.starts_at < b.ends_at, clock
		WHERE s.status = 'OPEN' AND s.starts_at > greatest(clock.now, b.created_at)`},
	{"a slot is closed by a cap exactly when its day or week holds as many interviews as the cap allows", `
		SELECT format('slot %s of interviewer %s is %s', s.id, s.interviewer_id, CASE WHEN s.capped THEN 'closed' ELSE 'not closed' END)
		FROM slots s LEFT JOIN (` + fullBy("day", "max_per_day") + ` UNION ` + fullBy("week", "max_per_week") + `) k
			ON k.interviewer_id = s.interviewer_id AND k.starts_at <= s.starts_at AND s.starts_at < k.ends_at
		WHERE s.status <> 'WITHDRAWN'
		GROUP BY s.id HAVING s.capped <> (count(k.interviewer_id) > 0)`},
	{"an inactive interviewer has no open slots in the future", `
		SELECT format('slot %s of interviewer %s is open', s.id, i.id)
		FROM slots s JOIN interviewers i ON i.id = s.interviewer_id, clock
		WHERE NOT i.active AND s.status = 'OPEN' AND s.starts_at > clock.now`},
}

// fullBy finds the days or weeks of each interviewer's zone that hold as many
// interviews as his cap allows.
func fullBy(unit, limit string) string {
	return fmt.Sprintf(`
		SELECT i.interviewer_id, date_trunc('%[1]s', i.starts_at AT TIME ZONE v.time_zone) AT TIME ZONE v.time_zone AS starts_at,
			(date_trunc('%[1]s', i.starts_at AT TIME ZONE v.time_zone) + interval '1 %[1]s') AT TIME ZONE v.time_zone AS ends_at
		FROM interviews i JOIN interviewers v ON v.id = i.interviewer_id
		WHERE v.%[2]s IS NOT NULL AND i.status IN ('BOOKED', 'COMPLETED')
		GROUP BY 1, 2, 3, v.%[2]s HAVING count(*) >= v.%[2]s`, unit, limit)
}

// overlaps compares each row with the one that ended last among the earlier
// ones of the same owner, which finds an overlap wherever there is one.
func overlaps(table, owner, where string) string {
	return fmt.Sprintf(`
		SELECT format('%[1]s %%s starts at %%s, before an earlier one of %[2]s %%s has ended', id, starts_at, %[2]s)
		FROM (SELECT id, %[2]s, starts_at, max(ends_at) OVER (PARTITION BY %[2]s ORDER BY starts_at, id
				ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
			FROM %[1]s WHERE %[3]s) AS rows
		WHERE starts_at < busy_until`, table, owner, where)
}

// findingsPerInvariant keeps a broken database from filling the screen.
const findingsPerInvariant = 20

// Check recomputes every invariant and answers what disagrees; nothing when
// the database is sound. It reads whole tables.
func (r *Reader) Check(ctx context.Context, now time.Time) ([]Finding, error) {
	var findings []Finding
	for _, invariant := range invariants {
		var details []string
		err := r.db.WithContext(ctx).
			Raw(fmt.Sprintf("WITH clock AS (SELECT ?::timestamptz AS now) SELECT * FROM (%s) AS findings LIMIT %d",
				invariant.query, findingsPerInvariant), now).
			Scan(&details).Error
		if err != nil {
			return nil, fault(err, "check that %s", invariant.name)
		}
		for _, detail := range details {
			findings = append(findings, Finding{Invariant: invariant.name, Detail: detail})
		}
	}
	return findings, nil
}
