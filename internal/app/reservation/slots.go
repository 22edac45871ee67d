package reservation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/store"
)

// AvailableSlots is a page of the slots that a student may book in a range, with the
// student's eligibility.
type AvailableSlots struct {
	Slots       []booking.BookableSlot // ordered by start, then id
	More        bool                   // whether there is a next page
	Eligibility booking.Eligibility

	// The search, for fields that are computed on demand.
	wanted store.SlotSearch
	offer  booking.Offer
	store  *store.Store
}

// AvailableSlots lists the slots inside [start, end] that the student may book. The list is
// exact at the moment it is read.
func (s *Reservations) AvailableSlots(
	ctx context.Context, id booking.StudentID, wanted store.SlotSearch, page store.Page,
) (*AvailableSlots, error) {
	return s.listSlots(ctx, id, wanted, page, offerAt(s.now()))
}

// SlotsToMoveTo lists the slots inside [start, end] to which the student's booked interview can be
// moved.
func (s *Reservations) SlotsToMoveTo(
	ctx context.Context, id booking.StudentID, moved booking.InterviewID, wanted store.SlotSearch, page store.Page,
) (*AvailableSlots, error) {
	if err := operation.AccessOf(ctx).AsStudent(id); err != nil {
		return nil, err
	}
	interview, err := s.store.Interview(ctx, moved)
	if err != nil {
		return nil, err
	}
	if interview.StudentID != id || interview.Status != booking.Booked {
		return nil, booking.Missing("interview", "interviewId").Err()
	}
	now := s.now()
	return s.listSlots(ctx, id, wanted, page, func(record booking.Record) booking.Offer { return record.OfferToMove(interview, now) })
}

// listSlots lists the slots that the offer of the student's record allows.
func (s *Reservations) listSlots(
	ctx context.Context, id booking.StudentID, wanted store.SlotSearch, page store.Page, offerOf func(booking.Record) booking.Offer,
) (*AvailableSlots, error) {
	wanted, err := CheckSearch(ctx, id, wanted)
	if err != nil {
		return nil, err
	}
	offer, found, err := s.openSlots(ctx, id, wanted, page, offerOf)
	if err != nil {
		return nil, err
	}
	return &AvailableSlots{
		Slots: found.Slots, More: found.More, Eligibility: offer.Eligibility, wanted: wanted, offer: offer, store: s.store,
	}, nil
}

// CheckSearch returns the search in its normal form. It fails if the caller may not list the
// student's slots, or if the range or a tag is invalid.
func CheckSearch(ctx context.Context, id booking.StudentID, wanted store.SlotSearch) (store.SlotSearch, error) {
	if err := operation.AccessOf(ctx).AsStudent(id); err != nil {
		return wanted, err
	}
	if err := booking.CheckRange(wanted.In, booking.MaxRange).Err(); err != nil {
		return wanted, err
	}
	var refused booking.Refused
	wanted.Tags, refused = booking.NormaliseTags(wanted.Tags)
	return wanted, refused.Err()
}

// maxLists is the number of attempts to make a list with a record in memory. An attempt fails if
// the record changes in the meantime.
const maxLists = 3

// openSlots reads the student's record, makes an offer of it, and returns the offer and a
// page of the slots that it allows. All reflect one state of the database, which may be a past one
// if ctx allows stale reads (store.AllowStale).
func (s *Reservations) openSlots(
	ctx context.Context, id booking.StudentID, wanted store.SlotSearch, page store.Page, offerOf func(booking.Record) booking.Offer,
) (offer booking.Offer, found store.OpenSlotsPage, err error) {
	for range maxLists {
		record, err := s.store.RecordInMemory(ctx, id)
		if err == nil {
			offer = offerOf(record.Record)
			found, err = s.store.OpenSlotsFor(ctx, record, offer, wanted, page)
		}
		if !errors.Is(err, store.ErrNotCurrent) {
			return offer, found, err
		}
	}
	if offer, found, is := s.store.SlotsDuringOutage(ctx, id, offerOf, wanted, page); is {
		return offer, found, nil
	}
	type list struct {
		offer booking.Offer
		store.OpenSlotsPage
	}
	all, err := store.ListInSnapshot(ctx, s.store, func(r *store.Reader) (all list, err error) {
		record, err := r.Record(ctx, id)
		if err == nil {
			all.offer = offerOf(record)
			all.Slots, all.More, err = r.OpenSlots(ctx, wanted, all.offer, page)
		}
		return all, err
	})
	return all.offer, all.OpenSlotsPage, err
}

// offerAt returns a function that computes a record's offer at now.
func offerAt(now time.Time) func(booking.Record) booking.Offer {
	return func(record booking.Record) booking.Offer { return record.Offer(now) }
}

// Total counts the slots of all pages. CountOpenSlots bounds the count.
func (s *AvailableSlots) Total(ctx context.Context) (int, error) {
	return s.store.CountOpenSlots(ctx, s.wanted, s.offer)
}

// EmptyReasons explains why slots in the range are not listed.
func (s *AvailableSlots) EmptyReasons(ctx context.Context) ([]booking.EmptyReason, error) {
	tally, err := s.tally(ctx)
	if err != nil {
		return nil, err
	}
	return s.offer.EmptyReasons(s.wanted.In, tally), nil
}

// tally counts the slots of the search by the rule that excludes them. It counts only the
// published slots if the student or the range alone excludes all of them.
func (s *AvailableSlots) tally(ctx context.Context) (tally booking.Tally, err error) {
	if s.offer.ExplainsEmptyList(s.wanted.In) {
		tally.Published, err = s.store.CountPublished(ctx, s.wanted)
		return tally, err
	}
	tally, err = s.store.TallySlots(ctx, s.wanted, s.offer)
	if err != nil || tally.Published > 0 || !s.wanted.Narrows() {
		return tally, err
	}
	tally.Unmatched, err = s.store.CountPublished(ctx, store.SlotSearch{In: s.wanted.In})
	if err == nil {
		tally.Unknown, err = s.store.HasUnknownCondition(ctx, s.wanted)
	}
	return tally, err
}

// Eligibility returns whether the student may book at the current time, and why not.
func (s *Reservations) Eligibility(ctx context.Context, id booking.StudentID) (booking.Eligibility, error) {
	if err := operation.AccessOf(ctx).AsStudent(id); err != nil {
		return booking.Eligibility{}, err
	}
	record, err := s.store.Record(ctx, id)
	return record.Eligibility(s.now()), err
}

// MaxAlternatives is the number of slots suggested in place of one that is taken.
const MaxAlternatives = 5

const alternativesSpan = 14 * 24 * time.Hour

// alternatives returns up to MaxAlternatives slots that the student could book instead:
// the first that start at the same time as the wanted one or within two weeks after it.
func (s *Reservations) alternatives(
	ctx context.Context, id booking.StudentID, wanted booking.SlotRef, offer func(booking.Record) booking.Offer,
) ([]booking.BookableSlot, error) {
	near := store.SlotSearch{In: calendar.Span{Start: wanted.Start, End: wanted.Start.Add(alternativesSpan)}}
	_, found, err := s.openSlots(ctx, id, near, store.Page{First: MaxAlternatives}, offer)
	if err != nil {
		return nil, fmt.Errorf("find alternatives to slot %d: %w", wanted.ID, err)
	}
	return found.Slots, nil
}
