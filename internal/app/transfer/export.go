package transfer

import (
	"context"
	"io"
	"slices"
	"time"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/interchange"
	"rehearse/internal/store"
)

// exportPage is the page size of an export, in rows.
const exportPage = 1000

// The exports write the format that the imports read. They read page by page without a
// snapshot, so changes made during an export may or may not be included.

// scope returns what the caller sees of lists.
func (t *Transfers) scope(ctx context.Context) store.Scope {
	return operation.AccessOf(ctx).Scope(t.now())
}

// ExportStudents writes the table of all students.
func (t *Transfers) ExportStudents(ctx context.Context, to io.Writer) error {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return err
	}
	return export(ctx, t.store, interchange.Students().Write(to), func(ctx context.Context, r *store.Reader, after *store.Position) ([]booking.Student, *store.Position, error) {
		page, more, err := r.Students(ctx, t.scope(ctx), store.StudentFilter{}, store.Page{First: exportPage, After: after})
		if !more {
			return page, nil, err
		}
		return page, &store.Position{ID: int64(page[len(page)-1].ID)}, err
	})
}

// ExportInterviewers writes the table of all interviewers.
func (t *Transfers) ExportInterviewers(ctx context.Context, to io.Writer) error {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return err
	}
	return export(ctx, t.store, interchange.Interviewers().Write(to), func(ctx context.Context, r *store.Reader, after *store.Position) ([]booking.Interviewer, *store.Position, error) {
		page, more, err := r.Interviewers(ctx, t.scope(ctx), store.InterviewerFilter{}, store.Page{First: exportPage, After: after})
		if !more {
			return page, nil, err
		}
		return page, &store.Position{ID: int64(page[len(page)-1].ID)}, err
	})
}

// An ExportRange limits an export to a range of time. From is inclusive, Until is
// exclusive, and nil means no limit.
type ExportRange struct{ From, Until *time.Time }

// touches reports whether the time from start to end overlaps the range. A zero end means
// no end.
func (r ExportRange) touches(start, end time.Time) bool {
	return (r.Until == nil || start.Before(*r.Until)) && (r.From == nil || end.IsZero() || end.After(*r.From))
}

// ExportAvailability writes the table of all published availability: weekly rules and windows.
// Each run of consecutive slots of a window, past or future, is written as a window of its own.
func (t *Transfers) ExportAvailability(ctx context.Context, to io.Writer) error {
	return t.ExportAvailabilityIn(ctx, to, ExportRange{})
}

// ExportAvailabilityIn writes the rows of ExportAvailability that overlap the range. Rows
// are written whole.
func (t *Transfers) ExportAvailabilityIn(ctx context.Context, to io.Writer, in ExportRange) error {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return err
	}
	now := t.now()
	return export(ctx, t.store, interchange.Availabilities(nil).Write(to), func(ctx context.Context, r *store.Reader, after *store.Position) ([]interchange.Availability, *store.Position, error) {
		var from booking.AvailabilityID
		if after != nil {
			from = booking.AvailabilityID(after.ID)
		}
		page, err := r.PublishedAfter(ctx, from, exportPage, now)
		if err != nil || len(page) == 0 {
			return nil, nil, err
		}
		by, err := interviewersOf(ctx, r, keys(page, func(p store.Published) booking.InterviewerID { return p.InterviewerID }))
		if err != nil {
			return nil, nil, err
		}
		var rows []interchange.Availability
		for _, p := range page {
			some, err := exported(p, by[p.InterviewerID], now)
			if err != nil {
				return nil, nil, err
			}
			for _, row := range some {
				inside, err := in.holds(row)
				if err != nil {
					return nil, nil, err
				}
				if inside {
					rows = append(rows, row)
				}
			}
		}
		return rows, &store.Position{ID: int64(page[len(page)-1].ID)}, nil
	})
}

// holds reports whether a row overlaps the range. A rule extends from its first day to
// its last.
func (r ExportRange) holds(row interchange.Availability) (bool, error) {
	if row.Weekly == nil {
		return r.touches(row.Start, row.End), nil
	}
	zone, err := calendar.Zone(row.Weekly.TimeZone)
	if err != nil {
		return false, err
	}
	var end time.Time
	if last := row.Weekly.EndDate; last != nil {
		end = last.AddDays(1).Begin(zone)
	}
	return r.touches(row.Weekly.StartDate.Begin(zone), end), nil
}

// exported returns the rows of an availability. A rule is one row, followed by windows
// for the booked slots that the rule would not publish again because they are past, or
// because the rule has changed or was removed.
func exported(p store.Published, by booking.Interviewer, now time.Time) ([]interchange.Availability, error) {
	var rows []interchange.Availability
	row := func(a booking.Availability) {
		rows = append(rows, interchange.Availability{Interviewer: by.Email, Availability: a})
	}
	lives := p.Weekly != nil && p.RemovedAt == nil && by.Active
	if lives {
		row(p.Availability)
	}
	for _, run := range p.Runs {
		if lives && run.Start.After(now) {
			again, err := p.Makes(run.Span)
			if err != nil {
				return nil, err
			}
			if again {
				continue
			}
		}
		window := p.Availability
		window.Weekly, window.Start, window.End, window.SlotMinutes = nil, run.Start, run.End, run.SlotMinutes
		row(window)
	}
	return rows, nil
}

// ExportInterviews writes the table of all interviews.
func (t *Transfers) ExportInterviews(ctx context.Context, to io.Writer) error {
	return t.ExportInterviewsIn(ctx, to, ExportRange{})
}

// ExportInterviewsIn writes the table of the interviews that start in the range.
func (t *Transfers) ExportInterviewsIn(ctx context.Context, to io.Writer, in ExportRange) error {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return err
	}
	return export(ctx, t.store, interchange.Interviews(nil).Write(to), func(ctx context.Context, r *store.Reader, after *store.Position) ([]interchange.Interview, *store.Position, error) {
		page, more, err := r.Interviews(ctx, t.scope(ctx), store.InterviewFilter{Start: in.From}, store.Page{First: exportPage, After: after})
		if err != nil {
			return nil, nil, err
		}
		if late := slices.IndexFunc(page, func(i booking.Interview) bool { return !in.touches(i.Start, time.Time{}) }); late >= 0 {
			page, more = page[:late], false // pages are sorted by start
		}
		rows, err := withEmails(ctx, r, page)
		if !more {
			return rows, nil, err
		}
		last := page[len(page)-1]
		return rows, &store.Position{Start: last.Start, ID: int64(last.ID)}, err
	})
}

func withEmails(ctx context.Context, r *store.Reader, interviews []booking.Interview) ([]interchange.Interview, error) {
	interviewers, err := interviewersOf(ctx, r, keys(interviews, func(i booking.Interview) booking.InterviewerID { return i.InterviewerID }))
	if err != nil {
		return nil, err
	}
	found, err := r.StudentsByID(ctx, keys(interviews, func(i booking.Interview) booking.StudentID { return i.StudentID }))
	students := map[booking.StudentID]string{}
	for _, student := range found {
		students[student.ID] = student.Email
	}
	rows := make([]interchange.Interview, len(interviews))
	for n, i := range interviews {
		rows[n] = interchange.Interview{
			Student: students[i.StudentID], Interviewer: interviewers[i.InterviewerID].Email, Interview: i, BookedAt: &i.BookedAt,
		}
	}
	return rows, err
}

func interviewersOf(
	ctx context.Context, r *store.Reader, ids []booking.InterviewerID,
) (map[booking.InterviewerID]booking.Interviewer, error) {
	found, err := r.InterviewersByID(ctx, ids)
	by := make(map[booking.InterviewerID]booking.Interviewer, len(found))
	for _, interviewer := range found {
		by[interviewer.ID] = interviewer
	}
	return by, err
}

// keys returns the distinct keys of rows, in order of first appearance.
func keys[R any, K comparable](rows []R, key func(R) K) []K {
	seen := map[K]bool{}
	var once []K
	for _, row := range rows {
		if k := key(row); !seen[k] {
			seen[k] = true
			once = append(once, k)
		}
	}
	return once
}

// exportedPage is a page of an export and the position of the next page, or nil for the last.
type exportedPage[T any] struct {
	rows []T
	next *store.Position
}

// export writes pages until read returns no next position. A standby may serve each page.
func export[T any](
	ctx context.Context, db *store.Store, to *interchange.Writer[T],
	read func(ctx context.Context, r *store.Reader, after *store.Position) ([]T, *store.Position, error),
) error {
	var after *store.Position
	for {
		page, err := store.Offload(ctx, db, func(ctx context.Context, r *store.Reader) (page exportedPage[T], err error) {
			page.rows, page.next, err = read(ctx, r, after)
			return page, err
		})
		if err != nil {
			return err
		}
		if err := to.Rows(page.rows); err != nil {
			return err
		}
		if page.next == nil {
			return nil
		}
		after = page.next
	}
}
