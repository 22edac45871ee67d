package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/webhook"
)

const (
	hooked         = 10    // webhooks beside which bookings are measured
	drained        = 9_900 // together with the events of the webhook itself, fewer than redeliver accepts
	drainPatience  = 5 * time.Minute
	singleBookings = 100
	steadyBookings = 1000
	steadyPause    = 10 * time.Millisecond // 100 bookings a second
)

// BenchmarkBookSlotWithWebhooks books slots without webhooks, with ten webhooks that receive
// other events, and with ten that receive every booking. The first eighth of the bookings of an
// interval is not measured, because Postgres plans statements again after ANALYZE. The interval
// ends with the last booking. The remaining deliveries are sent before the next interval.
func BenchmarkBookSlotWithWebhooks(b *testing.B) {
	for _, clients := range []int{1, 16} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			w := open(b)
			next, most := w.pairs(b, 3)
			ours := w.booker(b, next)
			r := w.receiver(b, nil)
			of := func(metric, name string, many int, kinds ...booking.EventKind) contender {
				hooks := w.webhooks(b, ours.process.url, r.URL, many, kinds...)
				return contender{metric: metric, name: name, process: ours.process, interval: func(ctx context.Context, l load) (interlude, error) {
					if err := errors.Join(w.enable(ctx, ours.process.url, hooks, true), w.analyze(ctx)); err != nil {
						return interlude{}, err
					}
					first := l
					first.most = max(1, l.most/8)
					l.most -= first.most
					if _, err := w.run(ctx, ours, first); err != nil {
						return interlude{}, err
					}
					measured, err := w.run(ctx, ours, l)
					return measured, errors.Join(err, w.awaitDelivered(ctx), w.enable(ctx, ours.process.url, hooks, false))
				}}
			}
			w.compare(b, load{clients: clients, most: most}, []contender{
				of("without", "no webhook", 0),
				of("others", "10 webhooks, for other events", hooked, booking.StudentAnonymised),
				of("all", "10 webhooks, each for every booking", hooked, booking.InterviewBooked),
			})
		})
	}
}

// BenchmarkWebhookDelay measures the time from the response of a booking until a receiver on
// the same machine has the request, with one webhook and with a second one whose receiver
// never responds.
func BenchmarkWebhookDelay(b *testing.B) {
	w := open(b)
	ours := w.rehearse(b).url
	_, pairs := w.bookable(b, 2*(singleBookings+steadyBookings))
	hang := make(chan struct{})
	hanging := w.receiver(b, func() { <-hang })
	b.Cleanup(func() { close(hang) }) // before the receiver is closed
	t := table{by: "bookings and receivers", header: []string{"bookings", "p50 ms", "p99 ms", "longest ms"}}
	for _, beside := range []string{"", ", beside a receiver that hangs"} {
		r := w.receiver(b, nil)
		hooks := w.webhooks(b, ours, r.URL, 1, booking.InterviewBooked)
		if beside != "" {
			hooks = append(hooks, w.webhooks(b, ours, hanging.URL, 1, booking.InterviewBooked)...)
		}
		if err := w.enable(b.Context(), ours, hooks, true); err != nil {
			b.Fatal(err)
		}
		for _, one := range []struct {
			name, metric string
			many         int
			pause        func() time.Duration
		}{
			{"single", "single", singleBookings, func() time.Duration { return 100*time.Millisecond + rand.N(100*time.Millisecond) }},
			{"100 a second", "steady", steadyBookings, func() time.Duration { return steadyPause }},
		} {
			var booked map[booking.SlotID]time.Time
			booked, pairs = w.bookInTurn(b, ours, pairs[:one.many], one.pause), pairs[one.many:]
			took := r.told.since(b, booked)
			p50, p99 := took[len(took)/2], took[len(took)*99/100]
			t.add(one.name+beside, strconv.Itoa(len(took)), millis(p50.Seconds()), millis(p99.Seconds()), millis(took[len(took)-1].Seconds()))
			b.ReportMetric(p99.Seconds()*1000, one.metric+"-p99-ms")
		}
		if err := w.enable(b.Context(), ours, hooks, false); err != nil {
			b.Fatal(err)
		}
	}
	w.publish(b, t)
}

// BenchmarkWebhookBacklog measures how long a server takes to deliver 9,900 events that wait
// for one webhook, and its memory while it does so.
func BenchmarkWebhookBacklog(b *testing.B) {
	w := open(b)
	p := w.rehearse(b) // another server beside it would deliver, too
	r := w.receiver(b, nil)
	hooks := w.webhooks(b, p.url, r.URL, 1)
	first := w.appendEvents(b, drained)
	if err := w.enable(b.Context(), p.url, hooks, true); err != nil {
		b.Fatal(err)
	}
	p.forgetPeak()
	before := p.memory()
	began := time.Now()
	if err := w.done(b.Context(), p.url, `mutation($id: ID!, $from: ID!) { done: redeliver(input: {webhookId: $id, fromEventId: $from}) { errors { message } } }`,
		map[string]any{"id": hooks[0], "from": fmt.Sprint(first)}, nil); err != nil {
		b.Fatal(err)
	}
	if err := w.awaitDelivered(b.Context()); err != nil {
		b.Fatal(err)
	}
	took := time.Since(began)
	t := table{by: "events", header: []string{"seconds", "per second", "memory before, MiB", "peak, MiB", "connections to the receiver"}}
	t.add(strconv.Itoa(r.requests()), fmt.Sprintf("%.1f", took.Seconds()), fmt.Sprintf("%.0f", float64(r.requests())/took.Seconds()),
		known(float64(before)/(1<<20)), known(float64(p.peakMemory())/(1<<20)), strconv.Itoa(r.connections()))
	w.publish(b, t)
}

// analyze updates the statistics of the tables that grow in a benchmark. Autovacuum takes up to a
// minute to do so. Until then, Postgres would read whole tables, because it assumes that they are
// empty.
func (w *world) analyze(ctx context.Context) error {
	_, err := w.pool.Exec(ctx, "ANALYZE events, event_positions, webhook_deliveries")
	return err
}

// hookReceiver is a receiver of webhooks, which accepts every request.
type hookReceiver struct {
	*httptest.Server

	told notified

	mu     sync.Mutex
	got    int
	opened int
}

// receiver starts a receiver. It calls before, if given, before each response.
func (w *world) receiver(b *testing.B, before func()) *hookReceiver {
	b.Helper()
	r := &hookReceiver{told: notified{at: map[booking.SlotID]time.Time{}}}
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(to http.ResponseWriter, got *http.Request) {
		r.receive(got, time.Now())
		if before != nil {
			before()
		}
		to.WriteHeader(http.StatusNoContent)
	}))
	r.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.opened++
		}
	}
	r.Start()
	b.Cleanup(r.Close)
	return r
}

func (r *hookReceiver) receive(got *http.Request, at time.Time) {
	var body webhook.Body
	text, err := io.ReadAll(got.Body)
	if err != nil || json.Unmarshal(text, &body) != nil {
		return // the server sends it again
	}
	r.mu.Lock()
	r.got++
	r.mu.Unlock()
	if body.Data.SlotID != nil {
		id, _ := strconv.ParseInt(*body.Data.SlotID, 10, 64)
		r.told.mu.Lock()
		defer r.told.mu.Unlock()
		r.told.at[booking.SlotID(id)] = at
	}
}

func (r *hookReceiver) requests() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.got
}

func (r *hookReceiver) connections() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.opened
}

// webhooks creates disabled webhooks that are deleted when the benchmark ends.
func (w *world) webhooks(b *testing.B, url, to string, many int, kinds ...booking.EventKind) (ids []string) {
	b.Helper()
	b.Cleanup(func() {
		if _, err := w.pool.Exec(context.Background(), "DELETE FROM webhooks"); err != nil {
			b.Error(err)
		}
	})
	for range many {
		var created struct{ Webhook struct{ ID string } }
		err := w.done(b.Context(), url, `mutation($url: String!, $kinds: [EventKind!]) { done: createWebhook(input: {url: $url, kinds: $kinds}) { webhook { id } errors { message } } }`,
			map[string]any{"url": to, "kinds": kinds}, &created)
		if err != nil {
			b.Fatal(err)
		}
		ids = append(ids, created.Webhook.ID)
	}
	if err := w.enable(b.Context(), url, ids, false); err != nil {
		b.Fatal(err)
	}
	return ids
}

// enable enables or disables webhooks.
func (w *world) enable(ctx context.Context, url string, ids []string, on bool) error {
	for _, id := range ids {
		err := w.done(ctx, url, `mutation($id: ID!, $on: Boolean!) { done: updateWebhook(input: {webhookId: $id, enabled: $on}) { errors { message } } }`,
			map[string]any{"id": id, "on": on}, nil)
		if err != nil {
			return err
		}
	}
	return nil
}

// done sends an operation and decodes its field done into payload. It fails if the field has
// errors.
func (w *world) done(ctx context.Context, url, document string, variables map[string]any, payload any) error {
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return err
	}
	text, err := fetch(ctx, http.MethodPost, url, body)
	if err != nil {
		return err
	}
	var answer struct {
		Data struct{ Done json.RawMessage }
	}
	var refused struct{ Errors []struct{ Message string } }
	if err := errors.Join(json.Unmarshal(text, &answer), json.Unmarshal(answer.Data.Done, &refused)); err != nil || len(refused.Errors) > 0 {
		return fmt.Errorf("%s: %w", text, errors.Join(err, errors.New("not accepted")))
	}
	if payload == nil {
		return nil
	}
	return json.Unmarshal(answer.Data.Done, payload)
}

// awaitDelivered waits until all events are dispatched and no delivery of an enabled webhook
// is pending.
func (w *world) awaitDelivered(ctx context.Context) error {
	for late := time.Now().Add(drainPatience); ; time.Sleep(samplePause) {
		var done bool
		err := w.pool.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM webhooks w WHERE w.disabled_at IS NULL AND (
				EXISTS (SELECT FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.status = 'PENDING')
				OR (SELECT max(id) FROM events) > greatest(w.since_event_id, (
					SELECT max(event_id) FROM event_positions p, webhook_dispatch d WHERE p.position <= d.position))))`).Scan(&done)
		switch {
		case err != nil || done:
			return err
		case time.Now().After(late):
			return fmt.Errorf("the deliveries are not done after %v", drainPatience)
		}
	}
}

// appendEvents appends events that are about nothing, and returns the id of the first one.
// They are deleted when the benchmark ends.
func (w *world) appendEvents(b *testing.B, many int) (first int64) {
	b.Helper()
	w.openSlots(b, 1) // deletes later events at the end
	err := w.pool.QueryRow(b.Context(), `WITH added AS (
		INSERT INTO events (at, kind, actor_role, actor_id, request_id, changes)
		SELECT $1, 'DATA_IMPORTED', 'ADMIN', 1, '', '[{"field": "data", "before": null, "after": "students"}, {"field": "created", "before": null, "after": 1}]'
		FROM generate_series(1, $2) RETURNING id) SELECT min(id) FROM added`, w.now, many).Scan(&first)
	if err != nil {
		b.Fatal(err)
	}
	return first
}
