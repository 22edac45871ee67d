package store

import (
	"context"

	"gorm.io/gorm"

	"rehearse/internal/booking"
)

// LiveAvailability is a filter that excludes removed availability.
type LiveAvailability struct{}

func (LiveAvailability) apply(db *gorm.DB) *gorm.DB { return db.Where("removed_at IS NULL") }

// AnyBlock is a filter that matches all blocked time.
type AnyBlock struct{}

func (AnyBlock) apply(db *gorm.DB) *gorm.DB { return db }

// AvailabilityPages returns a page of the availability of each interviewer, ordered by
// start.
func (r *Reader) AvailabilityPages(
	ctx context.Context, of []booking.InterviewerID, f LiveAvailability, p Page,
) (map[booking.InterviewerID]Part[booking.Availability], error) {
	return listParts[availabilityRow](ctx, r, interviewerLists(of, f.apply), p,
		func(a booking.Availability) booking.InterviewerID { return a.InterviewerID })
}

// CountAvailability returns the number of items of AvailabilityPages on all pages.
func (r *Reader) CountAvailability(
	ctx context.Context, of []booking.InterviewerID, f LiveAvailability,
) (map[booking.InterviewerID]int, error) {
	return countParts[availabilityRow](ctx, r, interviewerLists(of, f.apply))
}

// BlockPages returns a page of the blocked time of each interviewer, ordered by start.
func (r *Reader) BlockPages(
	ctx context.Context, of []booking.InterviewerID, f AnyBlock, p Page,
) (map[booking.InterviewerID]Part[booking.Block], error) {
	return listParts[blockRow](ctx, r, interviewerLists(of, f.apply), p,
		func(b booking.Block) booking.InterviewerID { return b.InterviewerID })
}

// CountBlocks returns the number of items of BlockPages on all pages.
func (r *Reader) CountBlocks(
	ctx context.Context, of []booking.InterviewerID, f AnyBlock,
) (map[booking.InterviewerID]int, error) {
	return countParts[blockRow](ctx, r, interviewerLists(of, f.apply))
}
