package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"rehearse/internal/booking"
)

// each is the number of bookings of a contender in an interval, if the data set has enough
// students.
const each = 400

// BenchmarkBookSlot books uncontended slots and removes the bookings afterwards. The
// floors run the same transaction in plain pgx and in pgbench, both without HTTP.
func BenchmarkBookSlot(b *testing.B) {
	for _, clients := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			w := open(b)
			next, most := w.pairs(b, 4)
			ours := w.booker(b, next)
			contenders := []contender{w.bookingFloor(next), ours}
			samples, waits := w.commitWaits(b, ours, load{clients: clients, most: *rounds * most})
			notes := []string{reportCommitWaits(b, samples, waits)}
			if floor, err := w.pgbench(b, next); err == nil {
				contenders = slices.Insert(contenders, 0, floor)
			} else {
				b.Logf("LEFT OUT: %v", err)
				notes = append(notes, fmt.Sprintf("Left out: %v.", err))
			}
			w.compare(b, load{clients: clients, most: most}, contenders, notes...)
		})
	}
}

func (w *world) bookingFloor(next func(int) []pair) contender {
	return contender{metric: "transaction", name: "floor, the transaction in pgx", do: func(ctx context.Context, _ *rand.Rand) error {
		return w.bookByHand(ctx, next(1)[0])
	}}
}

func (w *world) booker(b *testing.B, next func(int) []pair) contender {
	b.Helper()
	p := w.rehearse(b)
	return contender{metric: "rehearse", name: "**rehearse**", process: p, do: func(ctx context.Context, _ *rand.Rand) error {
		return bookOver(ctx, p.url, next(1)[0], "")
	}}
}

// BenchmarkBookSlotTwice measures bookings that a client can retry, or that a hold
// precedes.
func BenchmarkBookSlotTwice(b *testing.B) {
	for _, clients := range []int{1, 16} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			w := open(b)
			next, most := w.pairs(b, 4)
			ours := w.rehearse(b).url
			var keys atomic.Int64
			w.compare(b, load{clients: clients, most: most}, []contender{
				{metric: "plain", name: "bookSlot", do: func(ctx context.Context, _ *rand.Rand) error {
					return bookOver(ctx, ours, next(1)[0], "")
				}},
				{metric: "key", name: "with a key", do: func(ctx context.Context, _ *rand.Rand) error {
					return bookOver(ctx, ours, next(1)[0], fmt.Sprint(benchKey, keys.Add(1)))
				}},
				{metric: "again", name: "with a key, sent twice", do: func(ctx context.Context, _ *rand.Rand) error {
					p, key := next(1)[0], fmt.Sprint(benchKey, keys.Add(1))
					if err := bookOver(ctx, ours, p, key); err != nil {
						return err
					}
					return bookOver(ctx, ours, p, key)
				}},
				{metric: "hold", name: "holdSlot, then bookSlot", do: func(ctx context.Context, _ *rand.Rand) error {
					p := next(1)[0]
					if _, err := mutate(ctx, ours, holdDocument, p, ""); err != nil {
						return err
					}
					return bookOver(ctx, ours, p, "")
				}},
			})
		})
	}
}

// pair is a student and a slot that they may book and that no other client tries to book.
type pair struct {
	student booking.StudentID
	slot    booking.SlotID
}

// pairs returns a function that hands out each pair once, with enough pairs for the given
// number of contenders. Its bookings are removed when the benchmark ends.
func (w *world) pairs(b *testing.B, contenders int) (next func(n int) []pair, most int) {
	b.Helper()
	all := w.findPairs(b, contenders*(*rounds*each+warmUp))
	most = min(each, (len(all)/contenders-warmUp) / *rounds)
	if most < 1 {
		b.Fatalf("only %d students and slots match, too few to measure", len(all))
	}
	var given atomic.Int64
	return func(n int) []pair {
		until := given.Add(int64(n))
		return all[until-int64(n) : until]
	}, most
}

// findPairs matches at most n students with slots of the next two months.
func (w *world) findPairs(b *testing.B, n int) []pair {
	b.Helper()
	slots := w.openSlots(b, 2*n)
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
	return pairs
}

// openSlots returns n slots of the next two months in random order. They are reopened when
// the benchmark ends.
func (w *world) openSlots(b *testing.B, n int) []booking.Slot {
	b.Helper()
	rows, err := w.pool.Query(b.Context(), `SELECT id, interviewer_id, starts_at, ends_at FROM slots
		WHERE status = 'OPEN' AND starts_at BETWEEN $1 AND $1 + interval '60 days' ORDER BY md5(id::text) LIMIT $2`,
		w.days(0).Start, n)
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
	var lastEvent int64
	if err := w.pool.QueryRow(b.Context(), "SELECT coalesce(max(id), 0) FROM events").Scan(&lastEvent); err != nil {
		b.Fatal(err)
	}
	ids := make([]int64, len(slots))
	for n, s := range slots {
		ids[n] = int64(s.ID)
	}
	b.Cleanup(func() { w.undo(b, ids, lastEvent) })
	return slots
}

const benchKey = "bench "

// undo restores the data set for the next benchmark. The slots were open, so all their
// bookings and holds come from the benchmark.
func (w *world) undo(b *testing.B, slots []int64, lastEvent int64) {
	b.Helper()
	ctx := context.Background()
	err := pgx.BeginFunc(ctx, w.pool, func(tx pgx.Tx) error {
		for _, statement := range []struct {
			text string
			args []any
		}{
			{"DELETE FROM interviews WHERE slot_id = ANY($1) AND status = 'BOOKED'", []any{slots}},
			{"DELETE FROM holds WHERE slot_id = ANY($1)", []any{slots}},
			{"UPDATE slots SET status = 'OPEN', held_by = NULL, held_until = NULL WHERE id = ANY($1)", []any{slots}},
			{"DELETE FROM idempotency_keys WHERE starts_with(key, $1)", []any{benchKey}},
			{"ALTER TABLE events DISABLE TRIGGER events_append_only", nil},
			{"DELETE FROM event_positions WHERE event_id > $1", []any{lastEvent}},
			{"DELETE FROM events WHERE id > $1", []any{lastEvent}},
			{"ALTER TABLE events ENABLE TRIGGER events_append_only", nil},
		} {
			if _, err := tx.Exec(ctx, statement.text, statement.args...); err != nil {
				return fmt.Errorf("%s: %w", statement.text, err)
			}
		}
		return nil
	})
	if err == nil {
		err = w.store.Vacuum(ctx)
	}
	if err != nil {
		b.Errorf("undo the bookings: %v", err)
	}
}

const (
	bookDocument = `mutation($s: ID!, $slot: ID!, $key: String) {
		done: bookSlot(input: {studentId: $s, slotId: $slot, idempotencyKey: $key}) { interview { id } errors { code } } }`
	holdDocument = `mutation($s: ID!, $slot: ID!, $key: String) {
		done: holdSlot(input: {studentId: $s, slotId: $slot, idempotencyKey: $key}) { hold { id } errors { code } } }`
)

// mutate sends a mutation and returns the refusal codes.
func mutate(ctx context.Context, url, document string, p pair, key string) (codes []string, err error) {
	variables := map[string]any{"s": fmt.Sprint(p.student), "slot": fmt.Sprint(p.slot)}
	if key != "" {
		variables["key"] = key
	}
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return nil, err
	}
	text, err := fetch(ctx, http.MethodPost, url, body)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Data struct {
			Done *struct{ Errors []struct{ Code string } }
		}
		Errors []struct{ Message string }
	}
	if err := json.Unmarshal(text, &answer); err != nil || answer.Data.Done == nil || len(answer.Errors) > 0 {
		return nil, fmt.Errorf("not a response: %s", text)
	}
	for _, e := range answer.Data.Done.Errors {
		codes = append(codes, e.Code)
	}
	return codes, nil
}

func bookOver(ctx context.Context, url string, p pair, key string) error {
	codes, err := mutate(ctx, url, bookDocument, p, key)
	if err == nil && len(codes) > 0 {
		err = fmt.Errorf("student %d, slot %d: not booked: %v", p.student, p.slot, codes)
	}
	return err
}

// bookedChanges is the list of changes in the event of a booking.
const bookedChanges = `[{"field": "status", "before": null, "after": "BOOKED"}, {"field": "start", "before": null,
	"after": "2026-01-01T10:00:00Z"}, {"field": "end", "before": null, "after": "2026-01-01T11:00:00Z"}]`

// bookByHand is the server's booking transaction in plain pgx: the same statements one by
// one, with the read before the transaction.
func (w *world) bookByHand(ctx context.Context, p pair) error {
	var by int64
	var capped bool
	err := w.pool.QueryRow(ctx, `SELECT s.interviewer_id, num_nonnulls(v.max_per_day, v.max_per_week) > 0
		FROM slots s JOIN interviewers v ON v.id = s.interviewer_id WHERE s.id = $1`, int64(p.slot)).Scan(&by, &capped)
	if err != nil || capped {
		return fmt.Errorf("slot %d, capped: %v: %w", p.slot, capped, err)
	}
	return pgx.BeginFunc(ctx, w.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT set_config('lock_timeout', $1, true), set_config('statement_timeout', $2, true)", "2000ms", "5000ms"); err != nil {
			return err
		}
		var locked int64
		if err := tx.QueryRow(ctx, "SELECT id FROM students WHERE id = $1 FOR NO KEY UPDATE", int64(p.student)).Scan(&locked); err != nil {
			return err
		}
		record, err := w.record(ctx, tx, p.student)
		if err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, "SELECT id FROM interviewers WHERE id = $1 FOR SHARE", by).Scan(&locked); err != nil {
			return err
		}
		slot := booking.Slot{ID: p.slot}
		err = tx.QueryRow(ctx, "SELECT interviewer_id, starts_at, ends_at, status FROM slots WHERE id = $1 FOR NO KEY UPDATE", int64(p.slot)).
			Scan(&slot.InterviewerID, &slot.Start, &slot.End, &slot.Status)
		if err != nil {
			return err
		}
		if err := record.Offer(w.now).Judge(slot).Err(); err != nil {
			return err
		}
		var interview int64
		return tx.QueryRow(ctx, `WITH slot AS (UPDATE slots SET status = 'BOOKED', held_by = NULL, held_until = NULL WHERE id = $1),
			booked AS (INSERT INTO interviews (student_id, interviewer_id, slot_id, starts_at, ends_at, status, booked_at, waivers, exempt)
				VALUES ($2, $3, $1, $4, $5, 'BOOKED', $6, '{}', false) RETURNING id)
			INSERT INTO events (at, kind, actor_role, actor_id, request_id, student_id, interviewer_id, slot_id, changes, interview_id)
			SELECT $6, 'INTERVIEW_BOOKED', 'ADMIN', 0, 'bench', $2, $3, $1, $7, booked.id FROM booked RETURNING interview_id`,
			int64(p.slot), int64(p.student), int64(slot.InterviewerID), slot.Start, slot.End, w.now, bookedChanges).Scan(&interview)
	})
}
