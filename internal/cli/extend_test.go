//go:build unix

package cli

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"testing"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/app/availability"
	"rehearse/internal/app/roster"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// manyRules is a school with weekly rules that are due ten days from now, and a copy of
// it in another database.
type manyRules struct {
	t        *testing.T
	home     string
	env      []string // of a program whose clock is ten days ahead
	db, calm pgtest.Database
	toCome   time.Time // the start of a slot that the rules get ten days from now
}

const (
	rules       = 30
	slotsOfRule = 10 * 4 // ten days of two hours
	tenDays     = "CLOCK_OFFSET=240h"
)

func newManyRules(t *testing.T) manyRules {
	t.Helper()
	// The windows begin at the time of day that is twelve hours away, so that no slot crosses the
	// horizon while the test runs.
	noon := time.Now().UTC().Add(12 * time.Hour).Truncate(time.Hour)
	m := manyRules{t: t, home: newDataFolder(t), toCome: noon.AddDate(0, 0, 35), calm: pgtest.New(t)}
	m.db, m.env = external(t)
	m.env = append(m.env, tenDays)
	m.publish(m.db, noon)
	m.publish(m.calm, noon)
	return m
}

// publish publishes the rules, with a horizon of 30 days.
func (m manyRules) publish(on pgtest.Database, noon time.Time) {
	m.t.Helper()
	school, days := app.New(on.Open(m.t, store.Options{}), time.Now), 30
	if _, err := school.UpdateBookingPolicy(m.t.Context(), roster.UpdateBookingPolicyInput{PublishHorizonDays: &days}); err != nil {
		m.t.Fatal(err)
	}
	begin := calendar.LocalTime(noon.Hour() * 60)
	for n := range rules {
		by, err := school.CreateInterviewer(m.t.Context(), roster.CreateInterviewerInput{
			InterviewerDetails: booking.InterviewerDetails{Name: "N", Email: fmt.Sprintf("n%d@example.org", n), TimeZone: "UTC"},
		})
		if err != nil {
			m.t.Fatal(err)
		}
		_, err = school.AddWeeklyAvailability(m.t.Context(), availability.AddWeeklyAvailabilityInput{
			InterviewerID: by.ID, StartDate: calendar.DateOf(noon), EveryWeeks: 1, SlotMinutes: 30,
			Weekdays:  []time.Weekday{0, 1, 2, 3, 4, 5, 6},
			StartTime: begin, EndTime: (begin + 2*60) % (24 * 60),
		})
		if err != nil {
			m.t.Fatal(err)
		}
	}
}

// slots returns the number of published slots, and a fingerprint of them and their rules.
func (m manyRules) slots(on pgtest.Database) (n int, fingerprint string) {
	m.t.Helper()
	err := on.SQL(m.t).QueryRowContext(m.t.Context(), `
		SELECT count(*), md5(string_agg(concat_ws(' ', interviewer_id, availability_id, starts_at, ends_at, status), ','
			ORDER BY interviewer_id, starts_at)) FROM slots`).Scan(&n, &fingerprint)
	if err != nil {
		m.t.Fatal(err)
	}
	return n, fingerprint
}

// held keeps the locks of a statement until release is called.
func (m manyRules) held(statement string, args ...any) (release func()) {
	m.t.Helper()
	tx, err := m.db.SQL(m.t).BeginTx(context.WithoutCancel(m.t.Context()), nil)
	if err == nil {
		_, err = tx.ExecContext(m.t.Context(), statement, args...)
	}
	if err != nil {
		m.t.Fatalf("%s: %v", statement, err)
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			m.t.Error(err)
		}
	}
}

func (m manyRules) wantSound() {
	m.t.Helper()
	if code, out, errs := runOnce(m.t, m.home, m.env, "check"); code != 0 {
		m.t.Errorf("check: got exit code %d and %s%s", code, out, errs)
	}
}

// A server is killed while it extends the eighth of many rules. Two programs that
// continue concurrently reach the same state as one that runs undisturbed.
func TestExtendResumesAfterKill(t *testing.T) {
	t.Parallel()
	m := newManyRules(t)
	m.killAmidExtension()
	again := start(t, m.home, m.env...) // queues the job again only if another hour has begun
	again.stop()

	before, _ := m.slots(m.db)
	published := 0
	for _, said := range m.extendAtOnce(2) {
		var rules, slots int
		if _, err := fmt.Sscanf(said, "%d rules extended, %d slots published", &rules, &slots); err != nil {
			t.Fatalf("cannot parse the output %q: %v", said, err)
		}
		published += slots
	}
	undisturbed := app.New(m.calm.Open(t, store.Options{}), func() time.Time { return time.Now().AddDate(0, 0, 10) })
	if _, err := undisturbed.ExtendAvailability(t.Context()); err != nil {
		t.Fatal(err)
	}
	n, slots := m.slots(m.db)
	want, calm := m.slots(m.calm)
	if n != want || slots != calm {
		t.Errorf("got %d slots, want %d; same slots as an undisturbed run: %v", n, want, slots == calm)
	}
	if published != n-before {
		t.Errorf("%d slots were published, and the output says %d", n-before, published)
	}
	m.wantSound()
}

// The job of a killed server is resumed by the next server as soon as it is overdue.
func TestJobOfKilledServerResumes(t *testing.T) {
	t.Parallel()
	m := newManyRules(t)
	m.killAmidExtension()
	db := m.db.SQL(t)
	// The rows look as if the server had been killed seven minutes ago.
	for _, statement := range []string{
		"UPDATE river_job SET attempted_at = attempted_at - interval '7 minutes' WHERE state = 'running'",
		"UPDATE river_leader SET elected_at = elected_at - interval '7 minutes', expires_at = expires_at - interval '7 minutes'",
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	again := start(t, m.home, m.env...)
	deadline := time.After(3 * time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for extended := 0; extended < rules; {
		err := db.QueryRowContext(t.Context(),
			"SELECT count(DISTINCT availability_id) FROM slots WHERE starts_at >= $1", m.toCome).Scan(&extended)
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("timed out: %d of %d rules are extended", extended, rules)
		}
	}
	again.stop()
	m.wantSound()
}

// killAmidExtension kills a server after it has extended seven rules, while it writes the
// slots of the next.
func (m manyRules) killAmidExtension() {
	m.t.Helper()
	before, _ := m.slots(m.db)
	// An uncommitted row conflicts with what the eighth rule is about to publish, so its
	// transaction waits in the middle of its writes.
	const extended = 7
	release := m.held(`INSERT INTO slots (interviewer_id, availability_id, starts_at, ends_at, status)
		SELECT interviewer_id, id, $1::timestamptz, $1::timestamptz + interval '30 minutes', 'OPEN'
		FROM availabilities ORDER BY published_until, id OFFSET $2 LIMIT 1`, m.toCome, extended)
	killed := start(m.t, m.home, m.env...)
	m.db.AwaitLockWaits(m.t, 1, `INSERT INTO "slots"`)
	killed.kill()
	release()
	if n, _ := m.slots(m.db); n != before+extended*slotsOfRule {
		m.t.Errorf("%d slots were published before the kill, want those of %d rules, %d", n-before, extended, extended*slotsOfRule)
	}
	m.wantSound()
}

// extendAtOnce runs the command n times concurrently, each on the same rules, and returns
// the outputs.
func (m manyRules) extendAtOnce(n int) []string {
	m.t.Helper()
	release := m.held("LOCK TABLE availabilities IN ACCESS EXCLUSIVE MODE")
	commands, out := make([]*exec.Cmd, n), make([]bytes.Buffer, n)
	for i := range commands {
		commands[i] = command(m.t, m.home, m.env, "extend")
		commands[i].Stdout, commands[i].Stderr = &out[i], &out[i]
		if err := commands[i].Start(); err != nil {
			m.t.Fatal(err)
		}
	}
	m.db.AwaitLockWaits(m.t, n, "FROM availabilities a JOIN interviewers")
	release()
	said := make([]string, n)
	for i, c := range commands {
		if err := c.Wait(); err != nil {
			m.t.Errorf("extend: %v: %s", err, &out[i])
		}
		said[i] = out[i].String()
	}
	return said
}
