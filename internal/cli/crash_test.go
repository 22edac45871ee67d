//go:build unix

package cli

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"rehearse/internal/app"
	"rehearse/internal/app/availability"
	"rehearse/internal/app/roster"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/localpg"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

var (
	crashKills = flag.Int("crash.kills", 3, "kills of each process under load")
	crashSeed  = flag.Uint64("crash.seed", 0, "seed of the random numbers; 0 for a random seed")
)

const (
	crashClients = 8
	studentsEach = 6
	// After this many kills of a server, at least one must have hit the time between a
	// commit and its response.
	killsEnough = 20
)

// crashes is a school under load whose processes are killed again and again.
type crashes struct {
	t        *testing.T
	random   *rand.Rand
	data     string
	outside  *localpg.Server // nil if the program runs its own Postgres
	server   *running
	students []booking.StudentID

	address  atomic.Pointer[string] // of the current server
	answered atomic.Int64           // requests that got a definite response
	enough   atomic.Bool
}

// Acknowledged changes are present once, and others are absent, whatever is killed and
// whenever. The clients retry a request with its key until they get a response.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		outside bool // Postgres is external, and outlives the server
		kill    func(*crashes)
		server  bool // whether the server is killed
	}{
		{"the server, with its Postgres", false, (*crashes).killServer, true},
		{"the server alone", true, (*crashes).killServer, true},
		{"its Postgres", false, (*crashes).killItsPostgres, false},
		{"the Postgres of several servers", true, (*crashes).killPostgres, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newCrashes(t, test.outside)
			clients, wait := c.load()
			for range *crashKills {
				c.awaitAnswers(c.random.Int64N(200))
				test.kill(c)
				c.awaitAnswers(1) // the server is back
			}
			c.enough.Store(true)
			wait()
			lost := c.wantWhatWasAnswered(clients)
			if test.server && *crashKills >= killsEnough && lost == 0 {
				t.Errorf("no response was lost after its commit in %d kills", *crashKills)
			}
		})
	}
}

func newCrashes(t *testing.T, outside bool) *crashes {
	t.Helper()
	seed := *crashSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-crash.seed=%d", seed)
	c := &crashes{t: t, random: rand.New(rand.NewPCG(seed, 0)), data: newDataFolder(t)}
	postgres := c.startPostgres()
	c.openSchool(postgres)
	if outside {
		c.outside = postgres
	} else if err := postgres.Stop(); err != nil {
		t.Fatal(err)
	}
	c.startServer()
	return c
}

func (c *crashes) startPostgres() *localpg.Server {
	c.t.Helper()
	server, err := localpg.Start(c.t.Context(), localpg.Options{DataDir: c.data, Env: os.Getenv})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = server.Stop() })
	return server
}

// openSchool publishes a week of 20 interviewers and creates the students.
func (c *crashes) openSchool(on *localpg.Server) {
	c.t.Helper()
	ctx := c.t.Context()
	must := func(err error) {
		c.t.Helper()
		if err != nil {
			c.t.Fatal(err)
		}
	}
	must(on.EnsureDatabase(ctx, databaseName))
	s, err := store.Open(ctx, on.DSN(databaseName), store.Options{})
	must(err)
	defer s.Close()
	_, err = s.Migrate(ctx)
	must(err)
	school := app.New(s, time.Now)
	begin := calendar.DateOf(time.Now().UTC().AddDate(0, 0, 3))
	end := calendar.DateOf(time.Now().UTC().AddDate(0, 0, 9))
	for n := range 20 {
		by, err := school.CreateInterviewer(ctx, roster.CreateInterviewerInput{
			InterviewerDetails: booking.InterviewerDetails{Name: "I", Email: fmt.Sprintf("i%d@example.org", n), TimeZone: "UTC"},
		})
		must(err)
		_, err = school.AddWeeklyAvailability(ctx, availability.AddWeeklyAvailabilityInput{
			InterviewerID: by.ID, StartDate: begin, EndDate: &end, EveryWeeks: 1, SlotMinutes: 60,
			Weekdays: []time.Weekday{0, 1, 2, 3, 4, 5, 6}, StartTime: 8 * 60, EndTime: 16 * 60,
		})
		must(err)
	}
	for n := range crashClients * studentsEach {
		student, err := school.CreateStudent(ctx, roster.CreateStudentInput{
			StudentDetails: booking.StudentDetails{Name: "S", Email: fmt.Sprintf("s%d@example.org", n), TimeZone: "UTC"},
		})
		must(err)
		c.students = append(c.students, student.ID)
	}
}

func (c *crashes) startServer() {
	c.t.Helper()
	var env []string
	if c.outside != nil {
		env = []string{"DATABASE_URL=" + asURL(c.t, c.outside.DSN(databaseName)), "AUTH=local"}
	}
	c.server = start(c.t, c.data, env...)
	c.address.Store(&c.server.address)
}

// killServer kills the server, with its own Postgres if it has one, and starts it again.
func (c *crashes) killServer() {
	c.server.kill()
	c.startServer()
}

// killItsPostgres kills the server's own Postgres, which makes the server exit.
func (c *crashes) killItsPostgres() {
	c.t.Helper()
	c.killPostmaster()
	<-c.server.rest
	if err := c.server.cmd.Wait(); c.server.cmd.ProcessState.ExitCode() != exitFault {
		c.t.Errorf("the server of a killed Postgres exited with %v", err)
	}
	c.startServer()
}

// killPostgres kills the external Postgres and starts it again, without restarting the
// server.
func (c *crashes) killPostgres() {
	c.killPostmaster()
	<-c.outside.Done()
	c.outside = c.startPostgres()
}

func (c *crashes) killPostmaster() {
	c.t.Helper()
	text, err := os.ReadFile(filepath.Join(c.data, "pgdata", "postmaster.pid"))
	var pid int
	if err == nil {
		_, err = fmt.Sscan(string(text), &pid)
	}
	if err == nil {
		err = syscall.Kill(pid, syscall.SIGKILL)
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// load runs the clients until there have been enough kills.
func (c *crashes) load() (clients []*crashClient, wait func()) {
	ctx, cancel := context.WithTimeout(c.t.Context(), 2*time.Minute+time.Duration(*crashKills)*time.Minute)
	var group errgroup.Group
	for n := range crashClients {
		client := &crashClient{
			crashes: c, name: n, random: rand.New(rand.NewPCG(c.random.Uint64(), 0)),
			students: c.students[n*studentsEach:][:studentsEach], stands: map[string]interviewState{}, events: map[string]int{},
		}
		clients = append(clients, client)
		group.Go(func() error { return client.work(ctx) })
	}
	wait = func() {
		c.t.Helper()
		if err := group.Wait(); err != nil {
			c.t.Error(err)
		}
		cancel()
	}
	c.t.Cleanup(func() { // in case the test ends early
		cancel()
		_ = group.Wait()
	})
	return clients, wait
}

// awaitAnswers returns after n more responses.
func (c *crashes) awaitAnswers(n int64) {
	c.t.Helper()
	until := c.answered.Load() + n
	deadline := time.After(3 * time.Minute)
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for c.answered.Load() < until {
		select {
		case <-again.C:
		case <-deadline:
			c.t.Fatalf("timed out waiting for responses: got %d of %d", c.answered.Load(), until)
		}
	}
}

// wantWhatWasAnswered compares the school with the responses that the clients got. It
// returns the number of responses that were lost after their commit, which the clients
// got by a retry.
func (c *crashes) wantWhatWasAnswered(clients []*crashClient) (lost int) {
	c.t.Helper()
	db := c.openDatabase()
	want, wantEvents, requests, again := map[string]interviewState{}, map[string]int{}, 0, 0
	for _, client := range clients {
		for id, interview := range client.stands {
			if other, twice := want[id]; twice {
				c.t.Errorf("interview %s is in the responses to two requests: %v and %v", id, other, interview)
			}
			want[id] = interview
		}
		for event, n := range client.events {
			wantEvents[event] += n
		}
		for _, w := range client.requests {
			requests++
			if w.attempts > 1 {
				again++
				if c.claimedAt(db, w.key).Before(w.sent) {
					lost++
				}
			}
		}
	}
	c.t.Logf("%d kills, %d requests, %d retries, %d responses lost after the commit; %v",
		*crashKills, requests, again, lost, sums(wantEvents))
	for _, kind := range []string{"INTERVIEW_BOOKED", "INTERVIEW_CANCELLED", "INTERVIEW_RESCHEDULED", "HOLD_PLACED"} {
		if sums(wantEvents)[kind] == 0 {
			c.t.Errorf("no %s was tested", kind)
		}
	}
	if diff := cmp.Diff(want, c.interviews(db)); diff != "" {
		c.t.Errorf("interviews (-response +database):\n%s", diff)
	}
	if diff := cmp.Diff(wantEvents, c.events(db)); diff != "" {
		c.t.Errorf("events (-responses +database):\n%s", diff)
	}
	var keys, answers int
	c.read(db.QueryRowContext(c.t.Context(), "SELECT count(*), count(answer) FROM idempotency_keys"), &keys, &answers)
	if keys != requests || answers != requests {
		c.t.Errorf("got %d keys with %d stored responses for %d requests", keys, answers, requests)
	}
	c.wantSound()
	return lost
}

func (c *crashes) openDatabase() *sql.DB {
	c.t.Helper()
	server := c.outside
	if server == nil {
		server = c.startPostgres() // attaches to the program's Postgres
	}
	return pgtest.Database{DSN: server.DSN(databaseName)}.SQL(c.t)
}

func (c *crashes) wantSound() {
	c.t.Helper()
	if code, out, errs := runOnce(c.t, c.data, nil, "check"); code != 0 {
		c.t.Errorf("check: got exit code %d and %s%s", code, out, errs)
	}
}

func (c *crashes) read(row *sql.Row, into ...any) {
	c.t.Helper()
	if err := row.Scan(into...); err != nil {
		c.t.Fatal(err)
	}
}

func (c *crashes) claimedAt(db *sql.DB, key string) (at time.Time) {
	c.t.Helper()
	c.read(db.QueryRowContext(c.t.Context(), "SELECT created_at FROM idempotency_keys WHERE key = $1", key), &at)
	return at
}

func (c *crashes) interviews(db *sql.DB) map[string]interviewState {
	c.t.Helper()
	are := map[string]interviewState{}
	c.each(db, "SELECT id, student_id, slot_id, status FROM interviews", func(rows *sql.Rows) error {
		var id string
		var is interviewState
		err := rows.Scan(&id, &is.Student, &is.Slot, &is.Status)
		are[id] = is
		return err
	})
	return are
}

func (c *crashes) events(db *sql.DB) map[string]int {
	c.t.Helper()
	are := map[string]int{}
	c.each(db, `SELECT kind || ' ' || coalesce(interview_id, student_id), count(*) FROM events
		WHERE kind LIKE 'INTERVIEW\_%' AND interview_id IS NOT NULL OR kind LIKE 'HOLD\_%' GROUP BY 1`, func(rows *sql.Rows) error {
		var event string
		var n int
		err := rows.Scan(&event, &n)
		are[event] = n
		return err
	})
	return are
}

func (c *crashes) each(db *sql.DB, query string, take func(*sql.Rows) error) {
	c.t.Helper()
	rows, err := db.QueryContext(c.t.Context(), query)
	if err != nil {
		c.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := take(rows); err != nil {
			c.t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		c.t.Fatal(err)
	}
}

// sums counts events by kind.
func sums(events map[string]int) map[string]int {
	by := map[string]int{}
	for event, n := range events {
		var kind string
		_, _ = fmt.Sscan(event, &kind)
		by[kind] += n
	}
	return by
}
