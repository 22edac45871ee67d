package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"rehearse/internal/booking"
)

const (
	watchesOfOne    = 200 // MAX_SUBSCRIPTIONS_PER_CALLER
	watchesOfSocket = 100 // operations of a WebSocket
	watchedHolds    = 5
	manySlots       = 2000
)

// BenchmarkWatches measures the cost of one hold when many subscriptions follow the slot:
// the CPU of the server and of Postgres, and the time until each subscription has received
// its event. Each student subscribes with their own token to the slots that they may book.
// The slot is held by another student or by the subscriber. The figures are medians of
// several holds.
func BenchmarkWatches(b *testing.B) {
	w := open(b)
	t := table{by: "subscriptions and students", header: []string{"CPU of the server, ms", "CPU of Postgres, ms", "time, ms", "time with the default rate limits, ms"}}
	loads := []struct {
		students, each int
		own            bool // the subscriber places the hold, which changes their record
	}{{1, watchesOfOne, false}, {5, watchesOfOne, false}, {1, 5 * watchesOfOne, false}, {1, watchesOfOne, true}, {1, 5 * watchesOfOne, true}}
	watchers, pairs := w.follow(b, 8, 2*len(loads)*watchedHolds)
	for _, one := range loads {
		measure := func(environment ...string) watchCost {
			var slots []pair
			slots, pairs = pairs[:watchedHolds], pairs[watchedHolds:]
			if one.own { // a student has at most one hold
				watchers = watchers[1:]
				slots = []pair{{watchers[0].student, slots[0].slot}}
			}
			return w.watched(b, watchers[:one.students], one.each, slots, environment...)
		}
		unlimited := measure("RATE_LIMIT=off", fmt.Sprint("MAX_SUBSCRIPTIONS_PER_CALLER=", one.each))
		limited := "" // empty if the default limits do not allow that many subscriptions
		if one.each == watchesOfOne {
			limited = millis(measure().took.Seconds())
		}
		name := fmt.Sprintf("%d by %d", one.students*one.each, one.students)
		if one.own {
			name += ", who holds"
		}
		t.add(name,
			millis(unlimited.server.Seconds()), millis(unlimited.postgres.Seconds()), millis(unlimited.took.Seconds()), limited)
	}
	w.publish(b, t)
}

// watchCost is the cost of notifying all subscriptions of a hold.
type watchCost struct{ server, postgres, took time.Duration }

func (w *world) watched(b *testing.B, watchers []sender, each int, pairs []pair, environment ...string) watchCost {
	b.Helper()
	p, err := w.startPublic(environment...)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = p.stop() }()
	events := make(chan struct{}, len(watchers)*each)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	for _, watcher := range watchers {
		for range each / watchesOfSocket {
			w.watch(ctx, b, p.url, watcher, events)
		}
	}
	var server, postgres, took []time.Duration
	for _, pair := range pairs {
		backends := cpuOfBackends{}
		if err := w.backends(b.Context(), backends); err != nil {
			b.Fatal(err)
		}
		cpu, cpuOfPostgres, began := p.cpuTime(), backends.taken(), time.Now()
		if codes, err := mutate(b.Context(), p.url, holdDocument, pair, ""); err != nil || len(codes) > 0 {
			b.Fatalf("hold slot %d: %v, %v", pair.slot, codes, err)
		}
		for told := range cap(events) {
			select {
			case <-events:
			case <-time.After(time.Minute):
				b.Fatalf("%d of %d subscriptions received their event", told, cap(events))
			}
		}
		took = append(took, time.Since(began))
		server, postgres = append(server, p.cpuTime()-cpu), append(postgres, backends.taken()-cpuOfPostgres)
		quiet(events)
	}
	return watchCost{middle(server), middle(postgres), middle(took)}
}

// quiet waits until no more events arrive. A hold may cause two events.
func quiet(events <-chan struct{}) {
	for {
		select {
		case <-events:
		case <-time.After(300 * time.Millisecond):
			return
		}
	}
}

func middle(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// follow chooses students, and slots that all of them and one other student may book. Each
// slot and each other student is chosen once.
func (w *world) follow(b *testing.B, students, slots int) (watchers []sender, pairs []pair) {
	b.Helper()
	for i, record := range w.students[:students] {
		watchers = append(watchers, w.student(b, record.Student.ID, i))
	}
	others := w.students[students:]
	for _, slot := range w.openSlots(b, manySlots) {
		allowed := func(record booking.Record) bool { return record.Offer(w.now).Allows(slot) }
		if slices.ContainsFunc(w.students[:students], func(r booking.Record) bool { return !allowed(r) }) {
			continue
		}
		if at := slices.IndexFunc(others, allowed); at >= 0 {
			pairs = append(pairs, pair{others[at].Student.ID, slot.ID})
			others = others[at+1:]
		}
		if len(pairs) == slots {
			return watchers, pairs
		}
	}
	b.Fatalf("only %d slots can be booked by all of %d students; %d are needed", len(pairs), students, slots)
	return nil, nil
}

// watch opens a WebSocket with subscriptions to the slots that the student may book.
func (w *world) watch(ctx context.Context, b *testing.B, url string, by sender, events chan<- struct{}) {
	b.Helper()
	conn, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{
		Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"Authorization": {"Bearer " + by.token}},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.CloseNow() })
	send := func(text string) { err = errors.Join(err, conn.Write(ctx, websocket.MessageText, []byte(text))) }
	in := w.days(90)
	document := fmt.Sprintf(`subscription { slotsChanged(studentId: "%d", start: %q, end: %q) { opened { id start end interviewer { id name } } closedIds refetch } }`,
		by.student, in.Start.AddDate(0, 0, -7).Format(time.RFC3339), in.End.Format(time.RFC3339))
	send(`{"type":"connection_init"}`)
	for i := range watchesOfSocket {
		send(fmt.Sprintf(`{"id":"%d","type":"subscribe","payload":%s}`, i, hostileBody(document, nil)))
	}
	send(`{"type":"ping"}`)
	for text := []byte(nil); err == nil && !strings.Contains(string(text), `"pong"`); {
		if _, text, err = conn.Read(ctx); strings.Contains(string(text), `"error"`) {
			b.Fatalf("subscribe: %s", text)
		}
	}
	if err != nil {
		b.Fatal(err)
	}
	go func() {
		for {
			_, text, err := conn.Read(ctx)
			switch {
			case err != nil:
				return
			case strings.Contains(string(text), `"next"`):
				events <- struct{}{}
			}
		}
	}()
}

// student returns a sender with the student's token.
func (w *world) student(b *testing.B, id booking.StudentID, i int) sender {
	b.Helper()
	s := sender{address: fmt.Sprintf("192.0.2.%d", i%250), student: id}
	s.sign(b)
	return s
}

// cpuTime returns the CPU time of all threads of a process, at a finer resolution than
// cpu.
func (p process) cpuTime() (total time.Duration) {
	tasks, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", p.pid))
	for _, task := range tasks {
		if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/schedstat", p.pid, task.Name())); err == nil {
			first, _, _ := strings.Cut(string(text), " ")
			n, _ := strconv.ParseInt(first, 10, 64)
			total += time.Duration(n)
		}
	}
	return total
}
