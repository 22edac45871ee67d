package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// The statements are those of the server, from testdata/statements, without the columns
// that the floor does not need.
const (
	openIndex     = "status = 'OPEN' AND (full_until IS NULL OR full_until < '9999-12-31T00:00:00Z')"
	listStatement = `SELECT id, interviewer_id, starts_at, ends_at FROM slots WHERE ` + openIndex + `
		AND starts_at >= $1 AND starts_at < $2 AND ends_at <= $3 AND (held_until IS NULL OR held_until <= now()) AND (full_until IS NULL OR full_until <= now()) AND interviewer_id <> ALL($4) ORDER BY starts_at, id LIMIT $5`
	busyListStatement = `SELECT id, interviewer_id, starts_at, ends_at FROM slots WHERE ` + openIndex + `
		AND starts_at >= $1 AND starts_at < $2 AND ends_at <= $3 AND (held_until IS NULL OR held_until <= now()) AND (full_until IS NULL OR full_until <= now()) AND interviewer_id <> ALL($4)
		AND NOT EXISTS (SELECT FROM unnest($6::timestamptz[], $7::timestamptz[]) AS busy (s, e)
			WHERE slots.starts_at < busy.e AND busy.s < slots.ends_at) ORDER BY starts_at, id LIMIT $5`
	recordStatement = `SELECT s.interview_limit, p.interview_limit, p.minimum_grade_exclusive, p.grade_window, p.minimum_notice_seconds,
			coalesce(me.id, 0), h.id, w.waivers, coalesce(i.id, 0), coalesce(i.interviewer_id, 0), coalesce(i.slot_id, 0),
			i.starts_at, i.ends_at, coalesce(i.status, ''), i.grade
		FROM students s CROSS JOIN booking_policy p LEFT JOIN interviewers me ON me.email = s.email
		LEFT JOIN LATERAL (SELECT holds.*, slots.interviewer_id, slots.starts_at, slots.ends_at
			FROM holds JOIN slots ON slots.id = holds.slot_id WHERE holds.student_id = s.id AND ended_at IS NULL) h ON true
		LEFT JOIN LATERAL (SELECT json_agg(one ORDER BY one.id) AS waivers FROM waivers one WHERE one.student_id = s.id) w ON true
		LEFT JOIN interviews i ON i.student_id = s.id AND i.status <> 'CANCELLED'
		WHERE s.id = $1 ORDER BY s.id, i.starts_at, i.id`
	namesStatement = `SELECT id, name FROM interviewers WHERE id = ANY($1)`
)

// floorSlot is a row of the list.
type floorSlot struct {
	id, interviewer int64
	start, end      time.Time
}

func (w *world) list(ctx context.Context, q pgxQueryer, o booking.Offer, in calendar.Span, first int) ([]floorSlot, error) {
	from := in.Start
	if o.Earliest.After(from) {
		from = o.Earliest
	}
	met := make([]int64, 0, len(o.Met)+1)
	for _, id := range o.Excluded() {
		met = append(met, int64(id))
	}
	args := []any{from, in.End, in.End, met, first + 1}
	var starts, ends []time.Time
	for _, span := range o.Busy {
		if span.Overlaps(in) {
			starts, ends = append(starts, span.Start), append(ends, span.End)
		}
	}
	statement := listStatement
	if len(starts) > 0 {
		statement, args = busyListStatement, append(args, starts, ends)
	}
	rows, err := q.Query(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	slots := make([]floorSlot, 0, first+1)
	for rows.Next() {
		var s floorSlot
		if err := rows.Scan(&s.id, &s.interviewer, &s.start, &s.end); err != nil {
			return nil, err
		}
		slots = append(slots, s)
	}
	return slots[:min(len(slots), first)], rows.Err()
}

// checkFloor verifies that the floor uses the index of the list. Without the index
// condition it would read more than the server and would not be a floor.
func (w *world) checkFloor(b *testing.B, in calendar.Span, first int) {
	b.Helper()
	rows, err := w.pool.Query(b.Context(), "EXPLAIN "+listStatement, in.Start, in.End, in.End, []int64{}, first+1)
	if err != nil {
		b.Fatal(err)
	}
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		b.Fatal(err)
	}
	if text := strings.Join(plan, "\n"); !strings.Contains(text, "Index Only Scan using slots_open") {
		b.Fatalf("the floor does not use an index-only scan:\n%s", text)
	}
}

type pgxQueryer interface {
	Query(ctx context.Context, statement string, args ...any) (pgx.Rows, error)
}

// record reads the data that the booking rules need.
func (w *world) record(ctx context.Context, q pgxQueryer, id booking.StudentID) (booking.Record, error) {
	r := booking.Record{Student: booking.Student{ID: id}}
	rows, err := q.Query(ctx, recordStatement, int64(id))
	if err != nil {
		return r, err
	}
	defer rows.Close()
	for rows.Next() {
		var i booking.Commitment
		var start, end *time.Time
		var hold *int64
		var waivers *string
		err := rows.Scan(&r.Student.InterviewLimit, &r.Policy.InterviewLimit, &r.Policy.MinimumGradeExclusive, &r.Policy.GradeWindow,
			&r.Policy.MinimumNoticeSeconds, &r.Self, &hold, &waivers, &i.ID, &i.InterviewerID, &i.SlotID, &start, &end, &i.Status, &i.Grade)
		if err == nil && (hold != nil || waivers != nil) {
			err = fmt.Errorf("student %d has a hold or a waiver, which the floor does not support", id)
		}
		if err != nil {
			return r, err
		}
		if i.ID != 0 {
			i.Start, i.End = *start, *end
			r.History = append(r.History, i)
		}
	}
	return r, rows.Err()
}

func (w *world) names(ctx context.Context, slots []floorSlot) (map[int64]string, error) {
	seen := make(map[int64]string, len(slots))
	ids := make([]int64, 0, len(slots))
	for _, s := range slots {
		if _, known := seen[s.interviewer]; !known {
			seen[s.interviewer] = ""
			ids = append(ids, s.interviewer)
		}
	}
	rows, err := w.pool.Query(ctx, namesStatement, ids)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, err
		}
		seen[id] = name
	}
	return seen, rows.Err()
}

// serveFloors serves hand-written lists until the program is stopped. Without reads it
// sends only the list statement: the offers of the students are computed in advance, and
// no names are read. With reads it sends the server's three statements and applies the
// same rules.
func serveFloors(ctx context.Context) error {
	w := &world{}
	if err := w.prepare(ctx, os.Getenv("BENCH_DATABASE_URL"), "none"); err != nil {
		return err
	}
	offers := map[booking.StudentID]booking.Offer{}
	for _, record := range slices.Concat(w.students, w.refused) {
		offers[record.Student.ID] = record.Offer(w.now)
	}
	w.students, w.refused = nil, nil
	debug.FreeOSMemory() // so that a floor's memory is what it needs to serve
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s/floor\n", listener.Addr())
	return http.Serve(listener, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		id, q, reads, err := readQuestion(r)
		var body []byte
		if err == nil && reads {
			body, err = w.answerByReads(r.Context(), id, q)
		} else if err == nil {
			body, err = w.answerByOffer(r.Context(), offers[id], q)
		}
		if err != nil {
			http.Error(rw, err.Error(), http.StatusInternalServerError)
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write(body)
	}))
}

func readQuestion(r *http.Request) (id booking.StudentID, q question, reads bool, err error) {
	values := r.URL.Query()
	var numbers [4]int64
	for n, name := range []string{"student", "from", "to", "first"} {
		if numbers[n], err = strconv.ParseInt(values.Get(name), 10, 64); err != nil {
			return
		}
	}
	q = question{calendar.Span{Start: time.Unix(numbers[1], 0), End: time.Unix(numbers[2], 0)}, int(numbers[3])}
	return booking.StudentID(numbers[0]), q, values.Get("reads") == "true", nil
}

func (w *world) answerByOffer(ctx context.Context, offer booking.Offer, q question) (_ []byte, err error) {
	var slots []floorSlot
	if offer.Eligibility.Eligible {
		slots, err = w.list(ctx, w.pool, offer, q.in, q.first)
	}
	return appendSlots(nil, slots, nil), err
}

func (w *world) answerByReads(ctx context.Context, id booking.StudentID, q question) ([]byte, error) {
	record, err := w.record(ctx, w.pool, id)
	if err != nil {
		return nil, err
	}
	offer := record.Offer(time.Now().Add(w.offset))
	if !offer.Eligibility.Eligible {
		return appendSlots(nil, nil, nil), nil
	}
	slots, err := w.list(ctx, w.pool, offer, q.in, q.first)
	if err != nil {
		return nil, err
	}
	names, err := w.names(ctx, slots)
	if err != nil {
		return nil, err
	}
	return appendSlots(nil, slots, names), nil
}

// appendSlots appends a response in the server's format.
func appendSlots(b []byte, slots []floorSlot, names map[int64]string) []byte {
	b = append(b, `{"data":{"availableSlots":{"nodes":[`...)
	for i, s := range slots {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"id":"`...)
		b = strconv.AppendInt(b, s.id, 10)
		b = append(b, `","start":"`...)
		b = s.start.UTC().AppendFormat(b, time.RFC3339)
		b = append(b, `","end":"`...)
		b = s.end.UTC().AppendFormat(b, time.RFC3339)
		b = append(b, `","interviewer":{"id":"`...)
		b = strconv.AppendInt(b, s.interviewer, 10)
		b = append(b, '"')
		if names != nil {
			name, _ := json.Marshal(names[s.interviewer])
			b = append(append(b, `,"name":`...), name...)
		}
		b = append(b, `}}`...)
	}
	return append(b, `]}}}`...)
}
