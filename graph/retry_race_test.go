package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rehearse/graph"
	"rehearse/internal/app"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/identity"
	"rehearse/internal/pgtest"
)

// secondServer starts another server of the school, with its clock and its caller, whose
// statements are intercepted.
func (s *school) secondServer(i pgtest.Intercept) (url string) {
	s.T.Helper()
	intercepted := s.DB.Intercepted(s.T, i)
	server := httptest.NewServer(gqlhttp.NewHandler(gqlhttp.Options{
		Options: graph.Options{
			App:  app.New(intercepted, func() time.Time { return *s.Clock.Load() }),
			Log:  slog.New(slog.NewTextHandler(s.Log, nil)),
			Zone: time.UTC,
			// Requests wait at the gate. The timeout allows for a loaded machine.
			Timeout: time.Minute,
		},
		MaxImports: 4,
		Sender: func(context.Context, []string) (identity.Sender, error) {
			return identity.Sender{Actor: *s.Actor.Load()}, nil
		},
	}))
	s.T.Cleanup(server.Close)
	return server.URL
}

var rowLocks = regexp.MustCompile(` FOR (NO KEY UPDATE|UPDATE|SHARE)`)

// withoutRowLocks removes the row locks from a statement, so that only the key prevents a
// repeated request from being executed.
func withoutRowLocks(statement string) string { return rowLocks.ReplaceAllString(statement, "") }

// withoutClaim makes every key look unused: it disables the claim.
func withoutClaim(statement string) string {
	if strings.Contains(statement, "INSERT INTO idempotency_keys") {
		return strings.Replace(statement, "VALUES ($1, $2, $3,", "VALUES ($1, $2, $3 || random()::text,", 1)
	}
	return statement
}

var changesRows = regexp.MustCompile(`\b(INSERT INTO|UPDATE|DELETE FROM) `)

// writesFirst matches the statements that change rows, except for the claim of a key. The
// first of them is sent after the decision on a request.
func writesFirst(statement string) bool {
	return !strings.Contains(statement, "idempotency_keys") && changesRows.MatchString(withoutRowLocks(statement))
}

// keyedMutations returns a request for each mutation that takes a key, each for a school
// of its own.
func keyedMutations(s *school) map[string]retried {
	all := retries(s)
	student, ann := s.Student(nil), s.Interviewer(in{"email": "ben@example.org"})
	booked := s.Booked(student, s.NewSlot(5*day))
	const of = "interview { id status start cancelledAt rescheduleCount }"
	maps.Copy(all, map[string]retried{
		"a booking":      {mutation: "bookSlot", fields: of, input: in{"studentId": student, "slotId": s.NewSlot(2 * day)}},
		"a hold":         {mutation: "holdSlot", fields: "hold { id placedAt expiresAt extended }", input: in{"studentId": student, "slotId": s.NewSlot(3 * day)}},
		"a move":         {mutation: "rescheduleInterview", fields: of, input: in{"interviewId": booked, "slotId": s.NewSlot(6 * day)}},
		"a cancellation": {mutation: "cancelInterview", fields: of, input: in{"interviewId": booked, "reason": "ill"}},
		"a calendar": {mutation: "importAvailability", fields: "rows { line status id } created unchanged", input: in{"interviewerId": ann, "ical": strings.Join([]string{
			"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", "BEGIN:VEVENT", "UID:1", "DTSTAMP:20260601T080000Z",
			"DTSTART:20260620T100000Z", "DTEND:20260620T120000Z", "END:VEVENT", "END:VCALENDAR", "",
		}, "\r\n")}},
	})
	return all
}

// TestEveryKeyedMutationIsRaced compares the mutations above with the schema's.
func TestEveryKeyedMutationIsRaced(t *testing.T) {
	t.Parallel()
	raced := map[string]bool{}
	for _, r := range keyedMutations(retrySchool(t)) {
		raced[r.mutation] = true
	}
	schema := graph.Schema()
	for _, mutation := range schema.Mutation.Fields {
		input := schema.Types[mutation.Arguments.ForName("input").Type.Name()]
		if keyed := input.Fields.ForName("idempotencyKey") != nil; keyed != raced[mutation.Name] {
			t.Errorf("%s takes a key: %t, and a race of its key is tested: %t", mutation.Name, keyed, raced[mutation.Name])
		}
	}
}

// body returns the request body of a mutation with its key.
func (r retried) body(t *testing.T) string {
	t.Helper()
	with := maps.Clone(r.input)
	with["idempotencyKey"] = "key"
	name := strings.ToUpper(r.mutation[:1]) + r.mutation[1:] + "Input"
	body, err := json.Marshal(in{
		"query":     fmt.Sprintf("mutation($in: %s!) { it: %s(input: $in) { %s errors { code message path } } }", name, r.mutation, r.fields),
		"variables": in{"in": with},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// rowCounts counts the rows of every table that a mutation writes.
func (s *school) rowCounts() map[string]int {
	s.T.Helper()
	counts, db := map[string]int{}, s.DB.SQL(s.T)
	for _, table := range []string{
		"students", "interviewers", "availabilities", "exceptions", "blocks", "slots", "slot_history", "interviews", "holds", "waivers", "events",
	} {
		var n int
		if err := db.QueryRowContext(s.T.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
			s.T.Fatal(err)
		}
		counts[table] = n
	}
	return counts
}

// sendAtOnce sends the mutation n times with one key, alternating between two servers.
// Requests that reach the gate before their first write stop there until ready returns.
func sendAtOnce(s *school, r retried, n int, rewrite func(string) string, ready func(*pgtest.Gate)) (answers []string) {
	s.T.Helper()
	gate := pgtest.NewGate(writesFirst)
	body, urls := r.body(s.T), [2]string{}
	for i := range urls {
		urls[i] = s.secondServer(pgtest.Intercept{Before: gate.Hold, Rewrite: rewrite})
	}
	answers = make([]string, n)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = postRaw(urls[i%2], body) })
	}
	ready(gate)
	gate.Open()
	all.Wait()
	return answers
}

// differences returns the differences between n requests with one key and a single one, in their
// responses and in the rows written. once has the rows of a single request.
func differences(answers []string, written, once map[string]int) (found []string) {
	for _, answer := range answers {
		if answer != answers[0] || !strings.Contains(answer, `"errors":[]`) {
			found = append(found, fmt.Sprintf("answer = %s, want %s without errors", answer, answers[0]))
		}
	}
	for table, n := range once {
		if written[table] != n {
			found = append(found, fmt.Sprintf("%d rows of %s, want %d", written[table], table, n))
		}
	}
	return found
}

// writtenOnce returns the rows when the mutation is sent once.
func (s *school) writtenOnce(r retried) map[string]int {
	s.T.Helper()
	before := s.rowCounts()
	if answer := postRaw(s.URL, r.body(s.T)); !strings.Contains(answer, `"errors":[]`) {
		s.T.Fatalf("answer to a single request = %s, want no errors", answer)
	}
	after := s.rowCounts()
	if after["events"] == before["events"] {
		s.T.Fatal("a single request appends no event")
	}
	return after
}

// Of many concurrent requests with one key, on two servers, one is executed and all get
// the same response. With the claim of the key disabled, every mutation is executed more than once.
func TestKeyedMutationsAtOnce(t *testing.T) {
	t.Parallel()
	for _, name := range slices.Sorted(maps.Keys(keyedMutations(retrySchool(t)))) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			alone := retrySchool(t)
			once := alone.writtenOnce(keyedMutations(alone)[name])
			t.Run("with the claim of the key", func(t *testing.T) {
				t.Parallel()
				const n = 4
				s := retrySchool(t)
				answers := sendAtOnce(s, keyedMutations(s)[name], n, withoutRowLocks, func(gate *pgtest.Gate) {
					gate.Await(t, 1)
					s.DB.AwaitLockWaits(t, n-1, "INSERT INTO idempotency_keys")
				})
				for _, found := range differences(answers, s.rowCounts(), once) {
					t.Error(found)
				}
				s.Sound()
			})
			t.Run("without the claim of the key", func(t *testing.T) {
				t.Parallel()
				const n = 3
				s := retrySchool(t)
				answers := sendAtOnce(s, keyedMutations(s)[name], n, func(statement string) string { return withoutClaim(withoutRowLocks(statement)) },
					func(gate *pgtest.Gate) { gate.Await(t, n) })
				if len(differences(answers, s.rowCounts(), once)) == 0 {
					t.Errorf("%d requests without the claim write what one writes, want differences", n)
				}
			})
		})
	}
}
