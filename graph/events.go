package graph

import (
	"context"

	"rehearse/graph/loader"
	"rehearse/graph/page"
	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

func (r queryResolver) Events(
	ctx context.Context, first *int, after *string, last *int, before *string, filter *store.EventFilter, orderBy *store.Order,
) (*page.EventConnection, error) {
	f := orZero(filter)
	if err := inOrder(f.Start, f.End); err != nil {
		return nil, err
	}
	return list(ctx, page.Events, wanted[store.EventFilter]{page.Args{First: first, After: after, Last: last, Before: before}, &f, orderBy}, r.app.View(ctx).Events, r.app.View(ctx).CountEvents)
}

func (r queryResolver) EventsAfter(ctx context.Context, id *int64, first *int, filter *store.EventFilter) (*store.EventBatch, error) {
	f := orZero(filter)
	if err := inOrder(f.Start, f.End); err != nil {
		return nil, err
	}
	asked, err := page.Events.Asked(page.Args{First: first}, nil)
	if err != nil {
		return nil, err
	}
	batch, err := r.app.View(ctx).EventsAfter(ctx, booking.EventID(orZero(id)), f, asked.First)
	return &batch, err
}

func (eventBatchResolver) LastID(_ context.Context, batch *store.EventBatch) (*int64, error) {
	if batch.Last == 0 {
		return nil, nil //nolint:nilnil // the field is null
	}
	return (*int64)(&batch.Last), nil
}

func (r eventResolver) Student(ctx context.Context, events []*booking.Event) ([]*booking.Student, error) {
	return optional(ctx, events, &loader.From(ctx).Students, func(e *booking.Event) booking.StudentID { return e.StudentID })
}

func (r eventResolver) Interviewer(ctx context.Context, events []*booking.Event) ([]*booking.Interviewer, error) {
	return optional(ctx, events, &loader.From(ctx).Interviewers, func(e *booking.Event) booking.InterviewerID { return e.InterviewerID })
}

func (r eventResolver) Slot(ctx context.Context, events []*booking.Event) ([]*booking.SlotView, error) {
	return optional(ctx, events, &loader.From(ctx).Slots, func(e *booking.Event) booking.SlotID { return e.SlotID })
}

func (r eventResolver) Interview(ctx context.Context, events []*booking.Event) ([]*booking.Interview, error) {
	return optional(ctx, events, &loader.From(ctx).Interviews, func(e *booking.Event) booking.InterviewID { return e.InterviewID })
}

func (r actorResolver) ID(_ context.Context, actor *booking.Actor) (*int64, error) {
	if actor.ID == 0 {
		return nil, nil //nolint:nilnil // the field is null
	}
	return &actor.ID, nil
}

func (r eventResolver) Actor(ctx context.Context, events []*booking.Event) ([]*booking.Actor, error) {
	return actors(ctx, events, func(e *booking.Event) booking.Actor { return e.Actor })
}

// actors returns the actor of each parent, and registers them so that the people of all
// parents are read together. The key is the actor itself, because a parent may be a copy of
// the object that was read.
func actors[P any](ctx context.Context, parents []*P, of func(*P) booking.Actor) ([]*booking.Actor, error) {
	return loader.Edge[P, booking.Actor, *booking.Actor, booking.Actor]{
		Key: of,
		Read: func(_ context.Context, keys []booking.Actor) (map[booking.Actor]*booking.Actor, error) {
			actors := make(map[booking.Actor]*booking.Actor, len(keys))
			for _, actor := range keys {
				actors[actor] = &actor
			}
			return actors, nil
		},
		Objects: loader.One[booking.Actor],
	}.Of(ctx, responsePath(ctx), parents)
}

func (r actorResolver) Person(ctx context.Context, actors []*booking.Actor) ([]app.Person, error) {
	return loader.Edge[booking.Actor, booking.Actor, app.Person, struct{}]{
		Key: func(a *booking.Actor) booking.Actor { return *a }, Read: r.people,
	}.Of(ctx, responsePath(ctx), actors)
}

// people reads the people behind actors. It returns null for people that the caller may not
// see, and for actors that are not people of the school. It tolerates missing people,
// because a refused booking may come from a token of a person who does not exist.
func (r actorResolver) people(ctx context.Context, actors []booking.Actor) (map[booking.Actor]app.Person, error) {
	view := r.app.View(ctx)
	var students []booking.StudentID
	var interviewers []booking.InterviewerID
	people := make(map[booking.Actor]app.Person, len(actors))
	for _, actor := range actors {
		people[actor] = nil
		switch {
		case !view.SeesActor(actor):
		case actor.Role == booking.RoleStudent:
			students = append(students, booking.StudentID(actor.ID))
		case actor.Role == booking.RoleInterviewer:
			interviewers = append(interviewers, booking.InterviewerID(actor.ID))
		}
	}
	foundStudents, err := loader.From(ctx).Students.Found(ctx, students)
	if err != nil {
		return nil, err
	}
	foundInterviewers, err := loader.From(ctx).Interviewers.Found(ctx, interviewers)
	for id, student := range foundStudents {
		people[booking.Actor{Role: booking.RoleStudent, ID: int64(id)}] = student
	}
	for id, interviewer := range foundInterviewers {
		people[booking.Actor{Role: booking.RoleInterviewer, ID: int64(id)}] = interviewer
	}
	return people, err
}
