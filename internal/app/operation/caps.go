package operation

import (
	"context"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/store"
)

// RecountWeek is like Recount, for the week that contains the given time. Every change to a capped
// interviewer's bookings, holds or slots must be followed by a recount. The interviewer must be
// locked.
func RecountWeek(ctx context.Context, tx *store.Tx, by booking.Interviewer, at time.Time) error {
	if !by.Capped() {
		return nil
	}
	week, err := by.Week(at)
	if err != nil {
		return err
	}
	return Recount(ctx, tx, by, week)
}

// Always covers the time of every possible interview.
var Always = calendar.Span{
	Start: time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), End: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC),
}

// Recount updates which slots in the range lie in a full day or week. The range must
// consist of whole weeks, or be Always. An interviewer without caps has no full periods.
func Recount(ctx context.Context, tx *store.Tx, by booking.Interviewer, in calendar.Span) error {
	full, err := FullPeriods(ctx, tx, by, in, 0)
	if err != nil {
		return err
	}
	return tx.SetFull(ctx, by.ID, in, full)
}

// FullPeriods returns the interviewer's full days and weeks in a range. The parameter
// without is the id of an interview that is not counted; 0 excludes none.
func FullPeriods(
	ctx context.Context, tx *store.Tx, by booking.Interviewer, in calendar.Span, without booking.InterviewID,
) ([]booking.FullPeriod, error) {
	if !by.Capped() {
		return nil, nil
	}
	claims, err := tx.Claims(ctx, []booking.InterviewerID{by.ID}, in, without)
	if err != nil {
		return nil, err
	}
	return by.FullPeriods(claims[by.ID])
}
