package bench

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"rehearse/internal/booking"
)

// BenchmarkSubscribers opens WebSockets to a server in its own process, each of which
// subscribes to the slots of one student in the next 90 days, and measures the memory of
// idle subscriptions. It then books slots on another server and measures the time from
// each booking's response to each notification.
func BenchmarkSubscribers(b *testing.B) {
	w := open(b)
	t := table{header: []string{"memory, MiB", "KiB each", "notified, p50 ms", "p99 ms"}}
	for _, n := range []int{1, 100, 5000} {
		w.subscribers(b, n, &t)
	}
	w.publish(b, t)
}

func (w *world) subscribers(b *testing.B, n int, t *table) {
	b.Helper()
	program, err := w.startRehearse()
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = program.stop() }()
	booker := w.rehearse(b).url
	before := program.memory()
	followed := w.students[len(w.students)-n:]
	told := w.subscribe(b, program.url, followed)
	idle := program.memory() - before
	var all []time.Duration
	for _, p := range w.findPairs(b, bookings) {
		slot, err := w.store.Slot(b.Context(), p.slot)
		if err != nil {
			b.Fatal(err)
		}
		listeners := 0
		for _, record := range followed {
			if record.Offer(w.now).Allows(slot) {
				listeners++
			}
		}
		if err := bookOver(b.Context(), booker, p, ""); err != nil {
			b.Fatal(err)
		}
		booked := time.Now()
		for range listeners {
			select {
			case at := <-told:
				all = append(all, at.Sub(booked))
			case <-time.After(10 * time.Second):
				b.Fatalf("%d of %d subscriptions received an event within 10 s", len(all), listeners)
			}
		}
	}
	slices.Sort(all)
	t.add(fmt.Sprint(n), fmt.Sprintf("%.1f", float64(idle)/(1<<20)), fmt.Sprintf("%.0f", float64(idle)/float64(n)/1024),
		millis(all[len(all)/2].Seconds()), millis(all[len(all)*99/100].Seconds()))
}

const bookings = 20

// subscribe opens a socket for each of the students and sends the time of each event to
// the channel.
func (w *world) subscribe(b *testing.B, endpoint string, students []booking.Record) <-chan time.Time {
	b.Helper()
	told := make(chan time.Time, len(students))
	start := w.now.Truncate(time.Hour)
	for _, record := range students {
		conn, _, err := websocket.Dial(b.Context(), endpoint, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = conn.CloseNow() })
		send := func(text string) error { return conn.Write(b.Context(), websocket.MessageText, []byte(text)) }
		if err := errors.Join(send(`{"type":"connection_init"}`), send(fmt.Sprintf(
			`{"id":"s","type":"subscribe","payload":{"query":"subscription { slotsChanged(studentId: %d, start: \"%s\", end: \"%s\") { closedIds } }"}}`,
			record.Student.ID, start.Format(time.RFC3339), start.AddDate(0, 0, 90).Format(time.RFC3339))), send(`{"type":"ping"}`)); err != nil {
			b.Fatal(err)
		}
		for _, wanted := range []string{"connection_ack", "pong"} {
			if _, text, err := conn.Read(b.Context()); err != nil || !strings.Contains(string(text), wanted) {
				b.Fatalf("got %s, %v, want %s", text, err, wanted)
			}
		}
		go func() {
			for {
				_, text, err := conn.Read(b.Context())
				switch {
				case err != nil:
					return
				case strings.Contains(string(text), `"next"`):
					told <- time.Now()
				case strings.Contains(string(text), `"ping"`):
					_ = send(`{"type":"pong"}`)
				}
			}
		}()
	}
	return told
}
