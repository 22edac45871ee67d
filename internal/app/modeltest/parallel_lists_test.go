package modeltest

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/anishathalye/porcupine"

	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// listSlots lists the slots that a student can book.
type listSlots struct {
	student booking.StudentID
	by      booking.InterviewerID // 0 for all
}

func (o listSlots) do(ctx context.Context, on *app.App) (string, int64, error) {
	search := store.SlotSearch{In: year}
	if o.by != 0 {
		search.InterviewerIDs = []booking.InterviewerID{o.by}
	}
	list, err := on.AvailableSlots(ctx, o.student, search, store.Page{First: 1000})
	if err != nil {
		return "", 0, err
	}
	return formatList(slotIDs(list.Slots), formatAppEligibility(list.Eligibility)), 0, nil
}

func formatList(slots []booking.SlotID, eligibility string) string {
	return fmt.Sprintf("slots %v; %s", slots, eligibility)
}

func (o listSlots) expect(s *school, _ int64) response {
	if s.student(o.student) == nil {
		return refuse(booking.NotFound)
	}
	listed := slices.DeleteFunc(s.listed(o.student), func(id booking.SlotID) bool { return o.by != 0 && s.slot(id).by != o.by })
	return response{result: formatList(listed, s.eligibility(o.student))}
}

// drawListed draws a list, or an operation that changes lists.
func (s *school) drawListed(d dice) operation {
	if d.oneIn(2) {
		o := listSlots{student: s.aStudent(d)}
		if d.oneIn(2) { // SQL answers it, with the record in memory
			o.by = s.anInterviewer(d)
		}
		return o
	}
	return []func(*school, dice) operation{
		(*school).drawBook, (*school).drawBook, (*school).drawHoldSlot, (*school).drawHoldSlot, (*school).drawRelease, (*school).drawCancel,
	}[d(6)](s, d)
}

// listingRounds is the number of concurrent runs with lists.
const listingRounds = 16

// newListingRun returns a run of concurrent lists and changes on two servers that follow the
// change log of the database.
func newListingRun(t *testing.T, seed uint64, db pgtest.Database) (*concurrentRun, [2]*followingServer) {
	t.Helper()
	plain := db.Open(t, store.Options{})
	followers := [2]*followingServer{openFollowing(t, db), openFollowing(t, db)}
	c := newConcurrentRun(t, seed, newComparison(t.Context(), t, plain, plain, db.SQL(t)), [2]*store.Store{followers[0].Store, followers[1].Store})
	c.draw = (*school).drawListed
	for _, f := range followers {
		f.start(t)
		f.awaitSlots(t, true)
	}
	return c, followers
}

const listingWorkers, listingEach = 6, 6

// Lists from memory are linearizable with the bookings, holds and cancellations of several
// students on two servers: each list is what the student could book at one moment between
// the request and the response. The seed determines the operations; Postgres determines
// their order.
func TestConcurrentListsAreLinearizable(t *testing.T) {
	t.Parallel()
	seen := newTally()
	var late atomic.Int64
	t.Run("seeds", func(t *testing.T) {
		for seed := range uint64(listingRounds) {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				c, followers := newListingRun(t, seed, pgtest.New(t))
				c.runWorkers(seed, listingWorkers, listingEach, seen)
				verdict, fromSQL := checkWithPorcupine(c.start, c.history), followers[0].fromSQL.Load()+followers[1].fromSQL.Load()
				switch {
				case verdict == porcupine.Ok:
				case verdict == porcupine.Unknown && hasSerialOrder(c.start, c.history): // it takes porcupine too long
				case fromSQL > 0: // a slow machine did not read the log in time
					t.Logf("seed %d is %s, and %d lists were read with SQL", seed, verdict, fromSQL)
					late.Add(1)
				default:
					t.Errorf("seed %d is not linearizable (%s):\n%s", seed, verdict, c.formatHistory())
				}
			})
		}
	})
	if n := late.Load(); n > listingRounds/4 {
		t.Errorf("%d of %d runs are not linearizable and had lists that were read with SQL, want at most a quarter", n, listingRounds)
	}
	seen.want(t, listingRounds*listingWorkers*listingEach, []string{"listSlots", "bookSlot", "holdSlot", "releaseHold", "cancelInterview"}, codes{
		booking.SlotTaken, booking.SlotHeld,
	})
}

// If servers read the log late, so that lists do not wait for what was committed before
// them, some runs are not linearizable. Without their lists, all of them are.
func TestConcurrentListsAreLinearizableLate(t *testing.T) {
	t.Parallel()
	verdicts := map[porcupine.CheckResult]int{}
	for seed := uint64(0); seed < listingRounds && verdicts[porcupine.Illegal] == 0; seed++ {
		db := pgtest.New(t)
		readLate(t, db)
		c, _ := newListingRun(t, seed, db)
		c.runWorkers(seed, listingWorkers, listingEach, newTally())
		verdicts[checkWithPorcupine(c.start, c.history)]++
		changes := slices.DeleteFunc(slices.Clone(c.history), func(o porcupine.Operation) bool { return isList(o.Input) })
		if !hasSerialOrder(c.start, changes) {
			t.Errorf("the changes of seed %d are not linearizable:\n%s", seed, c.formatHistory())
		}
	}
	t.Logf("porcupine's verdicts: %v", verdicts)
	if verdicts[porcupine.Illegal] == 0 {
		t.Errorf("the verdicts are %v, want a run that is not linearizable", verdicts)
	}
}

func isList(input any) bool {
	_, is := input.(listSlots)
	return is
}

// readLate makes all servers read the log up to a hundred transactions ago: their current
// snapshot is an old one.
func readLate(t *testing.T, db pgtest.Database) {
	t.Helper()
	_, err := db.SQL(t).ExecContext(t.Context(), `
		CREATE SCHEMA late;
		CREATE FUNCTION late.pg_current_snapshot() RETURNS pg_snapshot LANGUAGE sql STABLE AS $$
			SELECT (least(xmin, old) || ':' || old || ':' ||
				(SELECT coalesce(string_agg(x::text, ',' ORDER BY x), '') FROM pg_snapshot_xip(s) AS x WHERE x::text::bigint < old))::pg_snapshot
			FROM (SELECT s, pg_snapshot_xmin(s)::text::bigint AS xmin, pg_snapshot_xmax(s)::text::bigint - 100 AS old
				FROM (SELECT pg_catalog.pg_current_snapshot() AS s) AS present) AS numbers $$;
		DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = late, pg_catalog, public', current_database()); END $$`)
	if err != nil {
		t.Fatal(err)
	}
}
