package bench

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"rehearse/graph"
	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/identity"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
	"rehearse/internal/telemetry"
)

// BenchmarkAvailableSlots lists the slots that random students may book in a week, with
// the interviewers' names, over loopback. The contenders, Postgres and the load generator
// share the machine.
func BenchmarkAvailableSlots(b *testing.B) {
	for _, test := range []struct {
		first, clients int
	}{{50, 1}, {50, 16}, {50, 64}, {500, 1}} {
		b.Run(fmt.Sprintf("first=%d/clients=%d", test.first, test.clients), func(b *testing.B) {
			w := open(b)
			q := question{w.days(7), test.first}
			peers, lacking := w.peers(b)
			listers := append([]lister{w.statementFloor(b), w.readsFloor(b), w.ours(b), w.oursAtFirst(b)}, peers...)
			w.checkFloor(b, q.in, q.first)
			w.checkAnswers(b, q, w.ours(b), listers...)
			var contenders []contender
			for _, l := range listers {
				contenders = append(contenders, l.about(w, q))
			}
			w.compare(b, load{clients: test.clients}, contenders, lacking...)
		})
	}
}

// BenchmarkHandler serves a list of 50 without a network. The allocations are those of the
// server alone, from the parsed HTTP request to the written response.
func BenchmarkHandler(b *testing.B) {
	w := open(b)
	week := calendar.Span{Start: w.now, End: w.now.AddDate(0, 0, 7)}
	body := listRequest(w.students[0].Student.ID, week, 50)
	handler := w.handler()
	defer w.keepUp(b)()
	ask := func() {
		request := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", bytes.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code != http.StatusOK {
			b.Fatalf("got status %d: %s", answer.Code, answer.Body)
		}
	}
	for range warmUp {
		ask()
	}
	b.ReportAllocs()
	for b.Loop() {
		ask()
	}
	b.ReportMetric(testing.AllocsPerRun(200, ask), "allocs/request") // also where b.N is 1
}

// keepUp makes the store follow the change log, as the server does, and waits until the open
// slots are in memory.
func (w *world) keepUp(b *testing.B) (stop func()) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	run, err := w.store.Follow(ctx, slog.New(slog.DiscardHandler), func() time.Time { return w.now }, func(store.Changes) {})
	if err != nil {
		b.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() { run(ctx) })
	pgtest.AwaitSlotsInMemory(b, w.store)
	return func() { cancel(); running.Wait() }
}

// handler returns the server's handler with the clock of the data set and no log. The
// caller is the administrator and there are no limits, unless set changes the options.
func (w *world) handler(set ...func(*gqlhttp.Options)) http.Handler {
	words := gqlhttp.NewVocabulary()
	log := slog.New(slog.DiscardHandler)
	options := gqlhttp.Options{
		Observer: telemetry.New(telemetry.Options{
			Log: log, Now: time.Now, Codes: words.Codes, Faults: words.Faults, Refusals: words.Refusals, Deprecated: words.Deprecated,
		}),
		Options: graph.Options{
			App: app.New(w.store, func() time.Time { return w.now }), Log: log, Zone: time.UTC, Timeout: 10 * time.Second,
		},
		Sender: sends(booking.RoleAdmin, 0),
	}
	for _, change := range set {
		change(&options)
	}
	return gqlhttp.NewHandler(options)
}

// sends returns an authenticator that identifies every request as the given actor.
func sends(role booking.Role, id int64) func(context.Context, []string) (identity.Sender, error) {
	return func(context.Context, []string) (identity.Sender, error) {
		return identity.Sender{Actor: booking.Actor{Role: role, ID: id}}, nil
	}
}

const listDocument = `query($s: ID!, $start: DateTime!, $end: DateTime!, $first: Int) {
		availableSlots(studentId: $s, start: $start, end: $end, first: $first) {
			nodes { id start end interviewer { id name } } } }`

func listRequest(student booking.StudentID, in calendar.Span, first int) []byte {
	return request(listDocument, student, in, first)
}

// request returns a request body that asks for a student's list.
func request(document string, student booking.StudentID, in calendar.Span, first int) []byte {
	return fmt.Appendf(nil, `{"query":%q,"variables":{"s":"%d","start":%q,"end":%q,"first":%d}}`,
		document, student, in.Start.Format(time.RFC3339Nano), in.End.Format(time.RFC3339Nano), first)
}

// listed is the number of students that request lists, repeatedly.
const listed = 5000

func (w *world) anyStudent(random *rand.Rand) booking.StudentID {
	return w.students[random.IntN(min(len(w.students), listed))].Student.ID
}

// post sends an operation and fails unless the response has data.
func post(ctx context.Context, url string, body []byte) error {
	text, err := fetch(ctx, http.MethodPost, url, body)
	if err == nil && !bytes.HasPrefix(text, []byte(`{"data":{`)) {
		err = fmt.Errorf("not a response: %s", text)
	}
	return err
}
