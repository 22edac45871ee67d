package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"rehearse/graph/loader"
	"rehearse/graph/model"
	"rehearse/graph/page"
	"rehearse/graph/scalar"
	"rehearse/internal/app"
	"rehearse/internal/app/roster"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

func (r queryResolver) Student(ctx context.Context, id int64) (*booking.Student, error) {
	found, err := nullable(r.app.View(ctx).Student(ctx, booking.StudentID(id)))
	return primed(ctx, found), err
}

func (r queryResolver) Students(
	ctx context.Context, first *int, after *string, last *int, before *string, filter *store.StudentFilter, orderBy *store.Order,
) (*page.StudentConnection, error) {
	if err := checkSearch(orZero(filter).Search); err != nil {
		return nil, err
	}
	if err := checkStanding(filter); err != nil {
		return nil, err
	}
	return list(ctx, page.Students, wanted[store.StudentFilter]{page.Args{First: first, After: after, Last: last, Before: before}, filter, orderBy}, r.app.View(ctx).Students, r.app.View(ctx).CountStudents)
}

// checkSearch rejects a text that is longer than any name or e-mail address.
func checkSearch(text string) error {
	if n := utf8.RuneCountInString(text); n > MaxSearch {
		return &scalar.InputError{Message: fmt.Sprintf("search has %d characters; at most %d are allowed", n, MaxSearch)}
	}
	return nil
}

// checkStanding rejects filter values that can match no student.
func checkStanding(f *store.StudentFilter) error {
	if f == nil {
		return nil
	}
	for _, code := range f.Stuck {
		if !store.CanBeStuck(code) {
			return &scalar.InputError{Message: fmt.Sprintf(
				"stuck contains %s, which does not prevent all bookings; only LIMIT_REACHED and GRADES_TOO_LOW are allowed", code)}
		}
	}
	used := f.InterviewsUsed
	if used == nil {
		return nil
	}
	bounds := []struct {
		name  string
		value *int
	}{{"min", used.Min}, {"max", used.Max}}
	for _, bound := range bounds {
		if bound.value != nil && *bound.value < 0 {
			return &scalar.InputError{Message: fmt.Sprintf(
				"interviewsUsed.%s is %d; a whole number of at least 0 is allowed", bound.name, *bound.value)}
		}
	}
	if used.Min != nil && used.Max != nil && *used.Min > *used.Max {
		return &scalar.InputError{Message: fmt.Sprintf("interviewsUsed.min is %d, which is greater than interviewsUsed.max, %d; min must be at most max", *used.Min, *used.Max)}
	}
	return nil
}

func (r studentResolver) InterviewLimit(ctx context.Context, students []*booking.Student) ([]*int, error) {
	return fromRecords(ctx, r.app.View(ctx), students, func(record *booking.Record) *int {
		limit := record.Student.LimitUnder(record.Policy)
		return &limit
	})
}

func (r studentResolver) Eligibility(ctx context.Context, students []*booking.Student) ([]*booking.Eligibility, error) {
	now := r.app.Now()
	return fromRecords(ctx, r.app.View(ctx), students, func(record *booking.Record) *booking.Eligibility {
		eligibility := record.Eligibility(now)
		return &eligibility
	})
}

func (r studentResolver) Hold(ctx context.Context, students []*booking.Student) ([]*booking.Hold, error) {
	now := r.app.Now()
	held := recordEdge[*booking.Hold, booking.Hold](ctx, r.app.View(ctx), func(record *booking.Record) *booking.Hold {
		if held, live := record.LiveHold(now); live {
			return &held.Hold
		}
		return nil
	})
	held.Objects = maybe[booking.Hold]
	return held.Of(ctx, responsePath(ctx), students)
}

func (r studentResolver) Waivers(ctx context.Context, students []*booking.Student) ([][]booking.Waiver, error) {
	now := r.app.Now()
	granted := recordEdge[[]booking.Waiver, booking.Waiver](ctx, r.app.View(ctx), func(record *booking.Record) []booking.Waiver {
		all := record.AllWaivers(now)
		return notNil(all[max(0, len(all)-maxWaivers):])
	})
	granted.Objects = loader.Many[booking.Waiver]
	return granted.Of(ctx, responsePath(ctx), students)
}

func (r studentResolver) UpcomingInterviews(ctx context.Context, students []*booking.Student) ([][]booking.Interview, error) {
	now := r.app.Now()
	view := r.app.View(ctx)
	ids := recordEdge[[]booking.InterviewID, struct{}](ctx, view, func(record *booking.Record) []booking.InterviewID {
		upcoming := record.Upcoming(now)
		return upcoming[:min(len(upcoming), maxUpcoming)]
	})
	whole := &loader.From(ctx).Interviews
	return loader.Edge[booking.Student, booking.StudentID, []booking.Interview, booking.Interview]{
		Key: studentID,
		Read: func(ctx context.Context, keys []booking.StudentID) (map[booking.StudentID][]booking.Interview, error) {
			upcoming, err := ids.Read(ctx, keys)
			if err != nil {
				return nil, err
			}
			return byIDs(ctx, whole, upcoming)
		},
		Objects: loader.Many[booking.Interview],
	}.Of(ctx, responsePath(ctx), students)
}

func (r studentResolver) Interviews(
	ctx context.Context, students []*booking.Student, first *int, after *string, last *int, before *string, filter *store.InterviewFilter,
) ([]*page.InterviewConnection, error) {
	f, err := interviewFilter(filter)
	if err != nil {
		return nil, err
	}
	return lists[booking.Student, booking.StudentID, booking.Interview, store.InterviewFilter]{
		of: page.Interviews, filter: f, key: studentID,
		read: r.app.View(ctx).InterviewsOfStudents, count: r.app.View(ctx).CountInterviewsOfStudents,
	}.page(ctx, students, page.Args{First: first, After: after, Last: last, Before: before})
}

func studentID(s *booking.Student) booking.StudentID { return s.ID }

// fromRecords derives a value from the record of each student.
func fromRecords[V any](ctx context.Context, view app.View, students []*booking.Student, derive func(*booking.Record) V) ([]V, error) {
	return recordEdge[V, struct{}](ctx, view, derive).Of(ctx, responsePath(ctx), students)
}

func recordEdge[V, C any](
	ctx context.Context, view app.View, derive func(*booking.Record) V,
) loader.Edge[booking.Student, booking.StudentID, V, C] {
	records := &loader.From(ctx).Records
	return loader.Edge[booking.Student, booking.StudentID, V, C]{
		Key: studentID,
		Read: func(ctx context.Context, keys []booking.StudentID) (map[booking.StudentID]V, error) {
			if err := view.KnowsStudents(keys); err != nil {
				return nil, err
			}
			found, err := records.Map(ctx, keys)
			values := make(map[booking.StudentID]V, len(found))
			for id, record := range found {
				values[id] = derive(record)
			}
			return values, err
		},
	}
}

func (r mutationResolver) CreateStudent(ctx context.Context, in roster.CreateStudentInput) (*model.CreateStudentPayload, error) {
	student, err := r.app.CreateStudent(ctx, in)
	refused, err := r.userErrors(ctx, err)
	return &model.CreateStudentPayload{Student: primed(ctx, student), Errors: refused}, err
}

func (r mutationResolver) UpdateStudent(ctx context.Context, in roster.UpdateStudentInput) (*model.UpdateStudentPayload, error) {
	student, err := r.app.UpdateStudent(ctx, in)
	refused, err := r.userErrors(ctx, err)
	return &model.UpdateStudentPayload{Student: primed(ctx, student), Errors: refused}, err
}

func (r queryResolver) ExportStudent(ctx context.Context, studentID int64) (json.RawMessage, error) {
	return r.app.View(ctx).ExportStudent(ctx, booking.StudentID(studentID))
}

func (r mutationResolver) AnonymiseStudent(
	ctx context.Context, in roster.AnonymiseStudentInput,
) (*model.AnonymiseStudentPayload, error) {
	student, err := r.app.AnonymiseStudent(ctx, in)
	refused, err := r.userErrors(ctx, err)
	return &model.AnonymiseStudentPayload{Student: primed(ctx, student), Errors: refused}, err
}
