package store

import (
	"context"

	"gorm.io/gorm"

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

// AsksForUnknown reports whether the filter names an interviewer who does not exist, or
// a tag that no interviewer and no live availability has.
func (r *Reader) AsksForUnknown(ctx context.Context, f SlotSearch) (unknown bool, err error) {
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
func (f SlotSearch) narrow() conditions {
	c := f.inRange()
	if len(f.InterviewerIDs) > fewInterviewers {
		// IS TRUE keeps Postgres from turning it into a join.
		c.and("(interviewer_id IN (SELECT unnest(?::bigint[]))) IS TRUE", numbers(unique(f.InterviewerIDs)))
	} else if len(f.InterviewerIDs) > 0 {
		c.and("interviewer_id = ANY(?)", numbers(unique(f.InterviewerIDs)))
	}
	if len(f.Tags) > 0 {
		c.and(`(SELECT EXISTS (SELECT FROM interviewers v WHERE v.tags @> ?::text[])
			OR EXISTS (SELECT FROM availabilities a WHERE a.tags <> '{}' AND a.tags && ?::text[]))`, f.Tags, f.Tags)
		c.and(`(interviewer_id IN (SELECT v.id FROM interviewers v WHERE v.tags @> ?::text[])
			OR availability_id IN (SELECT a.id FROM availabilities a WHERE a.tags <> '{}' AND a.tags && ?::text[] AND (a.tags @> ?::text[]
				OR a.tags || (SELECT v.tags FROM interviewers v WHERE v.id = a.interviewer_id) @> ?::text[])))`, f.Tags, f.Tags, f.Tags, f.Tags)
	}
	return c
}

// narrowEach returns the same filter for a few slots. It compares the tags of each slot.
func (f SlotSearch) narrowEach() conditions {
	c := f.inRange()
	if len(f.InterviewerIDs) > 0 {
		c.and("interviewer_id = ANY(?)", numbers(unique(f.InterviewerIDs)))
	}
	if len(f.Tags) > 0 {
		c.and(`(SELECT v.tags || a.tags FROM interviewers v, availabilities a
			WHERE v.id = slots.interviewer_id AND a.id = slots.availability_id) @> ?::text[]`, f.Tags)
	}
	return c
}

func (f SlotSearch) inRange() conditions {
	var c conditions
	// starts_at < end is implied, but it bounds the index scan.
	c.and("starts_at >= ? AND starts_at < ? AND ends_at <= ?", f.In.Start, f.In.End, f.In.End)
	return c
}

// published returns a query for the slots of the search that are not withdrawn.
func (r *Reader) published(ctx context.Context, f SlotSearch) *gorm.DB {
	return f.narrow().on(r.db.WithContext(ctx).Model(&slotRow{})).Where("status <> 'WITHDRAWN'")
}

// CountPublished counts the slots of the search that are not withdrawn, up to
// booking.MaxTallied.
func (r *Reader) CountPublished(ctx context.Context, f SlotSearch) (int, error) {
	n, err := countUpTo(booking.MaxTallied, r.published(ctx, f), "published slots")
	return min(n, booking.MaxTallied), err
}

// TallySlots counts the first slots of the search, up to booking.MaxTallied, by the
// reason that keeps the student from booking them.
func (r *Reader) TallySlots(ctx context.Context, f SlotSearch, o booking.Offer) (booking.Tally, error) {
	first := r.published(ctx, f).Select("interviewer_id, starts_at, ends_at, status, held_by, held_until, full_until").Limit(booking.MaxTallied)
	if len(f.InterviewerIDs) == 0 {
		first = first.Order("starts_at")
	}
	starts, ends := bounds(o.Busy)
	var tally booking.Tally
	err := r.db.WithContext(ctx).Table("(?) AS slots", first).Select(`count(*) AS published,
		count(*) FILTER (WHERE status = 'BOOKED') AS taken,
		count(*) FILTER (WHERE status = 'OPEN' AND held_until > @now AND held_by <> @student) AS held,
		count(*) FILTER (WHERE starts_at <= @now) AS in_past,
		count(*) FILTER (WHERE starts_at > @now AND starts_at < @earliest) AS too_soon,
		count(*) FILTER (WHERE interviewer_id = ANY(@met)) AS interviewers,
		count(*) FILTER (WHERE interviewer_id = @self) AS self,
		count(*) FILTER (WHERE EXISTS (SELECT FROM unnest(CAST(@starts AS timestamptz[]), CAST(@ends AS timestamptz[])) AS busy (s, e)
			WHERE slots.starts_at < busy.e AND busy.s < slots.ends_at)) AS busy,
		count(*) FILTER (WHERE status = 'OPEN' AND full_until > @now) AS "full"`,
		map[string]any{
			"now": o.Now, "earliest": o.Earliest, "met": ids[booking.InterviewerID](o.Met), "self": o.Self, "student": o.Student,
			"starts": instants(starts), "ends": instants(ends),
		}).Take(&tally).Error
	return tally, fault(err, "count slots by reason")
}
