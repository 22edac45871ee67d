package app

import (
	"context"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// Events lists events. Only administrators may call it.
func (v View) Events(ctx context.Context, f store.EventFilter, p store.Page) ([]booking.Event, bool, error) {
	if err := v.may.Only(); err != nil {
		return nil, false, err
	}
	return offloadPage(ctx, v, func(ctx context.Context, r *store.Reader) ([]booking.Event, bool, error) { return r.Events(ctx, f, p) })
}

// CountEvents counts the events that Events lists.
func (v View) CountEvents(ctx context.Context, f store.EventFilter) (int, error) {
	if err := v.may.Only(); err != nil {
		return 0, err
	}
	return offload(ctx, v, func(ctx context.Context, r *store.Reader) (int, error) { return r.CountEvents(ctx, f) })
}

// EventsAfter lists events in commit order. Only administrators may call it.
func (v View) EventsAfter(ctx context.Context, after booking.EventID, f store.EventFilter, first int) (store.EventBatch, error) {
	if err := v.may.Only(); err != nil {
		return store.EventBatch{}, err
	}
	return v.app.store.EventsAfter(ctx, after, f, first)
}

// BookingRefusals lists refused bookings. Only administrators may call it.
func (v View) BookingRefusals(
	ctx context.Context, f store.BookingRefusalFilter, p store.Page,
) ([]booking.BookingRefusal, bool, error) {
	if err := v.may.Only(); err != nil {
		return nil, false, err
	}
	return v.app.store.BookingRefusals(ctx, f, p)
}

// CountBookingRefusals counts the refusals that BookingRefusals lists.
func (v View) CountBookingRefusals(ctx context.Context, f store.BookingRefusalFilter) (int, error) {
	if err := v.may.Only(); err != nil {
		return 0, err
	}
	return v.app.store.CountBookingRefusals(ctx, f)
}

// EventsOf lists the events of the caller's interviews, without changes they may not see.
func (v View) EventsOf(
	ctx context.Context, of []booking.InterviewID, p store.Page,
) (map[booking.InterviewID]store.Part[booking.Event], error) {
	if err := v.may.Only(operation.Parties...); err != nil {
		return nil, err
	}
	found, err := offload(ctx, v, func(ctx context.Context, r *store.Reader) (map[booking.InterviewID]store.Part[booking.Event], error) {
		return r.EventsOf(ctx, of, p)
	})
	for _, part := range found {
		for i, event := range part.Items {
			part.Items[i].Changes = v.changes(event)
		}
	}
	return found, err
}

// CountEventsOf counts the events that EventsOf lists.
func (v View) CountEventsOf(ctx context.Context, of []booking.InterviewID) (map[booking.InterviewID]int, error) {
	if err := v.may.Only(operation.Parties...); err != nil {
		return nil, err
	}
	return offload(ctx, v, func(ctx context.Context, r *store.Reader) (map[booking.InterviewID]int, error) {
		return r.CountEventsOf(ctx, of)
	})
}
