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

// twin starts another server of the school, with its clock and its caller, whose
// statements are intercepted.
func (s *school) twin(i pgtest.Intercept) (url string) {
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

// unlocked removes the row locks from a statement, so that only the key prevents a
// repeated request from being executed.
func unlocked(statement string) string { return rowLocks.ReplaceAllString(statement, "") }

// unkeyed makes every key look unused: it disables the claim.
func unkeyed(statement string) string {
	if strings.Contains(statement, "INSERT INTO idempotency_keys") {
		return strings.Replace(statement, "VALUES ($1, $2, $3,", "VALUES ($1, $2, $3 || random()::text,", 1)
	}
	return statement
}

var changesRows = regexp.MustCompile(`\b(INSERT INTO|UPDATE|DELETE FROM) `)

// writesFirst matches the statements that change rows, except for the claim of a key. The
// first of them follows the decision on a request and precedes all its writes.
func writesFirst(statement string) bool {
	return !strings.Contains(statement, "idempotency_keys") && changesRows.MatchString(unlocked(statement))
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
			t.Errorf("%s takes a key: %t; a race of its key is tested: %t", mutation.Name, keyed, raced[mutation.Name])
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

// written counts the rows of every table that a mutation writes.
func (s *school) written() map[string]int {
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

// stampede sends the mutation n times with one key, alternating between two servers.
// Requests that reach the gate before their first write stop there until ready returns.
func stampede(s *school, r retried, n int, rewrite func(string) string, ready func(*pgtest.Gate)) (answers []string) {
	s.T.Helper()
	gate := pgtest.NewGate(writesFirst)
	body, urls := r.body(s.T), [2]string{}
	for i := range urls {
		urls[i] = s.twin(pgtest.Intercept{Before: gate.Hold, Rewrite: rewrite})
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

// harm returns the differences between n requests with one key and a single one, in their
// responses and in the rows written. once is what a single request writes.
func harm(answers []string, written, once map[string]int) (found []string) {
	for _, answer := range answers {
		if answer != answers[0] || !strings.Contains(answer, `"errors":[]`) {
			found = append(found, "an answer: "+answer)
		}
	}
	for table, n := range once {
		if written[table] != n {
			found = append(found, fmt.Sprintf("%d rows of %s, want %d", written[table], table, n))
		}
	}
	return found
}

// once returns what is written when the mutation is sent once.
func (s *school) once(r retried) map[string]int {
	s.T.Helper()
	before := s.written()
	if answer := postRaw(s.URL, r.body(s.T)); !strings.Contains(answer, `"errors":[]`) {
		s.T.Fatalf("one request is answered %s", answer)
	}
	after := s.written()
	if after["events"] == before["events"] {
		s.T.Fatal("one request tells of no event; it shows nothing")
	}
	return after
}

// Of many concurrent requests with one key, on two servers, one is executed and all get
// the same response. With the claim of the key disabled, every mutation does harm.
func TestKeyedMutationsAtOnce(t *testing.T) {
	t.Parallel()
	for _, name := range slices.Sorted(maps.Keys(keyedMutations(retrySchool(t)))) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			alone := retrySchool(t)
			once := alone.once(keyedMutations(alone)[name])
			t.Run("claimed", func(t *testing.T) {
				t.Parallel()
				const n = 4
				s := retrySchool(t)
				answers := stampede(s, keyedMutations(s)[name], n, unlocked, func(gate *pgtest.Gate) {
					gate.Await(t, 1)
					s.DB.AwaitLockWaits(t, n-1, "INSERT INTO idempotency_keys")
				})
				for _, found := range harm(answers, s.written(), once) {
					t.Error(found)
				}
				s.Sound()
			})
			t.Run("unclaimed", func(t *testing.T) {
				t.Parallel()
				const n = 3
				s := retrySchool(t)
				answers := stampede(s, keyedMutations(s)[name], n, func(statement string) string { return unkeyed(unlocked(statement)) },
					func(gate *pgtest.Gate) { gate.Await(t, n) })
				if len(harm(answers, s.written(), once)) == 0 {
					t.Errorf("%d requests do what one does: the control shows nothing", n)
				}
			})
		})
	}
}
