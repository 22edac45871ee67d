package app_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"rehearse/internal/app"
	"rehearse/internal/app/reservation"
	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
)

// failures counts the statements that failed with a deadlock, a serialization failure or a
// lock timeout, including those that a retry hides. Its count method is an
// Intercept.After.
type failures struct {
	mu   sync.Mutex
	seen []string
}

func (f *failures) count(statement string, err error) {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && slices.Contains([]string{"40P01", "40001", "55P03"}, pg.Code) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.seen = append(f.seen, pg.Code+" in "+statement)
	}
}

// n returns the number of failures.
func (f *failures) n() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.seen)
}

func (f *failures) want(t *testing.T, n int) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.seen) != n {
		t.Errorf("%d statements failed with a deadlock, a serialization failure or a lock timeout, want %d: %q", len(f.seen), n, f.seen)
	}
}

const (
	stressWorkers       = 16
	operationsPerWorker = 60 // of each worker
	stressLimit         = 4  // interviews of each student
)

// stressTest is a small school in which random operations run concurrently while time
// passes.
type stressTest struct {
	*world
	servers      [2]*app.App
	students     []booking.Student
	interviewers []booking.Interviewer
	ticks        atomic.Int64

	mu         sync.Mutex
	slots      []booking.SlotID
	past       []booking.InterviewID // interviews that can be completed or marked as missed
	missed     []booking.InterviewID
	interviews []booking.InterviewID
	holds      []booking.Hold
	waivers    []booking.WaiverID
	outcomes   map[string]int // counts of each operation and outcome
}

// now advances the shared clock of both servers by a second: holds expire, and a request
// that arrived in time may be executed after the expiry.
func (s *stressTest) now() time.Time { return t0.Add(time.Duration(s.ticks.Add(1)) * time.Second) }

func newStressTest(t *testing.T, i pgtest.Intercept) *stressTest {
	t.Helper()
	w := newWorld(t)
	s := &stressTest{world: w, outcomes: map[string]int{}}
	for n := range s.servers {
		s.servers[n] = app.New(w.db.Intercepted(t, i), s.now)
	}
	for range 10 {
		student := w.student(func(s *booking.Student) { s.InterviewLimit = ptr(stressLimit) })
		s.students = append(s.students, student)
		s.past = append(s.past, w.pastBooking(student).ID, w.pastBooking(student).ID)
	}
	for range 6 {
		by := w.interviewer()
		s.interviewers = append(s.interviewers, by)
		for hour := range 6 {
			s.slots = append(s.slots, w.slot(by, float64(hour+1)).ID)
		}
	}
	return s
}

func TestRandomConcurrentOperations(t *testing.T) {
	t.Parallel()
	failed := &failures{}
	s := newStressTest(t, pgtest.Intercept{After: failed.count})
	concurrently(stressWorkers, func(worker int) error {
		random := rand.New(rand.NewPCG(1, uint64(worker)))
		for range operationsPerWorker {
			s.operate(random, s.servers[worker%2])
		}
		return nil
	})()
	t.Log(s.outcomes)
	s.wantResultsOrRefusals()
	failed.want(t, 0)
	s.late = s.now().Sub(t0)
	s.wantNoFindings()
	s.wantLimits()
}

// wantLimits fails the test if a student has used more interviews than the limit and their
// waivers allow.
func (s *stressTest) wantLimits() {
	s.t.Helper()
	for _, student := range s.students {
		e := s.eligibility(student.ID)
		waived := one[int](s.world, `SELECT (SELECT count(*) FROM interviews WHERE student_id = $1 AND waivers <> '{}')
			+ (SELECT count(*) FROM holds WHERE student_id = $1 AND waivers <> '{}' AND ended_at IS NULL AND expires_at > $2)`,
			student.ID, t0.Add(s.late))
		if e.InterviewsUsed > e.InterviewLimit+waived {
			s.t.Errorf("student %d has used %d of %d interviews, %d of them by a waiver",
				student.ID, e.InterviewsUsed, e.InterviewLimit, waived)
		}
	}
}

// cancelling are the kinds of operations that cancel bookings. They start again when a
// student books in the meantime, and fail with a retry code after several attempts. How
// often that happens depends on the machine.
var cancelling = []string{"withdraw", "block", "remove", "update interviewer"}

// wantResultsOrRefusals fails unless every operation ended with a result or a refusal, and every
// kind of operation succeeded at least once.
func (s *stressTest) wantResultsOrRefusals() {
	s.t.Helper()
	for _, kind := range stressOperations {
		if s.outcomes[kind.name+": ok"] == 0 {
			s.t.Errorf("no %s succeeded", kind.name)
		}
	}
	for outcome := range s.outcomes {
		kind, busy := strings.CutSuffix(outcome, ": "+string(booking.BusyRetry))
		if strings.Contains(outcome, "internal error") || busy && !slices.Contains(cancelling, kind) {
			s.t.Errorf("outcome of an operation = %s, want a result or a refusal", outcome)
		}
	}
}

// operate runs a random operation.
func (s *stressTest) operate(random *rand.Rand, on *app.App) {
	all := 0
	for _, kind := range stressOperations {
		all += kind.weight
	}
	at := random.IntN(all)
	for _, kind := range stressOperations {
		if at -= kind.weight; at < 0 {
			err := kind.do(s, random, on)
			s.mu.Lock()
			defer s.mu.Unlock()
			s.outcomes[kind.name+": "+outcome(err)]++
			return
		}
	}
}

// A session that takes the locks in the opposite order, slot before student, deadlocks
// with a booking. Postgres aborts one of the two, failures counts it, and the booking
// succeeds, if necessary in a second attempt.
func TestOppositeLockOrderDeadlocks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, slot := w.student(), w.slot(w.interviewer(), 1)
	failed := &failures{}
	server := w.server(pgtest.Intercept{After: failed.count})
	other, err := w.sql.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Rollback()
	if _, err := other.ExecContext(t.Context(), "SELECT FROM slots WHERE id = $1 FOR NO KEY UPDATE", slot.ID); err != nil {
		t.Fatal(err)
	}
	booked := inBackground(func() error {
		_, err := server.Book(t.Context(), reservation.BookSlotInput{StudentID: s.ID, SlotID: slot.ID})
		return err
	})
	w.db.AwaitLockWaits(t, 1, "FROM slots WHERE")
	const opposite = "SELECT FROM students WHERE id = $1 FOR NO KEY UPDATE"
	_, err = other.ExecContext(t.Context(), opposite, s.ID)
	failed.count(opposite, err)
	if err := other.Rollback(); err != nil {
		t.Fatal(err)
	}
	wantOutcome(t, "the booking", booked(), "ok")
	if failed.n() == 0 { // may be two, if both sides detect the deadlock at the same moment
		t.Error("no failure is counted, want a deadlock")
	}
	w.wantNoFindings()
}
