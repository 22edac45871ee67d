package modeltest

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rehearse/internal/app"
	"rehearse/internal/app/reservation"
	"rehearse/internal/app/roster"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// t0 is the start time of every school, a Monday.
var t0 = time.Date(2026, time.June, 1, 8, 0, 0, 0, time.UTC)

// comparison is a school in the database and its model.
type comparison struct {
	tester
	ctx    context.Context
	store  *store.Store
	sql    *sql.DB
	app    *app.App
	other  *app.App // another server of the school
	school *school
	steps  int
}

// tester is implemented by *testing.T and *rapid.T.
type tester interface {
	Fatalf(format string, args ...any)
}

// The school in the database gives the same responses as the model after any sequence of
// operations, and then the same lists. rapid shrinks a failure and prints how to reproduce
// it. Run more schools with -rapid.checks=1000.
func TestSchoolAgreesWithItsModel(t *testing.T) {
	t.Parallel()
	seen := newTally()
	t.Run("schools", func(t *testing.T) {
		for n := range schools {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				db := pgtest.New(t)
				db.WantLoggedWrites(t)
				s, other, rows := db.Open(t, store.Options{}), db.Open(t, store.Options{}), db.SQL(t)
				rapid.Check(t, func(r *rapid.T) {
					p := newComparison(t.Context(), r, s, other, rows)
					d := fair(r)
					p.setUpSchool(d)
					for range 3 {
						p.execute(p.school.drawPublish(d))
					}
					r.Repeat(map[string]func(*rapid.T){"step": func(r *rapid.T) {
						p.tester = r
						o := p.school.draw(fair(r))
						got := p.execute(o)
						r.Logf("at %s %T%+v: %+v", p.school.now.Format(time.RFC3339Nano), o, o, got)
						seen.count(o, got)
						p.compare()
					}})
					p.check()
				})
			})
		}
	})
	if !asConfigured("rapid.checks", "rapid.seed", "rapid.failfile", "rapid.steps") || t.Failed() {
		return // a partial run cannot cover everything
	}
	seen.want(t, 10_000, []string{
		"bookSlot", "holdSlot", "releaseHold", "cancelInterview", "rescheduleInterview", "completeInterview", "markNoShow", "undoNoShow",
		"addAvailability", "updateAvailability", "removeAvailability", "withdrawSlot", "blockTime", "unblockTime", "updateInterviewer",
		"extendAvailability", "grantWaiver", "revokeWaiver", "setLimit", "updatePolicy", "advanceClock",
	}, every)
}

// asConfigured reports whether none of the flags was given.
func asConfigured(names ...string) bool {
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || slices.Contains(names, f.Name) })
	return !given
}

// newComparison creates an empty school and its model.
func newComparison(ctx context.Context, t tester, s, other *store.Store, rows *sql.DB) *comparison {
	p := &comparison{tester: t, ctx: ctx, store: s, sql: rows, school: &school{now: t0}}
	now := func() time.Time { return p.school.now }
	p.app, p.other = app.New(s, now), app.New(other, now)
	p.deleteAll()
	return p
}

// fair returns dice with at most 256 sides and a uniform distribution. rapid's own
// integers are mostly small, so that most operations would never be drawn.
func fair(t *rapid.T) dice {
	throw := rapid.Custom(func(t *rapid.T) int {
		byte := 0
		for range 8 {
			byte = 2*byte + boolInt(rapid.Bool().Draw(t, "bit"))
		}
		return byte
	})
	return func(n int) int { return throw.Draw(t, "die") * n / 256 }
}

// setUpSchool sets up a small school, in which operations conflict.
func (p *comparison) setUpSchool(d dice) {
	p.createPeople(d, 2+d(2), 2+d(2))
	p.execute(updatePolicy{booking.Policy{
		InterviewLimit: 2 + d(5), MinimumGradeExclusive: 1, GradeWindow: 2, HoldSeconds: 60, CancelCutoffSeconds: 2 * 3600,
		MaxReschedules: 1 + d(2), PublishHorizonDays: 2,
	}})
}

// deleteAll deletes everything before the next school. Events stay, because the table is
// append-only.
func (p *comparison) deleteAll() {
	for _, table := range []string{
		"idempotency_keys", "holds", "waivers", "interviews", "slots", "blocks", "exceptions", "availabilities", "interviewers", "students",
	} {
		if _, err := p.sql.ExecContext(p.ctx, "DELETE FROM "+table); err != nil {
			p.Fatalf("delete all %s: %v", table, err)
		}
	}
}

// createPeople creates students and interviewers. One interviewer may be a student as well.
func (p *comparison) createPeople(d dice, students, interviewers int) {
	for n := range students {
		email := fmt.Sprintf("student%d@example.org", n)
		s, err := p.app.CreateStudent(p.ctx, roster.CreateStudentInput{
			StudentDetails: booking.StudentDetails{Name: "Student", Email: email, TimeZone: "UTC"},
		})
		if err != nil {
			p.Fatalf("create a student: %v", err)
		}
		p.school.students = append(p.school.students, student{id: s.ID, email: email})
	}
	for n := range interviewers {
		i := interviewer{email: fmt.Sprintf("interviewer%d@example.org", n), active: true, zone: "UTC"}
		if n == 0 && d.oneIn(3) {
			i.email = "student0@example.org"
		}
		if d.oneIn(2) {
			i.zone = "America/New_York"
		}
		if d.oneIn(3) {
			i.perDay, i.perWeek = d(3), d(3)
		}
		created, err := p.app.CreateInterviewer(p.ctx, roster.CreateInterviewerInput{InterviewerDetails: booking.InterviewerDetails{
			Name: "Interviewer", Email: i.email, TimeZone: i.zone, MaxPerDay: atMost(i.perDay), MaxPerWeek: atMost(i.perWeek),
		}})
		if err != nil {
			p.Fatalf("create an interviewer: %v", err)
		}
		i.id = created.ID
		p.school.interviewers = append(p.school.interviewers, i)
	}
}

// compare compares the slots, the interviews and the lists of all students.
func (p *comparison) compare() {
	p.compareSlots()
	p.compareInterviews()
	for _, s := range p.school.students {
		p.compareList(s.id)
	}
	if p.steps++; p.steps%checkEvery == 0 {
		p.check()
	}
}

// checkEvery is the number of operations per check, which takes as long as the rest of an
// operation.
const checkEvery = 4

// execute runs an operation on both schools and compares the responses.
func (p *comparison) execute(o operation) response {
	got, id := responseOf(p.ctx, p.app, o)
	if want := o.expect(p.school, id); got != want {
		p.Fatalf("at %s %T%+v\nreturns %+v\n   want %+v", p.school.now, o, o, got, want)
	}
	p.readNewSlots()
	return got
}

// responseOf returns the response of the school in the database to an operation.
func responseOf(ctx context.Context, on *app.App, o operation) (response, int64) {
	result, id, err := o.do(ctx, on)
	if err == nil {
		return response{result: result}, id
	}
	var refused booking.Refused
	if !errors.As(err, &refused) {
		return response{refused: "internal error: " + err.Error()}, 0
	}
	var refusals codes
	for _, r := range refused {
		refusals = append(refusals, r.Code)
	}
	return refuse(refusals...), 0
}

// readNewSlots copies the ids of new slots into the model, and fails if one of them was not
// published.
func (p *comparison) readNewSlots() {
	for i := range p.school.slots {
		s := &p.school.slots[i]
		if s.id != 0 {
			continue
		}
		err := p.sql.QueryRowContext(p.ctx, `SELECT id FROM slots WHERE interviewer_id = $1 AND starts_at = $2 AND ends_at = $3
			AND status = 'OPEN' ORDER BY id DESC LIMIT 1`, s.by, s.start, s.end).Scan(&s.id)
		if err != nil {
			p.Fatalf("the slot of interviewer %d at %s was not published: %v", s.by, s.start, err)
		}
	}
}

func (p *comparison) compareSlots() {
	rows, err := p.sql.QueryContext(p.ctx, "SELECT id, status, coalesce(held_by, 0), coalesce(held_until, 'epoch') FROM slots ORDER BY id")
	if err != nil {
		p.Fatalf("read the slots: %v", err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var id, holder int64
		var status string
		var until time.Time
		if err := rows.Scan(&id, &status, &holder, &until); err != nil {
			p.Fatalf("read a slot: %v", err)
		}
		if !until.After(p.school.now) || status != "OPEN" {
			holder = 0
		}
		n++
		want := p.school.slot(booking.SlotID(id))
		if want == nil {
			p.Fatalf("slot %d is not in the model", id)
		}
		var holds booking.StudentID
		if h := p.school.holdOn(want.id); h != nil {
			holds = h.student
		}
		if status != string(want.status) || holder != int64(holds) {
			p.Fatalf("slot %d is %s and held by %d, want %s and %d", id, status, holder, want.status, holds)
		}
	}
	if err := rows.Err(); err != nil || n != len(p.school.slots) {
		p.Fatalf("got %d slots, %v; want %d", n, err, len(p.school.slots))
	}
}

func (p *comparison) compareInterviews() {
	all, _, err := p.store.Interviews(p.ctx, store.ScopeOf(booking.Actor{Role: booking.RoleAdmin}, t0), store.InterviewFilter{}, store.Page{First: 10000})
	if err != nil || len(all) != len(p.school.interviews) {
		p.Fatalf("got %d interviews, %v; want %d", len(all), err, len(p.school.interviews))
	}
	for _, i := range all {
		want := p.school.interview(i.ID)
		if want == nil || formatAppInterview(i) != want.String() {
			p.Fatalf("got %s\nwant %s", formatAppInterview(i), want)
		}
		// Responses are not compared, because a repeated one has the current link.
		if link := i.MeetingURL; (link == nil) != (want.link == "") || link != nil && *link != want.link {
			p.Fatalf("link of interview %d is %v, want %q", i.ID, link, want.link)
		}
	}
}

// compareList compares the student's list, with its reasons, on both servers.
func (p *comparison) compareList(id booking.StudentID) *reservation.AvailableSlots {
	p.compareListOf(p.other, id)
	return p.compareListOf(p.app, id)
}

func (p *comparison) compareListOf(server *app.App, id booking.StudentID) *reservation.AvailableSlots {
	in := calendar.Span{Start: t0.AddDate(0, 0, -1), End: t0.AddDate(0, 0, 360)}
	list, err := server.AvailableSlots(p.ctx, id, store.SlotSearch{In: in}, store.Page{First: 1000})
	if err != nil {
		p.Fatalf("list slots: %v", err)
	}
	got := []booking.SlotID{}
	for _, s := range list.Slots {
		got = append(got, s.ID)
	}
	if want := p.school.listed(id); !slices.Equal(got, want) {
		p.Fatalf("at %s the list of student %d is %v, want %v", p.school.now, id, got, want)
	}
	p.compareEligibility(id, list.Eligibility)
	return list
}

func (p *comparison) compareEligibility(id booking.StudentID, e booking.Eligibility) {
	if got, want := formatAppEligibility(e), p.school.eligibility(id); got != want {
		p.Fatalf("student %d: got %s\nwant %s", id, got, want)
	}
}

// check compares totals and other derived results, and recomputes the invariants from the
// rows.
func (p *comparison) check() {
	for _, s := range p.school.students {
		list := p.compareList(s.id)
		if total, err := list.Total(p.ctx); err != nil || total != len(list.Slots) {
			p.Fatalf("the list of student %d has the total %d (%v) and %d slots", s.id, total, err, len(list.Slots))
		}
		e, err := p.app.Eligibility(p.ctx, s.id)
		if err != nil {
			p.Fatalf("eligibility: %v", err)
		}
		p.compareEligibility(s.id, e)
	}
	found, err := p.store.Check(p.ctx, p.school.now)
	if err != nil || len(found) > 0 {
		p.Fatalf("Check() = %v, %v; want no findings", found, err)
	}
}
