package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// A failed Try keeps the slot changes that were recorded before it, even if its function
// wrote them with an event or dated them.
func TestFailedTryKeepsEarlierSlotChanges(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t).Open(t, store.Options{})
	slots := publishDay(t, s, 3)
	errTried := errors.New("tried")
	inTx(t, s, func(tx *store.Tx) (store.Nothing, error) {
		withdraw := func(slot booking.Slot) error { return tx.SetSlotStatus(t.Context(), slot.ID, booking.SlotWithdrawn) }
		if err := errors.Join(withdraw(slots[0]), withdraw(slots[1])); err != nil {
			return store.Nothing{}, err
		}
		_, err := store.Try(t.Context(), tx, func(tx *store.Tx) (store.Nothing, error) {
			tx.DateSlotChanges(slots[0].Start.AddDate(-1, 0, 0))
			return store.Nothing{}, errors.Join(withdraw(slots[2]),
				tx.AppendEvents(t.Context(), booking.Event{At: slots[0].Start, Kind: booking.SlotWithdrawal}), errTried)
		})
		if !errors.Is(err, errTried) || errors.As(err, new(booking.Refused)) {
			t.Errorf("Try() = %v, want only the error of its function", err)
		}
		return store.Nothing{}, nil
	})
	histories, err := s.SlotHistories(t.Context(), booking.SlotIDs(slots))
	if err != nil {
		t.Fatal(err)
	}
	want := [][]booking.SlotChangeKind{
		{booking.SlotWasPublished, booking.SlotWasWithdrawn}, {booking.SlotWasPublished, booking.SlotWasWithdrawn}, {booking.SlotWasPublished},
	}
	for i, slot := range slots {
		var kinds []booking.SlotChangeKind
		for _, change := range histories[slot.ID] {
			kinds = append(kinds, change.What)
			if change.EventID != 0 {
				t.Errorf("slot %d: the change %s belongs to the event %d, which was rolled back", i, change.What, change.EventID)
			}
			if change.At.Before(slots[0].Start.AddDate(0, -6, 0)) {
				t.Errorf("slot %d: the change %s has the time that the failed attempt set", i, change.What)
			}
		}
		if diff := cmp.Diff(want[i], kinds); diff != "" {
			t.Errorf("history of slot %d (-want +got):\n%s", i, diff)
		}
	}
}

// publishDay creates an interviewer with open slots of an hour each.
func publishDay(t *testing.T, s *store.Store, hours int) []booking.Slot {
	t.Helper()
	start := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	by := interviewer(t, s, "publisher")
	return inTx(t, s, func(tx *store.Tx) ([]booking.Slot, error) {
		window, err := tx.CreateAvailability(t.Context(), booking.Availability{
			InterviewerID: by.ID, Start: start, End: start.Add(time.Duration(hours) * time.Hour), SlotMinutes: 60, CreatedAt: start,
		})
		if err != nil {
			return nil, err
		}
		spans, _ := calendar.Cut(window.Window(), time.Hour, 0)
		return tx.CreateSlots(t.Context(), window, spans)
	})
}
