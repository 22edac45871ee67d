package store_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// writeEachKind changes rows of each kind of the change log.
func writeEachKind(t *testing.T, s *store.Store) {
	t.Helper()
	slots := publishDay(t, s, 2)
	student := inTx(t, s, func(tx *store.Tx) (booking.Student, error) {
		return tx.CreateStudent(t.Context(), booking.Student{
			StudentDetails: booking.StudentDetails{Name: "Ada", Email: "ada@example.org", TimeZone: "UTC"}, CreatedAt: slots[0].Start.AddDate(0, 0, -1),
		})
	})
	inTx(t, s, func(tx *store.Tx) (booking.Interview, error) {
		i := booking.NewInterview(student.ID, slots[0], slots[0].Start.AddDate(0, 0, -1))
		return tx.Book(t.Context(), i, booking.Event{At: i.BookedAt, Kind: booking.InterviewBooked})
	})
	inTx(t, s, func(tx *store.Tx) (booking.Interviewer, error) {
		i, err := tx.LockInterviewer(t.Context(), slots[0].InterviewerID)
		if err != nil {
			return i, err
		}
		i.Email, i.Tags = "ann@other.example.org", []string{"go"}
		return tx.UpdateInterviewer(t.Context(), i, slots[0].Start)
	})
}

func TestEveryWriteIsLogged(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	db.WantLoggedWrites(t)
	writeEachKind(t, db.Open(t, store.Options{}))
}

// If transactions do not log one of the kinds, the writes of this kind are found to be
// missing, and no others.
func TestEveryWriteIsLoggedUnlogged(t *testing.T) {
	t.Parallel()
	for n, kind := range []string{"slots", "interviews", "students", "interviewers", "retagged", "every"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			db.RecordWrites(t)
			list := regexp.MustCompile(fmt.Sprintf(`coalesce\(\$%d(::\w+\[\])`, n+1))
			writeEachKind(t, db.Intercepted(t, pgtest.Intercept{Rewrite: func(statement string) string {
				return list.ReplaceAllString(statement, "coalesce(CASE WHEN false THEN $$"+fmt.Sprint(n+1)+"$1 END")
			}}))
			missing := kind
			if kind == "every" {
				missing = "students all"
			}
			unlogged := db.UnloggedWrites(t)
			for _, write := range unlogged {
				if !strings.HasPrefix(write, missing) {
					t.Errorf("%s is missing, want only %s", write, kind)
				}
			}
			if len(unlogged) == 0 {
				t.Errorf("no write is missing, want those of %s", kind)
			}
		})
	}
}

// A transaction that only appends events logs that, too.
func TestEventsAloneAreLogged(t *testing.T) {
	t.Parallel()
	for logs, want := range map[bool][]string{true: nil, false: {"events all"}} {
		t.Run(fmt.Sprint(logs), func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			db.RecordWrites(t)
			s := db.Intercepted(t, pgtest.Intercept{Rewrite: func(statement string) string {
				if _, values, insert := strings.Cut(statement, "VALUES"); insert && strings.HasPrefix(statement, "INSERT INTO changes") && !logs {
					return "SELECT " + values
				}
				return statement
			}})
			inTx(t, s, func(tx *store.Tx) (store.Nothing, error) {
				_, err := store.Try(t.Context(), tx, func(tx *store.Tx) (store.Nothing, error) {
					return store.Nothing{}, errors.Join(tx.AppendEvents(t.Context(), anEvent()), errUndone)
				})
				if !errors.Is(err, errUndone) {
					return store.Nothing{}, err
				}
				return store.Nothing{}, tx.AppendEvents(t.Context())
			})
			if got := readChanges(t, db.SQL(t)); len(got) > 0 {
				t.Errorf("without events, the log is %v, want it to be empty", got)
			}
			inTx(t, s, func(tx *store.Tx) (store.Nothing, error) {
				return store.Nothing{}, tx.AppendEvents(t.Context(), anEvent())
			})
			if diff := cmp.Diff(want, db.UnloggedWrites(t), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("writes that are not logged (-want +got):\n%s", diff)
			}
		})
	}
}

func TestChangeLogFollowsTheTransaction(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	s, rows := db.Open(t, store.Options{}), db.SQL(t)
	slots := publishDay(t, s, 3)
	if _, err := rows.ExecContext(t.Context(), "DELETE FROM changes"); err != nil {
		t.Fatal(err)
	}
	errTried := errors.New("tried")
	withdraw := func(tx *store.Tx, n int) error { return tx.WithdrawSlots(t.Context(), slots[n:n+1]) }
	inTx(t, s, func(tx *store.Tx) (booking.Slot, error) { return tx.LockSlot(t.Context(), slots[0].ID) })
	inTx(t, s, func(tx *store.Tx) (store.Nothing, error) {
		tx.Discard()
		return store.Nothing{}, withdraw(tx, 0)
	})
	if got := readChanges(t, rows); len(got) > 0 {
		t.Errorf("without a committed change the log is %v, want it to be empty", got)
	}
	inTx(t, s, func(tx *store.Tx) (store.Nothing, error) {
		if err := withdraw(tx, 2); err != nil {
			return store.Nothing{}, err
		}
		_, tried := store.Try(t.Context(), tx, func(tx *store.Tx) (store.Nothing, error) {
			return store.Nothing{}, errors.Join(withdraw(tx, 1), errTried)
		})
		if !errors.Is(tried, errTried) {
			t.Errorf("Try() = %v, want %v", tried, errTried)
		}
		return store.Nothing{}, withdraw(tx, 0)
	})
	inTx(t, s, func(tx *store.Tx) (store.Nothing, error) {
		return store.Nothing{}, tx.LoadStudents(t.Context(), manyStudents(10_000))
	})
	inTx(t, s, func(tx *store.Tx) (store.Nothing, error) {
		if err := withdraw(tx, 1); err != nil {
			return store.Nothing{}, err
		}
		return store.Nothing{}, tx.LoadStudents(t.Context(), manyStudents(20_001)[10_000:])
	})
	got := readChanges(t, rows)
	if diff := cmp.Diff([]loggedChanges{
		{Slots: []int64{int64(slots[0].ID), int64(slots[2].ID)}},
		{Students: numbersTo(10_000)},
		{Slots: []int64{int64(slots[1].ID)}, Every: []string{"students"}},
	}, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the change log (-want +got):\n%s", diff)
	}
}

func manyStudents(n int) []booking.Student {
	students := make([]booking.Student, n)
	for i := range students {
		students[i] = booking.Student{ID: booking.StudentID(i + 1), StudentDetails: booking.StudentDetails{
			Name: "S", Email: fmt.Sprintf("s%d@example.org", i), TimeZone: "UTC",
		}, CreatedAt: time.Unix(0, 0)}
	}
	return students
}

func numbersTo(n int64) (list []int64) {
	for i := range n {
		list = append(list, i+1)
	}
	return list
}

func TestChangesAreDeletedAfterAnHour(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	s, rows := db.Open(t, store.Options{}), db.SQL(t)
	publishDay(t, s, 1)
	written := len(readChanges(t, rows))
	if written < 2 {
		t.Fatalf("the log has %d rows, want at least 2", written)
	}
	older := fmt.Sprintf("interval '%d seconds'", int(store.ChangeRetention.Seconds()))
	if _, err := rows.ExecContext(t.Context(), "UPDATE changes SET at = at - "+older+" WHERE xid = (SELECT min(xid) FROM changes)"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{1, 0} {
		if n, err := s.DeleteChanges(t.Context()); n != want || err != nil {
			t.Errorf("DeleteChanges() = %d, %v; want %d", n, err, want)
		}
	}
	if left := len(readChanges(t, rows)); left != written-1 {
		t.Errorf("%d rows are left, want %d", left, written-1)
	}
}

// loggedChanges is a row of the change log.
type loggedChanges struct {
	Slots, Interviews, Students, Interviewers, Retagged []int64
	Every                                               []string
}

// readChanges returns the change log in the order of the transactions.
func readChanges(t *testing.T, rows *sql.DB) []loggedChanges {
	t.Helper()
	var text string
	err := rows.QueryRowContext(t.Context(), "SELECT coalesce(json_agg(c ORDER BY xid), '[]') FROM changes c").Scan(&text)
	if err != nil {
		t.Fatal(err)
	}
	var all []loggedChanges
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		t.Fatal(err)
	}
	return all
}
