package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"testing"
	"time"

	"rehearse/graph"
	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/identity"
)

// BenchmarkAvailableSlots asks what random students may book in the next week,
// with the interviewers' names, over loopback. Server, Postgres and load share
// the machine.
func BenchmarkAvailableSlots(b *testing.B) {
	for _, test := range []struct {
		first, clients int
	}{{50, 1}, {50, 16}, {500, 1}} {
		b.Run(fmt.Sprintf("first=%d/clients=%d", test.first, test.clients), func(b *testing.B) {
			w := open(b)
			week := calendar.Span{Start: w.now, End: w.now.AddDate(0, 0, 7)}
			statement := w.serveFloor(b, floor{in: week, first: test.first})
			reads := w.serveFloor(b, floor{in: week, first: test.first, reads: true})
			ours := w.serve(b)
			ask := func(student booking.StudentID) []byte { return listRequest(student, week, test.first) }
			w.checkFloor(b, week, test.first)
			w.checkAnswers(b, statement, reads, ours, ask)
			compare(b, load{clients: test.clients},
				contender{metric: "statement", name: "floor, the list statement alone", do: w.get(statement)},
				contender{metric: "reads", name: "floor, the same three statements", do: w.get(reads)},
				contender{metric: "rehearse", name: "rehearse", do: func(ctx context.Context, random *rand.Rand) error {
					return post(ctx, ours, ask(w.anyStudent(random)))
				}})
		})
	}
}

// BenchmarkHandler answers a list of 50 without a network: what it allocates is
// the server's, from the request in its hands to the answer written.
func BenchmarkHandler(b *testing.B) {
	w := open(b)
	week := calendar.Span{Start: w.now, End: w.now.AddDate(0, 0, 7)}
	body := listRequest(w.students[0].Student.ID, week, 50)
	handler := w.handler()
	ask := func() {
		request := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", bytes.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code != http.StatusOK {
			b.Fatalf("%d: %s", answer.Code, answer.Body)
		}
	}
	for range warmUp {
		ask()
	}
	b.ReportAllocs()
	for b.Loop() {
		ask()
	}
	b.ReportMetric(testing.AllocsPerRun(200, ask), "allocs/request") // even where b.N is 1
}

// handler is the server's, but for its clock and its log.
func (w *world) handler() http.Handler {
	return graph.NewHandler(graph.Options{
		App: app.New(w.store, func() time.Time { return w.now }), Reader: &w.store.Reader,
		Log: slog.New(slog.DiscardHandler), Zone: time.UTC, Timeout: 10 * time.Second,
		Sender: func(context.Context, []string) (identity.Sender, error) {
			return identity.Sender{Actor: booking.Actor{Role: booking.RoleAdmin}}, nil
		},
	})
}

const listDocument = `query($s: ID!, $start: DateTime!, $end: DateTime!, $first: Int) {
		availableSlots(studentId: $s, start: $start, end: $end, first: $first) {
			nodes { id start end interviewer { id name } } } }`

func listRequest(student booking.StudentID, in calendar.Span, first int) []byte {
	return request(listDocument, student, in, first)
}

// request asks a document for a student's list.
func request(document string, student booking.StudentID, in calendar.Span, first int) []byte {
	return fmt.Appendf(nil, `{"query":%q,"variables":{"s":"%d","start":%q,"end":%q,"first":%d}}`,
		document, student, in.Start.Format(time.RFC3339Nano), in.End.Format(time.RFC3339Nano), first)
}

func (w *world) anyStudent(random *rand.Rand) booking.StudentID {
	return w.students[random.IntN(len(w.students))].Student.ID
}

// get asks a floor about a random student.
func (w *world) get(url string) func(context.Context, *rand.Rand) error {
	return func(ctx context.Context, random *rand.Rand) error {
		_, err := fetch(ctx, http.MethodGet, url+"/?student="+strconv.Itoa(int(w.anyStudent(random))), nil)
		return err
	}
}

// post sends an operation that must have data.
func post(ctx context.Context, url string, body []byte) error {
	text, err := fetch(ctx, http.MethodPost, url, body)
	if err == nil && !bytes.HasPrefix(text, []byte(`{"data":{`)) {
		err = fmt.Errorf("not an answer: %s", text)
	}
	return err
}

type listAnswer struct {
	Data struct {
		AvailableSlots struct {
			Nodes []struct {
				ID, Start, End string
				Interviewer    struct{ ID, Name string }
			}
		}
	}
}

// checkAnswers makes sure that the same is measured: the server and the floors
// answer the same slots, full pages of them.
func (w *world) checkAnswers(b *testing.B, statement, reads, ours string, ask func(booking.StudentID) []byte) {
	b.Helper()
	for _, record := range w.students[:20] {
		var answers [3]listAnswer
		for n, request := range []struct {
			method, url string
			body        []byte
		}{
			{http.MethodPost, ours, ask(record.Student.ID)},
			{http.MethodGet, fmt.Sprintf("%s/?student=%d", reads, record.Student.ID), nil},
			{http.MethodGet, fmt.Sprintf("%s/?student=%d", statement, record.Student.ID), nil},
		} {
			text, err := fetch(b.Context(), request.method, request.url, request.body)
			if err == nil {
				err = json.Unmarshal(text, &answers[n])
			}
			if err != nil {
				b.Fatal(err)
			}
		}
		if len(answers[0].Data.AvailableSlots.Nodes) == 0 || !reflect.DeepEqual(answers[0], answers[1]) {
			b.Fatalf("student %d: the server and the floor answer other slots", record.Student.ID)
		}
		for n := range answers[0].Data.AvailableSlots.Nodes {
			answers[0].Data.AvailableSlots.Nodes[n].Interviewer.Name = "" // the statement alone reads no names
		}
		if !reflect.DeepEqual(answers[0], answers[2]) {
			b.Fatalf("student %d: the list statement alone answers other slots", record.Student.ID)
		}
	}
}
