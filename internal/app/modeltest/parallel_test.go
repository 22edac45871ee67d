package modeltest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/jackc/pgx/v5/pgconn"

	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

const rounds = 25

// concurrentRun is a run of concurrent operations on two servers of a school, at a fixed time.
type concurrentRun struct {
	*comparison
	servers [2]*app.App
	start   *school // the model at the start
	draw    func(*school, dice) operation

	mu      sync.Mutex
	known   *school // the start and the ids of objects created since, for drawing operations
	history []porcupine.Operation
	ticks   atomic.Int64
}

// newConcurrentRun creates a small school where some interviews have begun, others are in the
// future, and few slots and bookings are left.
func newConcurrentRun(t *testing.T, seed uint64, p *comparison, servers [2]*store.Store) *concurrentRun {
	t.Helper()
	d := seeded(seed, -1)
	p.setUpSchool(d)
	for n, by := range p.school.interviewers {
		start := t0.Add(time.Duration(1+n) * time.Hour / 2)
		p.execute(addAvailability{by: by.id, span: span{start, start.Add(4 * time.Hour)}})
	}
	// Each student starts with an interview, if the rules permit it. The first interview
	// is missed.
	for n, who := range p.school.students {
		two := 2
		p.execute(setLimit{who.id, &two})
		p.execute(bookSlot{by: admin, student: who.id, slot: p.school.slots[4*(n%len(p.school.interviewers))].id})
	}
	for range 8 {
		p.execute(p.school.drawBook(d))
		p.execute(p.school.drawGrant(d))
	}
	p.execute(advanceClock{t0.Add(100 * time.Minute)})
	p.execute(markNoShow{p.school.interviews[0].id, booking.PartyStudent})
	for range 4 {
		p.execute(p.school.drawHoldSlot(d))
	}
	c := &concurrentRun{comparison: p, start: p.school.copy(), draw: (*school).drawBusy, known: p.school.copy()}
	for n := range servers {
		c.servers[n] = app.New(servers[n], func() time.Time { return c.start.now })
	}
	return c
}

func seeded(seed uint64, worker int) dice {
	return rand.New(rand.NewPCG(seed, uint64(worker))).IntN
}

// runWorkers lets each worker execute the given number of drawn operations, and records the
// history.
func (c *concurrentRun) runWorkers(seed uint64, size, each int, seen *tally) {
	var all sync.WaitGroup
	for worker := range size {
		all.Go(func() {
			d := seeded(seed, worker)
			for range each {
				c.mu.Lock()
				o := c.draw(c.known, d)
				c.mu.Unlock()
				call := c.ticks.Add(1)
				got, id := responseOf(c.ctx, c.servers[worker%2], o)
				entry := porcupine.Operation{ClientId: worker, Input: o, Call: call, Output: reply{got, id}, Return: c.ticks.Add(1)}
				seen.count(o, got)
				c.mu.Lock()
				c.history = append(c.history, entry)
				c.known.addCreated(o, got, id)
				c.mu.Unlock()
			}
		})
	}
	all.Wait()
}

// drawBusy draws an operation that conflicts with others on a student, a slot or a cap.
func (s *school) drawBusy(d dice) operation {
	return []func(*school, dice) operation{
		(*school).drawBook, (*school).drawBook, (*school).drawBook, (*school).drawHoldSlot, (*school).drawHoldSlot, (*school).drawRelease,
		(*school).drawCancel, (*school).drawCancel, (*school).drawReschedule, (*school).drawReschedule, (*school).drawComplete,
		(*school).drawNoShow, (*school).drawUndo,
	}[d(13)](s, d)
}

// addCreated adds created objects, so that other workers can draw them.
func (s *school) addCreated(o operation, got response, id int64) {
	switch o := o.(type) {
	case bookSlot:
		if got.refused == "" && !o.dry && s.interview(booking.InterviewID(id)) == nil {
			s.interviews = append(s.interviews, interview{
				id: booking.InterviewID(id), student: o.student, by: s.slot(o.slot).by, slot: o.slot, span: s.slot(o.slot).span, status: booking.Booked,
			})
		}
	case holdSlot:
		if got.refused == "" && s.hold(booking.HoldID(id)) == nil {
			s.holds = append(s.holds, hold{id: booking.HoldID(id), student: o.student, slot: o.slot, expires: s.now.Add(time.Minute)})
		}
	}
}

// lockFailures counts the statements that failed with a deadlock, a serialization failure or a
// lock timeout, including those that a retry hides.
type lockFailures struct{ atomic.Int64 }

func (g *lockFailures) count(_ string, err error) {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && slices.Contains([]string{"40P01", "40001", "55P03"}, pg.Code) {
		g.Add(1)
	}
}

// repeatConcurrentRuns starts a run on a new school in each round, until enough returns
// true.
func repeatConcurrentRuns(t *testing.T, size, each int, i pgtest.Intercept, seen *tally, enough func(seed uint64, c *concurrentRun) bool) {
	t.Helper()
	db := pgtest.New(t)
	db.WantLoggedWrites(t)
	plain, rows := db.Open(t, store.Options{}), db.SQL(t)
	servers := [2]*store.Store{db.Intercepted(t, i), db.Intercepted(t, i)}
	for seed := range uint64(rounds) {
		c := newConcurrentRun(t, seed, newComparison(t.Context(), t, plain, plain, rows), servers)
		c.runWorkers(seed, size, each, seen)
		if enough(seed, c) {
			return
		}
	}
}

// The concurrent operations of sixteen workers on two servers are linearizable: the model
// gives the same responses in some serial order. The seed determines the operations;
// Postgres determines their order.
func TestConcurrentOperationsAreLinearizable(t *testing.T) {
	t.Parallel()
	seen, failed := newTally(), &lockFailures{}
	const size, each = 16, 6
	repeatConcurrentRuns(t, size, each, pgtest.Intercept{After: failed.count}, seen, func(seed uint64, c *concurrentRun) bool {
		if !hasSerialOrder(c.start, c.history) {
			t.Errorf("round %d is not linearizable:\n%s", seed, c.formatHistory())
		}
		found, err := c.store.Check(t.Context(), c.start.now)
		if err != nil || len(found) > 0 {
			t.Errorf("round %d: Check() = %v, %v; want no findings", seed, found, err)
		}
		return t.Failed()
	})
	if n := failed.Load(); n > 0 {
		t.Errorf("%d statements failed with a deadlock, a serialization failure or a lock timeout, want none", n)
	}
	seen.want(t, rounds*size*each, []string{
		"bookSlot", "holdSlot", "releaseHold", "cancelInterview", "rescheduleInterview", "completeInterview", "markNoShow", "undoNoShow",
	}, codes{
		booking.LimitReached, booking.AlreadyInterviewed, booking.OwnOverlap, booking.InterviewerFull, booking.SlotTaken,
		booking.SlotHeld, booking.AlreadyHolding, booking.IdempotencyMismatch, booking.WrongStatus,
	})
}

// formatHistory formats the history in the order of the calls.
func (c *concurrentRun) formatHistory() string {
	slices.SortFunc(c.history, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	var lines []string
	for _, o := range c.history {
		lines = append(lines, fmt.Sprintf("%d-%d worker %d %T%+v: %+v", o.Call, o.Return, o.ClientId, o.Input, o.Input, o.Output))
	}
	return strings.Join(lines, "\n")
}

// Without the locks of students, interviewers and slots, and with every constraint in
// place, some runs are not linearizable.
func TestConcurrentOperationsAreLinearizableUnprotected(t *testing.T) {
	t.Parallel()
	verdicts := compareCheckers(t, pgtest.Intercept{Rewrite: func(statement string) string {
		for _, table := range []string{"students", "interviewers", "slots"} {
			if strings.Contains(statement, "FROM "+table+" ") {
				statement = strings.ReplaceAll(statement, " FOR NO KEY UPDATE", "")
				statement = strings.ReplaceAll(statement, " FOR SHARE", "")
			}
		}
		return statement
	}})
	if verdicts[porcupine.Illegal] == 0 {
		t.Errorf("the verdicts are %v, want some runs that are not linearizable", verdicts)
	}
}

func TestPorcupineAgrees(t *testing.T) {
	t.Parallel()
	if verdicts := compareCheckers(t, pgtest.Intercept{}); verdicts[porcupine.Ok] != rounds {
		t.Errorf("the verdicts on %d rounds are %v, want only Ok", rounds, verdicts)
	}
}

// compareCheckers counts porcupine's verdicts on runs that are small enough for it, and
// fails the test if hasSerialOrder disagrees.
func compareCheckers(t *testing.T, i pgtest.Intercept) map[porcupine.CheckResult]int {
	t.Helper()
	verdicts := map[porcupine.CheckResult]int{}
	repeatConcurrentRuns(t, 8, 3, i, newTally(), func(seed uint64, c *concurrentRun) bool {
		want := checkWithPorcupine(c.start, c.history)
		if got := hasSerialOrder(c.start, c.history); got != (want == porcupine.Ok) {
			t.Errorf("round %d: hasSerialOrder() = %t, and porcupine says %s:\n%s", seed, got, want, c.formatHistory())
		}
		verdicts[want]++
		return t.Failed()
	})
	t.Logf("porcupine's verdicts: %v", verdicts)
	return verdicts
}
