//go:build unix

package cli

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// A server is killed after a booking is committed and before its response is sent. The
// client with a key retries and gets the response. The client without a key takes the
// missing response for a failure, books another open slot, and has two interviews.
func TestAnswerLostAfterTheCommit(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		key        string
		interviews int
	}{
		"with a key":  {`, idempotencyKey: "once"`, 1},
		"Unprotected": {"", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCrashes(t, false)
			client := &crashClient{crashes: c, random: rand.New(rand.NewPCG(1, 1))}
			student := fmt.Sprint(c.students[0])
			book := func() (document string) {
				slot, err := client.anySlot(t.Context(), student)
				if err != nil {
					t.Fatal(err)
				}
				return fmt.Sprintf("mutation { done: bookSlot(input: {studentId: %s, slotId: %s%s}) { %s errors { code } } }",
					student, slot, test.key, answeredInterview)
			}

			document := book()
			answered := make(chan error, 1)
			commits := c.holdCommits()
			go func() {
				_, err := send(t.Context(), *c.address.Load(), document)
				answered <- err
			}()
			commits.await("interviews")
			c.killServer()
			if err := <-answered; err == nil {
				t.Fatal("the server responded before the commit")
			}

			if test.key == "" {
				document = book()
			}
			text, _, _, err := client.untilAnswered(t.Context(), document)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := definite(text)
			if err != nil || answer.Interview == nil {
				t.Fatalf("%v: %s", err, text)
			}
			are := c.interviews(c.openDatabase())
			if _, there := are[answer.Interview.ID]; !there || len(are) != test.interviews {
				t.Errorf("the response has interview %s; got the interviews %v, want %d", answer.Interview.ID, are, test.interviews)
			}
			c.wantSound()
		})
	}
}

// heldCommits holds back commits after they are written: Postgres waits for a standby
// that does not exist, until it is restarted.
type heldCommits struct {
	*crashes
	db *sql.DB
}

func (c *crashes) holdCommits() heldCommits {
	c.t.Helper()
	h := heldCommits{crashes: c, db: c.openDatabase()}
	// A job whose commit is held would keep its locks, and the booking would wait for
	// them.
	h.until("SELECT count(*) = 2 AND bool_and(state = 'completed') FROM river_job")
	for _, statement := range []string{
		"ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()",
	} {
		if _, err := h.db.ExecContext(c.t.Context(), statement); err != nil {
			c.t.Fatal(err)
		}
	}
	// The setting is in force once another Postgres process has read it, which is when a
	// commit waits.
	go func() {
		var err error
		for err == nil {
			_, err = h.db.ExecContext(c.t.Context(), "SELECT pg_logical_emit_message(true, 'probe', '')")
		}
	}()
	h.until("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query LIKE '%emit_message%' AND pid <> pg_backend_pid())")
	return h
}

// await returns when a transaction that wrote to the table is committed and its client
// has no confirmation.
func (h heldCommits) await(table string) {
	h.t.Helper()
	h.until(`SELECT EXISTS (SELECT FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid
		WHERE a.wait_event = 'SyncRep' AND l.relation = $1::regclass AND l.mode = 'RowExclusiveLock')`, table)
	// Reset only while the commit waits: each session reads the configuration file in its
	// own time.
	if _, err := h.db.ExecContext(h.t.Context(), "ALTER SYSTEM RESET synchronous_standby_names"); err != nil {
		h.t.Fatal(err)
	}
}

func (h heldCommits) until(query string, args ...any) {
	h.t.Helper()
	deadline := time.After(2 * time.Minute)
	again := time.NewTicker(2 * time.Millisecond)
	defer again.Stop()
	for is := false; !is; {
		h.read(h.db.QueryRowContext(h.t.Context(), query, args...), &is)
		select {
		case <-again.C:
		case <-deadline:
			h.t.Fatalf("timed out waiting until %s", query)
		}
	}
}
