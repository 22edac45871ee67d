package bench

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"rehearse/internal/booking"
)

// step is one value of the varied parameter. The floor and the server at this value are
// measured in alternation with all other steps.
type step struct {
	amount      string
	floor, ours contender
}

// sweep reports the cost of each step.
func (w *world) sweep(b *testing.B, l load, what string, steps []step, notes ...string) {
	b.Helper()
	var contenders []contender
	for _, s := range steps {
		contenders = append(contenders, s.floor, s.ours)
	}
	intervals := w.measure(b, l, contenders)
	t := table{by: what, header: []string{"floor, per second", "rehearse, per second", "ratio", "floor, p50 ms", "rehearse, p50 ms", "CPU µs", "MiB"}, notes: notes}
	for n, s := range steps {
		floor, ours := intervals[2*n], intervals[2*n+1]
		t.add(s.amount, fmt.Sprintf("%.0f", rate(floor)), fmt.Sprintf("%.0f", rate(ours)), fmt.Sprintf("%.2f", rate(ours)/rate(floor)),
			millis(p50(floor)), millis(p50(ours)), known(median(ours, func(i interlude) float64 { return i.cpu.Seconds() * 1e6 })),
			known(float64(s.ours.process.memory())/(1<<20)))
		b.ReportMetric(rate(ours), s.amount+"/s")
	}
	w.publish(b, t)
}

// lists returns a step that requests lists.
func (w *world) lists(b *testing.B, amount string, q question) step {
	b.Helper()
	w.checkAnswers(b, q, w.ours(b), w.readsFloor(b))
	return step{amount, w.readsFloor(b).about(w, q), w.ours(b).about(w, q)}
}

// BenchmarkListBySize lists the first 50 slots of a week in each data set.
func BenchmarkListBySize(b *testing.B) {
	for _, clients := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			var steps []step
			for _, size := range sizes() {
				w := openSize(b, size)
				steps = append(steps, w.lists(b, size, question{w.days(7), 50}))
			}
			open(b).sweep(b, load{clients: clients}, "data set", steps)
		})
	}
}

// BenchmarkBookSlotBySize books in each data set. S has few students, so each interval has
// few bookings.
func BenchmarkBookSlotBySize(b *testing.B) {
	var steps []step
	most := each
	for _, size := range sizes() {
		w := openSize(b, size)
		next, some := w.pairs(b, 2)
		most = min(most, some)
		steps = append(steps, step{size, w.bookingFloor(next), w.booker(b, next)})
	}
	open(b).sweep(b, load{clients: 1, most: most}, "data set", steps)
}

// BenchmarkListByPage varies the page size of a week's list.
func BenchmarkListByPage(b *testing.B) {
	w := open(b)
	var steps []step
	for _, first := range []int{10, 50, 100, 200, 500} {
		steps = append(steps, w.lists(b, fmt.Sprint(first), question{w.days(7), first}))
	}
	w.sweep(b, load{clients: 1}, "slots a page", steps)
}

// BenchmarkListByRange varies the date range of a list of 50.
func BenchmarkListByRange(b *testing.B) {
	w := open(b)
	hour := w.days(1)
	hour.End = hour.Start.Add(time.Hour)
	w.sweep(b, load{clients: 1}, "range", []step{
		w.lists(b, "hour", question{hour, 50}),
		w.lists(b, "day", question{w.days(1), 50}),
		w.lists(b, "week", question{w.days(7), 50}),
		w.lists(b, "month", question{w.days(30), 50}),
		w.lists(b, "year", question{w.days(365), 50}),
	})
}

// BenchmarkListByHistory varies the number of past interviews of the students that list
// the first 50 slots of a week.
func BenchmarkListByHistory(b *testing.B) {
	w := open(b)
	q := question{w.days(7), 50}
	b.Cleanup(func() {
		if err := w.store.Vacuum(context.Background()); err != nil {
			b.Error(err)
		}
	})
	var steps []step
	for _, past := range []int{0, 5, 15, 50, 100, 200} {
		veteran := *w
		veteran.students, veteran.refused = w.veterans(b, past), nil
		steps = append(steps, veteran.lists(b, fmt.Sprint(past), q))
	}
	w.sweep(b, load{clients: 1}, "past interviews", steps)
}

// veterans creates 20 students with the given number of completed interviews, and deletes
// them when the benchmark ends. The interviews date from before the data set and rotate
// over the interviewers; they are exempt from the constraint on student and interviewer
// pairs.
func (w *world) veterans(b *testing.B, past int) []booking.Record {
	b.Helper()
	const many = 20
	mail := fmt.Sprintf("veteran-%d-", past)
	rows, err := w.pool.Query(b.Context(), `INSERT INTO students (name, email, time_zone, interview_limit, created_at)
		SELECT 'Veteran', $1 || n || '@students.example.org', 'UTC', 1000, $2 FROM generate_series(1, $3::int) n RETURNING id`, mail, w.now, many)
	if err != nil {
		b.Fatal(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { w.retire(b, ids) })
	_, err = w.pool.Exec(b.Context(), `WITH given AS (
			SELECT student, staff.id AS interviewer, w.id AS window, $3::timestamptz - interval '20 years'
				+ (row_number() OVER () + 5000 * $2::bigint) * interval '1 hour' AS start
			FROM unnest($1::bigint[]) student CROSS JOIN generate_series(1, $2::int) turn
			JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM interviewers) staff ON staff.n = turn % (SELECT count(*) FROM interviewers) + 1
			CROSS JOIN LATERAL (SELECT id FROM availabilities WHERE interviewer_id = staff.id ORDER BY id LIMIT 1) w
		), taken AS (INSERT INTO slots (interviewer_id, availability_id, starts_at, ends_at, status)
			SELECT interviewer, "window", start, start + interval '30 minutes', 'BOOKED' FROM given RETURNING id, interviewer_id, starts_at, ends_at)
		INSERT INTO interviews (student_id, interviewer_id, slot_id, starts_at, ends_at, status, grade, booked_at, completed_at, exempt)
		SELECT given.student, taken.interviewer_id, taken.id, taken.starts_at, taken.ends_at, 'COMPLETED', 5, taken.starts_at - interval '1 day', taken.ends_at, true
		FROM taken JOIN given ON given.start = taken.starts_at`, ids, past, w.now.Truncate(time.Hour))
	if err != nil {
		b.Fatal(err)
	}
	var students []booking.StudentID
	for _, id := range ids {
		students = append(students, booking.StudentID(id))
	}
	records, err := w.store.Records(b.Context(), students)
	if err != nil {
		b.Fatal(err)
	}
	var found []booking.Record
	for _, id := range students {
		if got := len(records[id].History); got != past {
			b.Fatalf("student %d has %d interviews, want %d", id, got, past)
		}
		found = append(found, records[id])
	}
	return slices.Clip(found)
}

// retire deletes students and their interviews and slots.
func (w *world) retire(b *testing.B, ids []int64) {
	b.Helper()
	_, err := w.pool.Exec(context.Background(), `WITH gone AS (DELETE FROM interviews WHERE student_id = ANY($1) RETURNING slot_id),
		slots AS (DELETE FROM slots USING gone WHERE slots.id = gone.slot_id)
		DELETE FROM students WHERE id = ANY($1)`, ids)
	if err != nil {
		b.Errorf("delete the students: %v", err)
	}
}
