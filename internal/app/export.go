package app

import (
	"context"
	"io"

	"rehearse/internal/booking"
	"rehearse/internal/interchange"
	"rehearse/internal/store"
)

// exportPage is how many rows an export reads at a time.
const exportPage = 1000

// The exports write what an import reads, page by page; what changes meanwhile
// may be in it or not.

// ExportStudents writes the table of all students.
func (a *App) ExportStudents(ctx context.Context, to io.Writer) error {
	return export(interchange.Students().Write(to), func(after *store.Position) ([]booking.Student, *store.Position, error) {
		page, more, err := a.store.Students(ctx, store.PeopleFilter{}, store.Page{First: exportPage, After: after})
		if !more {
			return page, nil, err
		}
		return page, &store.Position{ID: int64(page[len(page)-1].ID)}, err
	})
}

// ExportInterviewers writes the table of all interviewers.
func (a *App) ExportInterviewers(ctx context.Context, to io.Writer) error {
	return export(interchange.Interviewers().Write(to), func(after *store.Position) ([]booking.Interviewer, *store.Position, error) {
		page, more, err := a.store.Interviewers(ctx, store.PeopleFilter{}, store.Page{First: exportPage, After: after})
		if !more {
			return page, nil, err
		}
		return page, &store.Position{ID: int64(page[len(page)-1].ID)}, err
	})
}

// ExportAvailability writes the table of all that is published, past and to
// come: each run of slots without a gap is a window.
func (a *App) ExportAvailability(ctx context.Context, to io.Writer) error {
	now := a.Now()
	return export(interchange.Windows(nil).Write(to), func(after *store.Position) ([]interchange.Window, *store.Position, error) {
		var from booking.AvailabilityID
		if after != nil {
			from = booking.AvailabilityID(after.ID)
		}
		runs, last, err := a.store.PublishedRuns(ctx, from, exportPage, now)
		if err != nil {
			return nil, nil, err
		}
		emails, err := a.interviewerEmails(ctx, keys(runs, func(r store.PublishedRun) booking.InterviewerID { return r.InterviewerID }))
		windows := make([]interchange.Window, len(runs))
		for i, run := range runs {
			windows[i] = interchange.Window{
				Interviewer: emails[run.InterviewerID], Start: run.Start, End: run.End, SlotMinutes: run.SlotMinutes,
			}
		}
		if last == 0 {
			return windows, nil, err
		}
		return windows, &store.Position{ID: int64(last)}, err
	})
}

// ExportInterviews writes the table of all interviews.
func (a *App) ExportInterviews(ctx context.Context, to io.Writer) error {
	return export(interchange.Interviews(nil).Write(to), func(after *store.Position) ([]interchange.Interview, *store.Position, error) {
		page, more, err := a.store.Interviews(ctx, store.InterviewFilter{}, store.Page{First: exportPage, After: after})
		if err != nil {
			return nil, nil, err
		}
		rows, err := a.withEmails(ctx, page)
		if !more {
			return rows, nil, err
		}
		last := page[len(page)-1]
		return rows, &store.Position{Start: last.Start, ID: int64(last.ID)}, err
	})
}

func (a *App) withEmails(ctx context.Context, interviews []booking.Interview) ([]interchange.Interview, error) {
	interviewers, err := a.interviewerEmails(ctx, keys(interviews, func(i booking.Interview) booking.InterviewerID { return i.InterviewerID }))
	if err != nil {
		return nil, err
	}
	found, err := a.store.StudentsByID(ctx, keys(interviews, func(i booking.Interview) booking.StudentID { return i.StudentID }))
	students := map[booking.StudentID]string{}
	for _, student := range found {
		students[student.ID] = student.Email
	}
	rows := make([]interchange.Interview, len(interviews))
	for n, i := range interviews {
		rows[n] = interchange.Interview{
			Student: students[i.StudentID], Interviewer: interviewers[i.InterviewerID], Interview: i, BookedAt: &i.BookedAt,
		}
	}
	return rows, err
}

func (a *App) interviewerEmails(ctx context.Context, ids []booking.InterviewerID) (map[booking.InterviewerID]string, error) {
	found, err := a.store.InterviewersByIDs(ctx, ids)
	emails := make(map[booking.InterviewerID]string, len(found))
	for _, interviewer := range found {
		emails[interviewer.ID] = interviewer.Email
	}
	return emails, err
}

// keys is what rows name, each once.
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

// export writes page after page, until there is no next one.
func export[T any](to *interchange.Writer[T], read func(after *store.Position) ([]T, *store.Position, error)) error {
	var after *store.Position
	for {
		page, next, err := read(after)
		if err != nil {
			return err
		}
		if err := to.Rows(page); err != nil {
			return err
		}
		if next == nil {
			return nil
		}
		after = next
	}
}
