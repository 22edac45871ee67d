package app

import (
	"context"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/store"
)

// recountWeek writes which slots of the week around a time lie on a day, or in
// a week, that is full. It follows every change of what a capped interviewer
// gives or publishes; he is locked.
func recountWeek(ctx context.Context, tx *store.Tx, by booking.Interviewer, at time.Time) error {
	if !by.Capped() {
		return nil
	}
	week, err := by.Week(at)
	if err != nil {
		return err
	}
	return recount(ctx, tx, by, week)
}

// always is longer than any interview can be away.
var always = calendar.Span{
	Start: time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), End: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC),
}

// recount does so for whole weeks, or always; also for one who has no caps any
// more.
func recount(ctx context.Context, tx *store.Tx, by booking.Interviewer, in calendar.Span) error {
	full, err := fullPeriods(ctx, tx, by, in, 0)
	if err != nil {
		return err
	}
	return tx.SetFull(ctx, by.ID, in, full)
}

// fullPeriods are the interviewer's days and weeks in a range that are full, one
// interview left out; 0 for none.
func fullPeriods(
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
