package bench

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"rehearse/internal/booking"
)

const (
	busyBookings = 2000
	busyPause    = 5 * time.Millisecond // 200 bookings a second
	idleBookings = 40
	// Single bookings are at least this far apart. A follower pauses for 50 ms at most.
	idlePause = 500 * time.Millisecond
)

// BenchmarkNotified measures the time from the response of a booking on one server until a
// subscriber of another server is notified, with 200 bookings a second and with single
// bookings. One subscriber's server is woken after commits. The other's is not, and polls
// the change log.
func BenchmarkNotified(b *testing.B) {
	w := open(b)
	student, pairs := w.bookable(b, busyBookings+idleBookings)
	booker := w.rehearse(b).url
	servers := []struct {
		name     string
		settings []string
		told     *notified
	}{{"woken", nil, nil}, {"polled", []string{"DATABASE_LISTEN_URL=" + w.deaf()}, nil}}
	for i := range servers {
		p, err := w.startRehearse(servers[i].settings...)
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = p.stop() }()
		servers[i].told = w.notify(b, p.url, student)
	}
	t := table{by: "bookings and servers", header: []string{"bookings", "p50 ms", "p99 ms", "longest ms"}}
	for _, one := range []struct {
		name, metric string
		many         int
		pauses       func() time.Duration
	}{
		{"200 a second", "busy", busyBookings, func() time.Duration { return busyPause }},
		{"single", "idle", idleBookings, func() time.Duration { return idlePause + rand.N(idlePause) }},
	} {
		var booked map[booking.SlotID]time.Time
		booked, pairs = w.bookInTurn(b, booker, pairs[:one.many], one.pauses), pairs[one.many:]
		for _, s := range servers {
			took := s.told.since(b, booked)
			p50, p99 := took[len(took)/2], took[len(took)*99/100]
			t.add(one.name+", "+s.name, fmt.Sprint(len(took)), millis(p50.Seconds()), millis(p99.Seconds()), millis(took[len(took)-1].Seconds()))
			b.ReportMetric(p99.Seconds()*1000, fmt.Sprintf("%s-%s-p99-ms", s.name, one.metric))
		}
	}
	w.publish(b, t)
}

// deaf returns the address of a database in which nobody commits, so that a server that
// listens there is never woken.
func (w *world) deaf() string { return w.urlOf("postgres") }

// bookable returns a student, and n slots that they and the paired student may book.
func (w *world) bookable(b *testing.B, n int) (booking.StudentID, []pair) {
	b.Helper()
	subscriber := w.students[len(w.students)-1]
	offer := subscriber.Offer(w.now)
	var found []pair
	all := w.findPairs(b, 2*n)
	for _, p := range all {
		slot, err := w.store.Slot(b.Context(), p.slot)
		if err != nil {
			b.Fatal(err)
		}
		if p.student != subscriber.Student.ID && offer.Allows(slot) {
			found = append(found, p)
		}
		if len(found) == n {
			return subscriber.Student.ID, found
		}
	}
	b.Fatalf("student %d may book only %d of %d slots; %d are needed", subscriber.Student.ID, len(found), len(all), n)
	return 0, nil
}

// bookInTurn begins a booking after each pause, and returns when each was answered.
func (w *world) bookInTurn(b *testing.B, url string, pairs []pair, pause func() time.Duration) map[booking.SlotID]time.Time {
	b.Helper()
	booked := make(map[booking.SlotID]time.Time, len(pairs))
	var mu sync.Mutex
	var running sync.WaitGroup
	next := time.Now()
	for _, p := range pairs {
		next = next.Add(pause())
		time.Sleep(time.Until(next))
		running.Go(func() {
			if err := bookOver(b.Context(), url, p, ""); err != nil {
				b.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			booked[p.slot] = time.Now()
		})
	}
	running.Wait()
	return booked
}

// notified is when a subscription was notified of each slot.
type notified struct {
	mu sync.Mutex
	at map[booking.SlotID]time.Time
}

// notify subscribes to what the student may book.
func (w *world) notify(b *testing.B, url string, student booking.StudentID) *notified {
	b.Helper()
	n := &notified{at: map[booking.SlotID]time.Time{}}
	conn, _, err := websocket.Dial(b.Context(), url, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.CloseNow() })
	send := func(text string) {
		err = errors.Join(err, conn.Write(b.Context(), websocket.MessageText, []byte(text)))
	}
	in := w.days(90)
	send(`{"type":"connection_init"}`)
	send(fmt.Sprintf(`{"id":"s","type":"subscribe","payload":%s}`, hostileBody(fmt.Sprintf(
		`subscription { slotsChanged(studentId: "%d", start: %q, end: %q) { closedIds refetch } }`,
		student, in.Start.Format(time.RFC3339), in.End.Format(time.RFC3339)), nil)))
	send(`{"type":"ping"}`)
	for message := (slotsMessage{}); err == nil && message.Type != "pong"; {
		err = wsjson.Read(b.Context(), conn, &message)
	}
	if err != nil {
		b.Fatal(err)
	}
	go func() {
		for {
			var message slotsMessage
			if wsjson.Read(b.Context(), conn, &message) != nil {
				return
			}
			if message.Type == "ping" {
				_ = conn.Write(b.Context(), websocket.MessageText, []byte(`{"type":"pong"}`))
			}
			n.add(message)
		}
	}()
	return n
}

// slotsMessage is a message of a subscription to slots.
type slotsMessage struct {
	Type    string
	Payload struct {
		Data struct {
			SlotsChanged struct {
				ClosedIDs []string `json:"closedIds"`
				Refetch   bool
			}
		}
	}
}

func (n *notified) add(message slotsMessage) {
	now := time.Now()
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, text := range message.Payload.Data.SlotsChanged.ClosedIDs {
		if id, err := strconv.ParseInt(text, 10, 64); err == nil {
			n.at[booking.SlotID(id)] = now
		}
	}
}

// since returns the sorted times from each booking until the notification. A subscriber may
// be notified before the response arrives.
func (n *notified) since(b *testing.B, booked map[booking.SlotID]time.Time) (took []time.Duration) {
	b.Helper()
	for late := time.Now().Add(10 * time.Second); len(took) < len(booked); time.Sleep(samplePause) {
		if took = n.among(booked); time.Now().After(late) {
			b.Fatalf("a subscription was notified of %d of %d bookings within 10 s", len(took), len(booked))
		}
	}
	slices.Sort(took)
	return took
}

func (n *notified) among(booked map[booking.SlotID]time.Time) (took []time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for id, at := range booked {
		if told, known := n.at[id]; known {
			took = append(took, max(0, told.Sub(at)))
		}
	}
	return took
}
