package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"rehearse/internal/mailtest"
)

const (
	rushed       = 1000   // bookings of a rush
	rushClients  = 16     // that send them
	queued       = 10_000 // events that wait for e-mail
	mailPatience = 10 * time.Minute
)

// BenchmarkMail books slots in a rush, on a server without e-mail and on one that sends e-mail
// to a mail server on the same machine. Each interval has a server of its own, because a server
// with e-mail would also send the messages about the bookings of the other one.
func BenchmarkMail(b *testing.B) {
	w := open(b)
	pairs := w.findPairs(b, 2*(*rounds*(rushed+warmUp)+2*warmUp))
	most := min(rushed, (len(pairs)/2-2*warmUp) / *rounds - warmUp)
	if most < 1 {
		b.Fatalf("only %d students and slots match, too few to measure", len(pairs))
	}
	var given atomic.Int64
	book := func(url string) func(context.Context, *rand.Rand) error {
		return func(ctx context.Context, _ *rand.Rand) error { return bookOver(ctx, url, pairs[given.Add(1)-1], "") }
	}
	b.Cleanup(func() {
		if err := w.forgetMail(context.Background()); err != nil {
			b.Error(err)
		}
	})
	var sink mailtest.Sink
	settings := mailSettings(b, &sink)
	var took []time.Duration // from the first booking of a rush until its last message is accepted
	of := func(metric, name string, messages int, settings ...string) contender {
		return contender{metric: metric, name: name, interval: func(ctx context.Context, l load) (interlude, error) {
			if err := w.forgetMail(ctx); err != nil {
				return interlude{}, err
			}
			p, err := w.startRehearse(settings...)
			if err != nil {
				return interlude{}, err
			}
			ours, before := contender{process: p, do: book(p.url)}, sink.Messages()
			_, err = w.run(ctx, ours, load{clients: l.clients, most: warmUp})
			err = errors.Join(err, awaitMail(&sink, before+messages*warmUp))
			began, before := time.Now(), sink.Messages()
			var measured interlude
			if err == nil {
				measured, err = w.run(ctx, ours, l)
				err = errors.Join(err, awaitMail(&sink, before+messages*l.most))
			}
			if messages > 0 && l.most > warmUp {
				took = append(took, time.Since(began))
			}
			return measured, errors.Join(err, p.stop())
		}}
	}
	contenders := []contender{of("off", "without e-mail", 0), of("on", "with e-mail", 2, settings...)}
	intervals := w.measure(b, load{clients: rushClients, most: most}, contenders)
	slices.Sort(took)
	middle := took[len(took)/2]
	t := table{header: []string{"bookings per second", "p50 ms", "p99 ms", "CPU µs", "Postgres CPU µs", "ratio", "range of rounds", "messages", "seconds until all are accepted"}}
	for n, c := range contenders {
		var ratios []float64
		for round := range intervals[n] {
			ratios = append(ratios, intervals[n][round].rate/intervals[0][round].rate)
		}
		messages, until := "", ""
		if n > 0 {
			messages, until = strconv.Itoa(2*most), fmt.Sprintf("%.1f", middle.Seconds())
		}
		t.add(c.name, fmt.Sprintf("%.0f", rate(intervals[n])), millis(p50(intervals[n])),
			millis(median(intervals[n], func(i interlude) float64 { return i.p99.Seconds() })),
			known(median(intervals[n], func(i interlude) float64 { return i.cpu.Seconds() * 1e6 })),
			known(median(intervals[n], func(i interlude) float64 { return i.postgres.Seconds() * 1e6 })),
			fmt.Sprintf("%.2f", rate(intervals[n])/rate(intervals[0])), fmt.Sprintf("%.2f .. %.2f", slices.Min(ratios), slices.Max(ratios)), messages, until)
	}
	b.ReportMetric(rate(intervals[1])/rate(intervals[0]), "on-ratio")
	b.ReportMetric(middle.Seconds(), "accepted-s")
	w.publish(b, t)
}

// BenchmarkMailBacklog measures how long a server takes to send the messages about 10,000
// events, and its memory while it does so.
func BenchmarkMailBacklog(b *testing.B) {
	w := open(b)
	var sink mailtest.Sink
	if err := w.forgetMail(b.Context()); err != nil {
		b.Fatal(err)
	}
	p, err := w.startRehearse(mailSettings(b, &sink)...)
	if err != nil {
		b.Fatal(err)
	}
	w.openSlots(b, 1) // deletes later events at the end
	b.Cleanup(func() {
		if err := errors.Join(p.stop(), w.forgetMail(context.Background())); err != nil {
			b.Error(err)
		}
	})
	waiver := w.waiver(b, p.url)
	if err := awaitMail(&sink, 1); err != nil {
		b.Fatal(err)
	}
	p.forgetPeak()
	before, began := p.memory(), time.Now()
	if _, err := w.pool.Exec(b.Context(), `INSERT INTO events (at, kind, actor_role, actor_id, request_id, changes, student_id)
		SELECT at, kind, actor_role, actor_id, '', changes, student_id FROM events, generate_series(1, $2::int)
		WHERE kind = 'WAIVER_GRANTED' AND changes @> jsonb_build_array(jsonb_build_object('field', 'waiverId', 'after', $1::text))`, waiver, queued); err != nil {
		b.Fatal(err)
	}
	if err := awaitMail(&sink, 1+queued); err != nil {
		b.Fatal(err)
	}
	took := time.Since(began)
	t := table{by: "events", header: []string{"seconds", "per second", "memory before, MiB", "peak, MiB", "connections to the mail server"}}
	t.add(strconv.Itoa(queued), fmt.Sprintf("%.1f", took.Seconds()), fmt.Sprintf("%.0f", queued/took.Seconds()),
		known(float64(before)/(1<<20)), known(float64(p.peakMemory())/(1<<20)), strconv.Itoa(sink.Most()))
	b.ReportMetric(queued/took.Seconds(), "messages/s")
	w.publish(b, t)
}

// mailSettings returns the variables of a server that sends e-mail to the sink.
func mailSettings(b *testing.B, sink *mailtest.Sink) []string {
	b.Helper()
	return []string{"SMTP_URL=smtp://" + sink.Start(b).String(), "MAIL_FROM=rehearse@example.org"}
}

// awaitMail waits until the sink has accepted the number of messages.
func awaitMail(sink *mailtest.Sink, messages int) error {
	for late := time.Now().Add(mailPatience); sink.Messages() < messages; time.Sleep(samplePause) {
		if time.Now().After(late) {
			return fmt.Errorf("%d messages after %v, want %d", sink.Messages(), mailPatience, messages)
		}
	}
	return nil
}

// forgetMail deletes all messages. The next server with e-mail begins with later events.
func (w *world) forgetMail(ctx context.Context) error {
	_, err := w.pool.Exec(ctx, "DELETE FROM mail")
	if err == nil {
		_, err = w.pool.Exec(ctx, "UPDATE mail_dispatch SET position = NULL")
	}
	if err == nil {
		_, err = w.pool.Exec(ctx, "UPDATE mail_schedule SET until = NULL")
	}
	return err
}

// waiver grants a waiver, which is deleted when the benchmark ends, and returns its id.
func (w *world) waiver(b *testing.B, url string) string {
	b.Helper()
	var granted struct{ Waiver struct{ ID string } }
	err := w.done(b.Context(), url, `mutation($id: ID!) { done: grantWaiver(input: {studentId: $id, rule: LIMIT, reason: "a benchmark"}) { waiver { id } errors { message } } }`,
		map[string]any{"id": fmt.Sprint(w.students[0].Student.ID)}, &granted)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if _, err := w.pool.Exec(context.Background(), "DELETE FROM waivers WHERE id = $1::bigint", granted.Waiver.ID); err != nil {
			b.Error(err)
		}
	})
	return granted.Waiver.ID
}
