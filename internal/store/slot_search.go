package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// SlotSearch is a caller's filter for a list of slots. It is independent of the booking
// rules.
type SlotSearch struct {
	In             calendar.Span // the slots lie inside it
	InterviewerIDs []booking.InterviewerID
	Tags           []string // the slots have all of these; lower case
}

// Narrows reports whether the search has conditions besides the range.
func (f SlotSearch) Narrows() bool { return len(f.InterviewerIDs) > 0 || len(f.Tags) > 0 }

// HasUnknownCondition reports whether the filter names an interviewer who does not exist, or
// a tag that no interviewer and no live availability has.
func (r *Reader) HasUnknownCondition(ctx context.Context, f SlotSearch) (unknown bool, err error) {
	err = r.db.WithContext(ctx).Raw(`
		SELECT EXISTS (SELECT FROM unnest(?::bigint[]) AS w (id) WHERE NOT EXISTS (SELECT FROM interviewers v WHERE v.id = w.id))
			OR EXISTS (SELECT FROM unnest(?::text[]) AS w (tag)
				WHERE NOT EXISTS (SELECT FROM interviewers v WHERE v.tags @> ARRAY[w.tag])
				AND NOT EXISTS (SELECT FROM availabilities a WHERE a.tags <> '{}' AND a.tags @> ARRAY[w.tag] AND a.removed_at IS NULL))`,
		ids[booking.InterviewerID](unique(f.InterviewerIDs)), texts(f.Tags)).Scan(&unknown).Error
	return unknown, fault(err, "check the interviewers and tags of a filter")
}

// fewInterviewers is the number of interviewers up to which comparing a slot with each
// is faster than a hash lookup.
const fewInterviewers = 8

// narrow returns the filter as conditions on the slots of a range. It compares tags once
// for each interviewer and availability instead of once for each slot. If nobody has the
// tags, Postgres reads no slot.
func (f SlotSearch) narrow() *where {
	w := f.inRange()
	if len(f.InterviewerIDs) > fewInterviewers {
		// IS TRUE keeps Postgres from turning it into a join.
		w.and("(interviewer_id IN (SELECT unnest(" + w.arg(numbers(unique(f.InterviewerIDs))) + "::bigint[]))) IS TRUE")
	} else if len(f.InterviewerIDs) > 0 {
		w.and("interviewer_id = ANY(" + w.arg(numbers(unique(f.InterviewerIDs))) + ")")
	}
	if len(f.Tags) > 0 {
		w.and("(SELECT EXISTS (SELECT FROM interviewers v WHERE v.tags @> " + w.arg(f.Tags) + `::text[])
			OR EXISTS (SELECT FROM availabilities a WHERE a.tags <> '{}' AND a.tags && ` + w.arg(f.Tags) + "::text[]))")
		w.and("(interviewer_id IN (SELECT v.id FROM interviewers v WHERE v.tags @> " + w.arg(f.Tags) + `::text[])
			OR availability_id IN (SELECT a.id FROM availabilities a WHERE a.tags <> '{}' AND a.tags && ` + w.arg(f.Tags) + "::text[] AND (a.tags @> " + w.arg(f.Tags) + `::text[]
				OR a.tags || (SELECT v.tags FROM interviewers v WHERE v.id = a.interviewer_id) @> ` + w.arg(f.Tags) + "::text[])))")
	}
	return w
}

// narrowEach returns the same filter for a few slots. It compares the tags of each slot.
func (f SlotSearch) narrowEach() *where {
	w := f.inRange()
	if len(f.InterviewerIDs) > 0 {
		w.and("interviewer_id = ANY(" + w.arg(numbers(unique(f.InterviewerIDs))) + ")")
	}
	if len(f.Tags) > 0 {
		w.and(`(SELECT v.tags || a.tags FROM interviewers v, availabilities a
			WHERE v.id = slots.interviewer_id AND a.id = slots.availability_id) @> ` + w.arg(f.Tags) + "::text[]")
	}
	return w
}

func (f SlotSearch) inRange() *where {
	w := &where{}
	// starts_at < end is implied, but it bounds the index scan.
	w.and("starts_at >= " + w.arg(f.In.Start) + " AND starts_at < " + w.arg(f.In.End) + " AND ends_at <= " + w.arg(f.In.End))
	return w
}

// published returns the conditions of the slots of the search that are not withdrawn.
func (f SlotSearch) published() *where {
	w := f.narrow()
	w.and(notWithdrawn(""))
	return w
}

// countSlots counts the slots that match the conditions, up to most+1.
func (r *Reader) countSlots(ctx context.Context, most int, w *where, noun string) (int, error) {
	n, err := one(ctx, r, func(n *int) []any { return []any{n} },
		fmt.Sprintf("SELECT count(*) FROM (SELECT FROM slots WHERE %s LIMIT %d) AS found", w.text, most+1), w.args...)
	return n, fault(err, "count %s", noun)
}

// CountPublished counts the slots of the search that are not withdrawn, up to
// booking.MaxTallied.
func (r *Reader) CountPublished(ctx context.Context, f SlotSearch) (int, error) {
	n, err := r.countSlots(ctx, booking.MaxTallied, f.published(), "published slots")
	return min(n, booking.MaxTallied), err
}

// TallySlots counts the first slots of the search, up to booking.MaxTallied, by the
// reason that keeps the student from booking them.
func (r *Reader) TallySlots(ctx context.Context, f SlotSearch, o booking.Offer) (booking.Tally, error) {
	w := f.published()
	order := ""
	if len(f.InterviewerIDs) == 0 {
		order = " ORDER BY starts_at"
	}
	offered := offered{where: w, Offer: &o, in: f.In}
	columns := "count(*)"
	counts := make([]int, len(talliedBy))
	tally := booking.Tally{Excluded: map[booking.RefusalCode]int{}}
	targets := []any{&tally.Published}
	for i, rule := range talliedBy {
		columns += ",\n\t\tcount(*) FILTER (WHERE " + offered.tallied(rule) + ")"
		targets = append(targets, &counts[i])
	}
	err := r.send(ctx, statement{
		"SELECT " + columns + `
		FROM (SELECT interviewer_id, starts_at, ends_at, status, held_by, held_until, full_until
			FROM slots WHERE ` + w.text + order + fmt.Sprintf(" LIMIT %d", booking.MaxTallied) + ") AS slots",
		w.args, func(rows pgx.Rows) error { return rows.Scan(targets...) }})
	for i, rule := range talliedBy {
		tally.Excluded[rule.Code] = counts[i]
	}
	return tally, fault(err, "count slots by reason")
}
