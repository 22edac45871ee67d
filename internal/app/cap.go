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
	var full []calendar.Span
	if by.Capped() {
		starts, err := tx.GivenStarts(ctx, by.ID, in)
		if err != nil {
			return err
		}
		if full, err = by.FullPeriods(starts); err != nil {
			return err
		}
	}
	return tx.SetCapped(ctx, by.ID, in, full)
}
