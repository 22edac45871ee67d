package app_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// failures counts the statements that Postgres ended for a deadlock, a
// serialisation failure or a lock timeout, those too that a retry hid. Its
// count is meant for Intercept.After.
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

// n is how many there were.
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
		t.Errorf("Postgres gave up %d statements for a lock, want %d: %q", len(f.seen), n, f.seen)
	}
}

const (
	stormWorkers    = 16
	stormOperations = 40 // of each worker
	stormLimit      = 3  // interviews of each student
)

// storm is a small school in which everybody does everything.
type storm struct {
	*world
	servers      [2]*app.App
	students     []booking.Student
	interviewers []booking.Interviewer

	mu         sync.Mutex
	slots      []booking.SlotID
	interviews []booking.InterviewID
	outcomes   map[string]int // of each kind of operation
}

func newStorm(t *testing.T, i pgtest.Intercept) *storm {
	t.Helper()
	w := newWorld(t)
	s := &storm{world: w, servers: w.servers(i), outcomes: map[string]int{}}
	for range 10 {
		student := w.student(func(s *booking.Student) { s.LimitOverride = ptr(stormLimit) })
		s.students = append(s.students, student)
		s.interviews = append(s.interviews, w.pastBooking(student).ID, w.pastBooking(student).ID)
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

func TestStormOfOperations(t *testing.T) {
	t.Parallel()
	gaveUp := &failures{}
	s := newStorm(t, pgtest.Intercept{After: gaveUp.count})
	atOnce(stormWorkers, func(worker int) error {
		random := rand.New(rand.NewPCG(1, uint64(worker)))
		for range stormOperations {
			s.operate(random, s.servers[worker%2])
		}
		return nil
	})()
	t.Log(s.outcomes)
	s.wantAnswers()
	gaveUp.want(t, 0)
	s.wantSound()
	for _, student := range s.students {
		if e := s.eligibility(student.ID); e.InterviewsUsed > e.InterviewLimit {
			t.Errorf("student %d has used %d of %d interviews", student.ID, e.InterviewsUsed, e.InterviewLimit)
		}
	}
}

// wantAnswers fails unless every operation ended with a result or a refusal,
// and each kind of them with a result at least once.
func (s *storm) wantAnswers() {
	s.t.Helper()
	for _, kind := range []string{"book", "dry run", "cancel", "complete", "publish", "update interviewer", "update student", "list"} {
		if s.outcomes[kind+": ok"] == 0 {
			s.t.Errorf("no %s succeeded: the storm shows little", kind)
		}
	}
	for outcome := range s.outcomes {
		if strings.Contains(outcome, "fault") || strings.Contains(outcome, string(booking.BusyRetry)) {
			s.t.Errorf("an operation ended with %s", outcome)
		}
	}
}

// operate does one thing at random, bookings most often.
func (s *storm) operate(random *rand.Rand, on *app.App) {
	var kind string
	var err error
	switch random.IntN(12) {
	case 0, 1, 2, 3:
		kind, err = "book", s.book(random, on, false)
	case 4:
		kind, err = "dry run", s.book(random, on, true)
	case 5, 6:
		kind, err = "cancel", s.cancel(random, on)
	case 7:
		kind, err = "complete", s.complete(random, on)
	case 8:
		kind, err = "publish", s.publish(random, on)
	case 9:
		kind, err = "update interviewer", s.updateInterviewer(random, on)
	case 10:
		kind, err = "update student", s.updateStudent(random, on)
	case 11:
		kind, err = "list", s.list(random, on)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outcomes[kind+": "+outcome(err)]++
}

func (s *storm) book(random *rand.Rand, on *app.App, dry bool) error {
	i, err := on.Book(s.t.Context(), app.BookSlotInput{
		StudentID: pick(s, random, &s.students).ID, SlotID: s.pickSlot(random), DryRun: dry,
	})
	if err == nil && !dry {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.interviews = append(s.interviews, i.ID)
	}
	return err
}

func (s *storm) cancel(random *rand.Rand, on *app.App) error {
	_, err := on.CancelInterview(s.t.Context(), app.CancelInterviewInput{InterviewID: pick(s, random, &s.interviews), Reason: "ill"})
	return err
}

func (s *storm) complete(random *rand.Rand, on *app.App) error {
	grade := booking.MaxGrade
	if random.IntN(8) == 0 {
		grade = booking.MinGrade
	}
	_, err := on.CompleteInterview(s.t.Context(), app.CompleteInterviewInput{InterviewID: pick(s, random, &s.interviews), Grade: &grade})
	return err
}

func (s *storm) publish(random *rand.Rand, on *app.App) error {
	start := t0.Add(time.Duration(1+random.IntN(16)) * 30 * time.Minute)
	published, err := on.AddAvailability(s.t.Context(), app.AddAvailabilityInput{
		InterviewerID: pick(s, random, &s.interviewers).ID, Start: start, End: start.Add(3 * time.Hour), SlotMinutes: 60,
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, slot := range published.Slots {
		s.slots = append(s.slots, slot.ID)
	}
	return nil
}

// updateInterviewer changes the e-mail each time: it is a key, and changing it
// takes the strongest lock.
func (s *storm) updateInterviewer(random *rand.Rand, on *app.App) error {
	_, err := on.UpdateInterviewer(s.t.Context(), app.InterviewerChange{
		InterviewerID: pick(s, random, &s.interviewers).ID, Active: ptr(random.IntN(5) > 0),
		Email: ptr(fmt.Sprintf("interviewer-%x@example.org", random.Uint64())),
	})
	return err
}

func (s *storm) updateStudent(random *rand.Rand, on *app.App) error {
	_, err := on.UpdateStudent(s.t.Context(), app.StudentChange{
		StudentID: pick(s, random, &s.students).ID, Email: ptr(fmt.Sprintf("student-%x@example.org", random.Uint64())),
	})
	return err
}

func (s *storm) list(random *rand.Rand, on *app.App) error {
	in := calendar.Span{Start: t0, End: t0.Add(24 * time.Hour)}
	_, err := on.AvailableSlots(s.t.Context(), pick(s, random, &s.students).ID, store.SlotSearch{In: in}, store.Page{First: 10})
	return err
}

func pick[T any](s *storm, random *rand.Rand, list *[]T) T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return (*list)[random.IntN(len(*list))]
}

// pickSlot picks one of the slots published last: most of the older ones are
// withdrawn.
func (s *storm) pickSlot(random *rand.Rand) booking.SlotID {
	s.mu.Lock()
	defer s.mu.Unlock()
	recent := s.slots[max(0, len(s.slots)-36):]
	return recent[random.IntN(len(recent))]
}

// A session that takes the locks in the opposite order, slot before student,
// and a booking end in a deadlock. Postgres kills one of the two, the count of
// the storm sees it, and the booking is made, by a second attempt if need be.
func TestOppositeLockOrderDeadlocks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, slot := w.student(), w.slot(w.interviewer(), 1)
	gaveUp := &failures{}
	server := w.server(pgtest.Intercept{After: gaveUp.count})
	other, err := w.sql.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Rollback()
	if _, err := other.ExecContext(t.Context(), "SELECT FROM slots WHERE id = $1 FOR NO KEY UPDATE", slot.ID); err != nil {
		t.Fatal(err)
	}
	booked := meanwhile(func() error {
		_, err := server.Book(t.Context(), app.BookSlotInput{StudentID: s.ID, SlotID: slot.ID})
		return err
	})
	w.db.AwaitLockWaits(t, 1, "FROM slots WHERE")
	const opposite = "SELECT FROM students WHERE id = $1 FOR NO KEY UPDATE"
	_, err = other.ExecContext(t.Context(), opposite, s.ID)
	gaveUp.count(opposite, err)
	if err := other.Rollback(); err != nil {
		t.Fatal(err)
	}
	wantOutcome(t, "the booking", booked(), "ok")
	if gaveUp.n() == 0 { // two, when both sides look for a deadlock at the same moment
		t.Error("Postgres gave up no statement: the storm's count would not see a deadlock")
	}
	w.wantSound()
}
