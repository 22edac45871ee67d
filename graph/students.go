package graph

import (
	"context"

	"rehearse/graph/loader"
	"rehearse/graph/model"
	"rehearse/graph/page"
	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

func (r queryResolver) Student(ctx context.Context, id int64) (*booking.Student, error) {
	return nullable(r.store.Student(ctx, booking.StudentID(id)))
}

func (r queryResolver) Students(
	ctx context.Context, first *int, after *string, filter *store.PeopleFilter,
) (*page.StudentConnection, error) {
	asked, err := pages.Asked(first, after)
	if err != nil {
		return nil, err
	}
	students, more, err := r.store.Students(ctx, orZero(filter), asked)
	if err != nil {
		return nil, err
	}
	return page.New(asked, students, more, page.StudentPosition, func(ctx context.Context) (int, error) {
		return r.store.CountStudents(ctx, orZero(filter))
	}), nil
}

func (r studentResolver) InterviewLimit(ctx context.Context, students []*booking.Student) ([]int, error) {
	return fromRecords(ctx, students, func(record *booking.Record) int {
		return record.Student.InterviewLimit(record.Policy)
	})
}

func (r studentResolver) Eligibility(ctx context.Context, students []*booking.Student) ([]*booking.Eligibility, error) {
	return fromRecords(ctx, students, func(record *booking.Record) *booking.Eligibility {
		eligibility := record.Eligibility()
		return &eligibility
	})
}

func (r studentResolver) UpcomingInterviews(ctx context.Context, students []*booking.Student) ([][]booking.Interview, error) {
	now := r.app.Now()
	return fromRecords(ctx, students, func(record *booking.Record) []booking.Interview { return record.Upcoming(now) })
}

// fromRecords derives a value from each student's record.
func fromRecords[V any](ctx context.Context, students []*booking.Student, derive func(*booking.Record) V) ([]V, error) {
	records, err := edges(ctx, students, loader.From(ctx).Records, func(s *booking.Student) booking.StudentID { return s.ID })
	if err != nil {
		return nil, err
	}
	values := make([]V, len(records))
	for i, record := range records {
		values[i] = derive(record)
	}
	return values, nil
}

func (r mutationResolver) CreateStudent(ctx context.Context, in app.CreateStudentInput) (*model.CreateStudentPayload, error) {
	student, err := r.app.CreateStudent(ctx, in)
	refused, err := userErrors(err)
	return &model.CreateStudentPayload{Student: student, Errors: refused}, err
}

func (r mutationResolver) UpdateStudent(ctx context.Context, in model.UpdateStudentInput) (*model.UpdateStudentPayload, error) {
	change := app.StudentChange{StudentID: booking.StudentID(in.StudentID), Name: in.Name, Email: in.Email, TimeZone: in.TimeZone}
	if limit, given := in.InterviewLimit.ValueOK(); given {
		change.InterviewLimit = &limit
	}
	student, err := r.app.UpdateStudent(ctx, change)
	refused, err := userErrors(err)
	return &model.UpdateStudentPayload{Student: student, Errors: refused}, err
}
