package app_test

import (
	"testing"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/app/availability"
	"rehearse/internal/app/reservation"
	"rehearse/internal/calendar"
	"rehearse/internal/store"
)

// A pooler of transactions needs a mode without prepared statements, in which the types of
// parameters are not always known.
func TestOperationsInTheModesForPoolers(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"cache_describe", "exec", "simple_protocol"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			server := app.New(w.db.With("default_query_exec_mode", mode).Open(t, store.Options{}), clock)
			student, interviewer := w.student(), w.interviewer()
			added, err := server.AddAvailability(t.Context(), availability.AddAvailabilityInput{
				InterviewerID: interviewer.ID, Start: t0.Add(time.Hour), End: t0.Add(3 * time.Hour), SlotMinutes: 60,
			})
			wantOutcome(t, "publish", err, "ok")
			wantOutcome(t, "hold", w.holds(student, added.Slots[0])(server), "ok")
			booked, err := server.Book(t.Context(), reservation.BookSlotInput{StudentID: student.ID, SlotID: added.Slots[0].ID})
			wantOutcome(t, "book", err, "ok")
			if err != nil {
				return
			}
			wantOutcome(t, "book a slot of the same interviewer", w.books(student, added.Slots[1])(server), "ALREADY_INTERVIEWED")
			wantOutcome(t, "book a slot that is taken", w.books(w.student(), added.Slots[0])(server), "SLOT_TAKEN")
			_, err = server.CancelInterview(t.Context(), reservation.CancelInterviewInput{InterviewID: booked.Interview.ID, Reason: "ill"})
			wantOutcome(t, "cancel", err, "ok")
			list, err := server.AvailableSlots(t.Context(), w.student().ID, store.SlotSearch{In: calendar.Span{Start: t0, End: t0.AddDate(0, 0, 1)}}, store.Page{First: 10})
			wantOutcome(t, "list", err, "ok")
			if got := len(list.Slots); got != 2 {
				t.Errorf("got %d slots, want the 2 that were published", got)
			}
		})
	}
}
