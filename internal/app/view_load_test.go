package app_test

import (
	"context"
	"slices"
	"testing"

	"rehearse/internal/app"
	"rehearse/internal/app/operation"
	"rehearse/internal/app/reservation"
	"rehearse/internal/booking"
)

// A view reads by id only what its caller may see, whichever edge asks for it.
func TestViewLoadsOnlyWhatTheCallerSees(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	school := app.New(w.store, clock)
	ann, other := w.student(), w.student()
	by := w.interviewer()
	interview := w.booked(ann, w.slot(by, 24))
	hold, err := school.HoldSlot(t.Context(), reservation.HoldSlotInput{StudentID: ann.ID, SlotID: w.slot(w.interviewer(), 48).ID})
	if err != nil {
		t.Fatal(err)
	}
	type seen struct{ student, interview, hold, record bool }
	for _, c := range []struct {
		name  string
		actor booking.Actor
		want  seen
	}{
		{"the student", booking.Actor{Role: booking.RoleStudent, ID: int64(ann.ID)}, seen{true, true, true, true}},
		{"another student", booking.Actor{Role: booking.RoleStudent, ID: int64(other.ID)}, seen{}},
		{"the interviewer", booking.Actor{Role: booking.RoleInterviewer, ID: int64(by.ID)}, seen{student: true, interview: true}},
		{"an administrator", booking.Actor{Role: booking.RoleAdmin}, seen{true, true, true, true}},
		{"an anonymous caller", booking.Actor{Role: booking.RoleAnonymous}, seen{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx := operation.WithCaller(t.Context(), operation.Caller{Actor: c.actor})
			view := school.View(ctx)
			records, err := view.Records(ctx, []booking.StudentID{ann.ID})
			if err != nil {
				t.Fatal(err)
			}
			got := seen{
				student:   finds(ctx, t, view.StudentsByID, ann.ID, func(s booking.Student) booking.StudentID { return s.ID }),
				interview: finds(ctx, t, view.InterviewsByID, interview.ID, func(i booking.Interview) booking.InterviewID { return i.ID }),
				hold:      finds(ctx, t, view.HoldsByID, hold.ID, func(h booking.Hold) booking.HoldID { return h.ID }),
				record:    len(records) == 1,
			}
			if got != c.want {
				t.Errorf("the caller sees %+v, want %+v", got, c.want)
			}
		})
	}
}

func finds[K comparable, V any](
	ctx context.Context, t *testing.T, read func(context.Context, []K) ([]V, error), id K, key func(V) K,
) bool {
	t.Helper()
	found, err := read(ctx, []K{id})
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(found, func(v V) bool { return key(v) == id })
}
