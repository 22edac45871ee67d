package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// An eventReader reads events in commit order. It remembers only the last id.
type eventReader struct {
	last booking.EventID
	read []booking.Event
}

// next reads up to limit events and reports whether there may be more.
func (r *eventReader) next(t *testing.T, s *store.Store, limit int) (more bool) {
	t.Helper()
	batch, err := s.EventsAfter(t.Context(), r.last, store.EventFilter{}, limit)
	if err != nil {
		t.Fatal(err)
	}
	if len(batch.Events) > limit {
		t.Fatalf("a batch has %d events, want at most %d", len(batch.Events), limit)
	}
	r.read, r.last = append(r.read, batch.Events...), batch.Last
	return batch.More
}

// drain reads all remaining events.
func (r *eventReader) drain(t *testing.T, s *store.Store) *eventReader {
	t.Helper()
	for r.next(t, s, 100) {
	}
	return r
}

func (r *eventReader) ids() []booking.EventID {
	ids := make([]booking.EventID, len(r.read))
	for i, e := range r.read {
		ids[i] = e.ID
	}
	return ids
}

// wantEachOnce fails the test unless the reader has read each event of the table once.
func (r *eventReader) wantEachOnce(t *testing.T, db *sql.DB) {
	t.Helper()
	got, want := slices.Sorted(slices.Values(r.ids())), eventIDs(t, db, 0)
	if !slices.Equal(got, want) {
		t.Errorf("read %d events %v, want each of the %d once: %v", len(got), got, len(want), want)
	}
}

// eventIDs returns the ids after one, in ascending order.
func eventIDs(t *testing.T, db *sql.DB, after booking.EventID) (ids []booking.EventID) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SELECT id FROM events WHERE id > $1 ORDER BY id", int64(after))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, booking.EventID(id))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return ids
}

// appendEvent commits an event after during has run in its transaction.
func appendEvent(ctx context.Context, s *store.Store, e booking.Event, during func() error) error {
	_, err := store.InTx(ctx, s, func(tx *store.Tx) (store.Nothing, error) {
		if err := tx.AppendEvents(ctx, e); err != nil {
			return store.Nothing{}, err
		}
		return store.Nothing{}, during()
	})
	return err
}

func anEvent() booking.Event {
	return booking.Event{At: planned, Kind: booking.PolicyUpdated, Actor: booking.Actor{Role: booking.RoleAdmin, ID: 1}}
}

// An openEvent is the event of a transaction that is in progress.
type openEvent struct {
	end  chan error // receives what the transaction's function returns
	done chan error // receives its result
}

var errUndone = errors.New("rolled back")

// hold starts a transaction that has appended an event.
func hold(t *testing.T, s *store.Store) openEvent {
	t.Helper()
	o, begun := openEvent{make(chan error, 1), make(chan error, 1)}, make(chan struct{})
	go func() {
		o.done <- appendEvent(t.Context(), s, anEvent(), func() error {
			close(begun)
			return <-o.end
		})
	}()
	select {
	case <-begun:
	case err := <-o.done:
		t.Fatal(err)
	}
	return o
}

func (o openEvent) commit(t *testing.T) {
	t.Helper()
	o.end <- nil
	if err := <-o.done; err != nil {
		t.Fatal(err)
	}
}

func (o openEvent) undo(t *testing.T) {
	t.Helper()
	o.end <- errUndone
	if err := <-o.done; !errors.Is(err, errUndone) {
		t.Fatal(err)
	}
}

// turns lets writers wait for a reader.
type turns struct {
	mu    sync.Mutex
	taken sync.Cond
	n     int
}

func newTurns() *turns {
	u := &turns{}
	u.taken.L = &u.mu
	return u
}

func (u *turns) take() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.n++
	u.taken.Broadcast()
}

// await waits for a turn that begins after the call.
func (u *turns) await() {
	u.mu.Lock()
	defer u.mu.Unlock()
	for seen := u.n; u.n < seen+2; {
		u.taken.Wait()
	}
}

// A reader that resumes after each batch, on another server or on a restarted one, receives
// each event once, though 16 writers commit events in another order than that of their ids, and
// one transaction stays open all the time. A reader by id misses some.
func TestEventsAfterMissesNothing(t *testing.T) {
	t.Parallel()
	const clients, times = 16, 8
	database := pgtest.New(t)
	db, writer := database.SQL(t), database.Open(t, store.Options{MaxConns: 3 * clients})
	long := hold(t, writer)
	reads := newTurns()
	var writing errgroup.Group
	for client := range clients {
		writing.Go(func() error {
			for range times {
				err := appendEvent(t.Context(), writer, anEvent(), func() error {
					if err := appendEvent(t.Context(), writer, anEvent(), func() error { return errUndone }); !errors.Is(err, errUndone) {
						return err
					}
					if err := appendEvent(t.Context(), writer, anEvent(), func() error { return nil }); err != nil {
						return err
					}
					if client%2 == 0 {
						reads.await()
					}
					return nil
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	written := make(chan error, 1)
	go func() { written <- writing.Wait() }()
	servers := []*store.Store{database.Open(t, store.Options{}), database.Open(t, store.Options{})}
	var reader eventReader
	var byID, lastByID booking.EventID
	turn := func(n int) {
		if n%10 == 0 {
			servers[0] = database.Open(t, store.Options{}) // restarted
		}
		reader.next(t, servers[n%len(servers)], 1+n%7)
		if ids := eventIDs(t, db, lastByID); len(ids) > 0 {
			byID, lastByID = byID+booking.EventID(len(ids)), ids[len(ids)-1]
		}
		reads.take()
	}
	for n := 0; ; n++ {
		turn(n)
		select {
		case err := <-written:
			if err != nil {
				t.Fatal(err)
			}
		default:
			continue
		}
		break
	}
	reader.drain(t, servers[0])
	if got, want := len(reader.read), 2*clients*times; got != want {
		t.Errorf("while a transaction is open, %d events were read, want %d", got, want)
	}
	long.commit(t)
	turn(1)
	reader.drain(t, servers[0]).wantEachOnce(t, db)
	if got, want := len(reader.read), 1+2*clients*times; got != want {
		t.Errorf("%d events were read, want %d", got, want)
	}
	if missed := len(reader.read) - int(byID); missed < clients/2 {
		t.Errorf("a reader by id missed %d events, want at least %d", missed, clients/2)
	}
}

// The events of transactions that wait for each other, as those of one interview do, are read
// in their order.
func TestEventsAfterKeepsTheOrderOfLocks(t *testing.T) {
	t.Parallel()
	const students, times = 4, 10
	database := pgtest.New(t)
	s := database.Open(t, store.Options{})
	inTx(t, s, func(tx *store.Tx) (store.Nothing, error) {
		return store.Nothing{}, tx.LoadStudents(t.Context(), manyStudents(students))
	})
	var writing errgroup.Group
	changes := make([]int, students+1) // guarded by the locks in the database
	for client := range 3 * students {
		student := booking.StudentID(1 + client%students)
		writing.Go(func() error {
			for range times {
				_, err := store.InTx(t.Context(), s, func(tx *store.Tx) (store.Nothing, error) {
					if _, err := tx.LockStudent(t.Context(), student); err != nil {
						return store.Nothing{}, err
					}
					e := anEvent()
					changes[student]++
					e.StudentID, e.RequestID = student, fmt.Sprint(changes[student])
					return store.Nothing{}, tx.AppendEvents(t.Context(), e)
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	written := make(chan error, 1)
	go func() { written <- writing.Wait() }()
	var reader eventReader
	for done := false; !done; {
		select {
		case err := <-written:
			if err != nil {
				t.Fatal(err)
			}
			done = true
		default:
		}
		reader.next(t, s, 5)
	}
	reader.drain(t, s)
	seen := map[booking.StudentID]int{}
	for _, e := range reader.read {
		seen[e.StudentID]++
		if e.RequestID != fmt.Sprint(seen[e.StudentID]) {
			t.Errorf("event %d of student %d is change %s", seen[e.StudentID], e.StudentID, e.RequestID)
		}
	}
	if got, want := len(reader.read), 3*students*times; got != want {
		t.Errorf("%d events were read, want %d", got, want)
	}
}

// gaps returns the state of the gaps.
func gaps(t *testing.T, db *sql.DB) (gaps string, settling sql.NullInt64) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), "SELECT gaps::text, settling FROM event_sequence").Scan(&gaps, &settling); err != nil {
		t.Fatal(err)
	}
	return gaps, settling
}

// untilGaps appends and reads events until the gaps are as wanted. Transactions of other tests
// delay that, because transaction ids are those of the Postgres server.
func untilGaps(t *testing.T, s *store.Store, db *sql.DB, reader *eventReader, want string) {
	t.Helper()
	for started := time.Now(); ; {
		if err := appendEvent(t.Context(), s, anEvent(), func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		reader.drain(t, s)
		got, _ := gaps(t, db)
		switch {
		case got == want:
			reader.wantEachOnce(t, db)
			return
		case time.Since(started) > 5*time.Minute:
			t.Fatalf("after event %d, the gaps are %s, want %s", reader.last, got, want)
		}
	}
}

// The id of an event of a transaction in progress is kept in mind as long as it may be
// committed, and no longer.
func TestGapsAreGivenUp(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	s, db := database.Open(t, store.Options{}), database.SQL(t)
	var reader eventReader
	step := func(want string) {
		t.Helper()
		if err := appendEvent(t.Context(), s, anEvent(), func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		reader.drain(t, s).wantEachOnce(t, db)
		if got, _ := gaps(t, db); got != want {
			t.Errorf("after event %d, the gaps are %s, want %s", reader.last, got, want)
		}
	}
	step("{}")
	early := hold(t, s) // 2
	hold(t, s).undo(t)  // 3
	step("{[2,4)}")
	late := hold(t, s) // 5, of the newest transaction
	for range 5 {
		step("{[2,4),[5,6)}")
	}
	early.commit(t)
	untilGaps(t, s, db, &reader, "{[5,6)}")
	for range 5 {
		step("{[5,6)}")
	}
	late.commit(t)
	untilGaps(t, s, db, &reader, "{}")
}

// A transaction that has drawn the id of an event has a transaction id, or else a run could
// take its gap for one that stays.
func TestEventIDIsDrawnAfterTheTransactionID(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	db := database.SQL(t)
	_, err := db.ExecContext(t.Context(), `
		CREATE FUNCTION want_id() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			IF pg_current_xact_id_if_assigned() IS NULL THEN RAISE 'event % has no transaction id', NEW.id; END IF;
			RETURN NEW;
		END $$;
		CREATE TRIGGER want_id BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION want_id()`)
	if err != nil {
		t.Fatal(err)
	}
	if err := appendEvent(t.Context(), database.Open(t, store.Options{}), anEvent(), func() error { return nil }); err != nil {
		t.Error(err)
	}
	without := database.Intercepted(t, pgtest.Intercept{Rewrite: func(statement string) string {
		return strings.ReplaceAll(statement, " WHERE pg_current_xact_id() IS NOT NULL", "")
	}})
	// Drawing an id also assigns the transaction's id if it writes to the WAL: for one id of 32, and
	// for the first one after a checkpoint. An unlogged sequence never does.
	if _, err := db.ExecContext(t.Context(), "ALTER SEQUENCE events_id_seq SET UNLOGGED"); err != nil {
		t.Fatal(err)
	}
	err = appendEvent(t.Context(), without, anEvent(), func() error { return nil })
	if err == nil || !strings.Contains(err.Error(), "has no transaction id") {
		t.Errorf("without the condition the error is %v, want that an event has no transaction id", err)
	}
}

// A backup that was made while transactions were in progress has gaps, and the id of a
// transaction of another Postgres server.
func TestEventsAfterARestore(t *testing.T) {
	t.Parallel()
	for name, xid := range map[string]string{"whose transaction ids are ahead": "9000000000000000", "whose transaction ids are behind": "4"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database := pgtest.New(t)
			s, db := database.Open(t, store.Options{}), database.SQL(t)
			appendOne := func() {
				t.Helper()
				if err := appendEvent(t.Context(), s, anEvent(), func() error { return nil }); err != nil {
					t.Fatal(err)
				}
			}
			var reader eventReader
			appendOne()
			hold(t, s).undo(t) // event 2
			appendOne()
			reader.drain(t, s)
			if got, settling := gaps(t, db); got != "{[2,3)}" || settling.Int64 != 3 {
				t.Fatalf("before, the gaps are %s, settling %d; want event 2 of 3", got, settling.Int64)
			}
			if _, err := db.ExecContext(t.Context(), "UPDATE event_sequence SET settling_xid = $1::text::xid8", xid); err != nil {
				t.Fatal(err)
			}
			held := hold(t, s) // 4
			appendOne()
			reader.drain(t, s).wantEachOnce(t, db)
			held.commit(t)
			untilGaps(t, s, db, &reader, "{}")
			if _, settling := gaps(t, db); settling.Valid {
				t.Errorf("without gaps, settling is %d, want NULL", settling.Int64)
			}
		})
	}
}

// fillEvents commits n events in one transaction.
func fillEvents(t *testing.T, db *sql.DB, n int) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), `INSERT INTO events (at, kind, actor_role, actor_id, request_id, changes, student_id)
		SELECT now(), 'POLICY_UPDATED', 'ADMIN', 1, '', '[]', n FROM generate_series(1, $1) AS n`, n)
	if err != nil {
		t.Fatal(err)
	}
}

func TestEventsAfterOfManyEvents(t *testing.T) {
	t.Parallel()
	const events = 25_000
	database := pgtest.New(t)
	s, db := database.Open(t, store.Options{}), database.SQL(t)
	fillEvents(t, db, events)
	last, err := s.EventsAfter(t.Context(), events, store.EventFilter{}, 10)
	if err != nil || len(last.Events) > 0 || last.More || last.Last != events {
		t.Errorf("after the last event, whose position is missing at first: %+v, %v; want none", last, err)
	}
	student := booking.StudentID(21_000)
	filter := store.EventFilter{StudentID: &student}
	var lasts, got []booking.EventID
	for id, more := booking.EventID(0), true; more; {
		batch, err := s.EventsAfter(t.Context(), id, filter, 10)
		if err != nil {
			t.Fatal(err)
		}
		id, more = batch.Last, batch.More
		lasts = append(lasts, id)
		for _, e := range batch.Events {
			got = append(got, e.ID)
		}
	}
	if want := []booking.EventID{10_000, 20_000, events}; !slices.Equal(lasts, want) {
		t.Errorf("the batches end at %v, want %v", lasts, want)
	}
	if want := []booking.EventID{21_000}; !slices.Equal(got, want) {
		t.Errorf("the filter matches %v, want %v", got, want)
	}
	if last, err := s.LastEvent(t.Context()); last != events || err != nil {
		t.Errorf("the last event is %d, %v; want %d", last, err, events)
	}
}

func TestEventsAfterOfAnUnknownEvent(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	s := database.Open(t, store.Options{})
	if last, err := s.LastEvent(t.Context()); last != 0 || err != nil {
		t.Errorf("the last of no events is %d, %v; want 0", last, err)
	}
	open := hold(t, s) // an id that is drawn, but not committed
	for _, id := range []booking.EventID{1, 2, -1} {
		_, err := s.EventsAfter(t.Context(), id, store.EventFilter{}, 10)
		var refused booking.Refused
		if !errors.As(err, &refused) || refused[0].Code != booking.NotFound {
			t.Errorf("after event %d, which does not exist: %v, want NOT_FOUND", id, err)
		}
	}
	open.commit(t)
	if batch, err := s.EventsAfter(t.Context(), 1, store.EventFilter{}, 10); err != nil || len(batch.Events) > 0 {
		t.Errorf("after event 1: %v, %v; want no events", batch, err)
	}
}

// The migration gives existing events their positions in the order of their ids.
func TestMigrateEventPositions(t *testing.T) {
	t.Parallel()
	migration, err := os.ReadFile("migrations/00035_event_positions.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, events := range []int{0, 3} {
		database := pgtest.New(t)
		s, db := database.Open(t, store.Options{}), database.SQL(t)
		for range events {
			hold(t, s).undo(t)
			if err := appendEvent(t.Context(), s, anEvent(), func() error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := db.ExecContext(t.Context(), "BEGIN; DROP TABLE event_positions, event_sequence; "+string(migration)+"; COMMIT"); err != nil {
			t.Fatal(err)
		}
		reader := eventReader{}
		if reader.next(t, s, max(events, 1)); !slices.Equal(reader.ids(), []booking.EventID{2, 4, 6}[:events]) {
			t.Errorf("the events are %v, want the %d existing ones", reader.ids(), events)
		}
		if got, _ := gaps(t, db); got != "{}" {
			t.Errorf("the gaps are %s, want none", got)
		}
		if err := appendEvent(t.Context(), s, anEvent(), func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		reader.drain(t, s).wantEachOnce(t, db)
	}
}

// Readers that wait share runs.
func TestReadersShareARun(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	db := database.SQL(t)
	var runs atomic.Int32
	gate := pgtest.NewGate(func(statement string) bool { return strings.Contains(statement, "event_sequence FOR UPDATE") })
	s := database.Intercepted(t, pgtest.Intercept{Before: func(ctx context.Context, statement string) error {
		if strings.Contains(statement, "FROM events_id_seq") {
			runs.Add(1)
		}
		return gate.Hold(ctx, statement)
	}})
	fillEvents(t, db, 3)
	var reading errgroup.Group
	read := func(waits func()) {
		reading.Go(func() error {
			batch, err := s.EventsAfter(registered{t.Context(), waits}, 0, store.EventFilter{}, 10)
			if len(batch.Events) != 3 {
				err = errors.Join(err, fmt.Errorf("%d events, want 3", len(batch.Events)))
			}
			return err
		})
	}
	read(func() {})
	gate.Await(t, 1)
	const readers = 20
	var waiting sync.WaitGroup
	waiting.Add(readers)
	for range readers {
		read(sync.OnceFunc(waiting.Done))
	}
	waiting.Wait()
	gate.Open()
	if err := reading.Wait(); err != nil {
		t.Error(err)
	}
	if got := runs.Load(); got != 2 {
		t.Errorf("%d runs, want one for the first reader and one for the %d others", got, readers)
	}
}

// A registered context counts the calls that wait for it.
type registered struct {
	context.Context
	waits func()
}

// Done implements context.Context.
func (r registered) Done() <-chan struct{} {
	r.waits()
	return r.Context.Done()
}
