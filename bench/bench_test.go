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
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"rehearse/graph"
	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
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
				contender{"statement", "floor, the list statement alone", w.get(statement)},
				contender{"reads", "floor, the same three statements", w.get(reads)},
				contender{"rehearse", "rehearse", func(ctx context.Context, random *rand.Rand) error {
					return post(ctx, ours, ask(w.anyStudent(random)))
				}})
		})
	}
}

// BenchmarkBookSlot books slots that nobody else wants, and takes the bookings
// back after. The floor is the same transaction in plain pgx, without HTTP.
func BenchmarkBookSlot(b *testing.B) {
	for _, clients := range []int{1, 16} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			w := open(b)
			const each = 300
			pairs := w.findPairs(b, 2*(rounds*each+warmUp))
			most := min(each, (len(pairs)/2-warmUp)/rounds)
			var next atomic.Int64
			var booked bookings
			b.Cleanup(func() { w.undo(b, &booked) })
			ours := w.serve(b)
			compare(b, load{clients: clients, most: most},
				contender{"transaction", "floor, the transaction in pgx", func(ctx context.Context, _ *rand.Rand) error {
					p := pairs[next.Add(1)-1]
					interview, err := w.bookByHand(ctx, p)
					booked.add(interview, p.slot)
					return err
				}},
				contender{"rehearse", "rehearse", func(ctx context.Context, _ *rand.Rand) error {
					p := pairs[next.Add(1)-1]
					interview, err := bookOver(ctx, ours, p)
					booked.add(interview, p.slot)
					return err
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
		Actor: func(*http.Request) (booking.Actor, error) { return booking.Actor{Role: booking.RoleAdmin}, nil },
	})
}

const (
	listDocument = `query($s: ID!, $start: DateTime!, $end: DateTime!, $first: Int) {
		availableSlots(studentId: $s, start: $start, end: $end, first: $first) {
			nodes { id start end interviewer { id name } } } }`
	bookDocument = `mutation($s: ID!, $slot: ID!) {
		bookSlot(input: {studentId: $s, slotId: $slot}) { interview { id } errors { message } } }`
)

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

// pair is a student and a slot that he may book and nobody else tries to.
type pair struct {
	student booking.StudentID
	slot    booking.SlotID
}

// findPairs matches students with slots of the next two months, at most n.
func (w *world) findPairs(b *testing.B, n int) []pair {
	b.Helper()
	rows, err := w.pool.Query(b.Context(), `SELECT id, interviewer_id, starts_at, ends_at FROM slots
		WHERE status = 'OPEN' AND starts_at BETWEEN $1 AND $1 + interval '60 days' ORDER BY md5(id::text) LIMIT $2`,
		w.now.Add(time.Hour), 2*n)
	if err != nil {
		b.Fatal(err)
	}
	slots, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (booking.Slot, error) {
		s := booking.Slot{Status: booking.SlotOpen}
		err := row.Scan(&s.ID, &s.InterviewerID, &s.Start, &s.End)
		return s, err
	})
	if err != nil {
		b.Fatal(err)
	}
	var pairs []pair
	for _, record := range w.students {
		offer := record.Offer(w.now)
		at := slices.IndexFunc(slots, func(s booking.Slot) bool { return len(offer.Judge(s)) == 0 })
		if at < 0 || len(pairs) == n {
			break
		}
		pairs = append(pairs, pair{record.Student.ID, slots[at].ID})
		slots[at] = slots[0]
		slots = slots[1:]
	}
	if len(pairs) < 4*warmUp {
		b.Fatalf("%d students and slots match, which is too few to measure", len(pairs))
	}
	return pairs
}

func bookOver(ctx context.Context, url string, p pair) (interview int64, err error) {
	text, err := fetch(ctx, http.MethodPost, url, fmt.Appendf(nil, `{"query":%q,"variables":{"s":"%d","slot":"%d"}}`, bookDocument, p.student, p.slot))
	if err != nil {
		return 0, err
	}
	var answer struct {
		Data struct {
			BookSlot struct{ Interview *struct{ ID string } }
		}
	}
	if err := json.Unmarshal(text, &answer); err != nil || answer.Data.BookSlot.Interview == nil {
		return 0, fmt.Errorf("not booked: %s", text)
	}
	return strconv.ParseInt(answer.Data.BookSlot.Interview.ID, 10, 64)
}

// bookings is what a benchmark has booked.
type bookings struct {
	mu         sync.Mutex
	interviews []int64
	slots      []int64
}

func (k *bookings) add(interview int64, slot booking.SlotID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.interviews, k.slots = append(k.interviews, interview), append(k.slots, int64(slot))
}

// undo leaves the data set as it was, for the next benchmark.
func (w *world) undo(b *testing.B, k *bookings) {
	b.Helper()
	ctx := context.Background()
	err := pgx.BeginFunc(ctx, w.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM interviews WHERE id = ANY($1)", k.interviews); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE slots SET status = 'OPEN' WHERE id = ANY($1)
			AND NOT EXISTS (SELECT FROM interviews i WHERE i.slot_id = slots.id AND i.status <> 'CANCELLED')`, k.slots)
		return err
	})
	if err == nil {
		err = w.store.Vacuum(ctx)
	}
	if err != nil {
		b.Errorf("take the bookings back: %v", err)
	}
}
