package graph

import (
	"rehearse/internal/app/reservation"
	"rehearse/internal/app/transfer"
	"rehearse/internal/booking"
)

// Limits that the cost of an operation depends on.
const (
	MaxUserErrors = 20   // user errors of a payload
	MaxImportRows = 5000 // rows of one import

	MaxSearch      = booking.MaxEmail // characters of the search text
	MaxImportSlots = 50_000           // new slots of one import, about 30 MB of memory
)

// Maximum lengths of lists that no other package limits.
const (
	maxConflicts = 100 // slots of an AvailabilityConflict
	maxOverlaps  = 20  // overlaps of a skipped slot
	maxWaivers   = 50
	maxUpcoming  = 20
)

// ListBounds maps each list of objects to its maximum length. It leaves out pages, lists
// with the argument first, and lists of user errors, whose limit is MaxUserErrors.
var ListBounds = map[string]int{
	"Slot.history":                         booking.MaxSlotHistory,
	"AvailableSlotConnection.emptyReasons": 13, // at most one per code
	"Eligibility.reasons":                  2,  // at most one per rule
	"Eligibility.waivers":                  4,  // at most one per rule
	"Query.webhooks":                       booking.MaxWebhooks,
	"Student.waivers":                      maxWaivers,
	"Student.calendarFeeds":                booking.MaxCalendarFeeds,
	"Interviewer.calendarFeeds":            booking.MaxCalendarFeeds,
	"Student.upcomingInterviews":           maxUpcoming,
	"Event.changes":                        booking.MaxChanges(),
	"SlotTaken.alternatives":               reservation.MaxAlternatives,
	"AvailabilityConflict.slots":           maxConflicts,
	"SkippedSlot.overlaps":                 maxOverlaps,
	"BlockTimePayload.blocks":              booking.MaxBlockDates,
	"WithdrawSlotPayload.closedSlots":      1,
	"WithdrawSlotPayload.conflicts":        1,
	"WithdrawSlotPayload.cancelled":        1,
	"ImportRow.errors":                     transfer.MaxRowErrors,
	"ImportStudentsPayload.rows":           MaxImportRows,
	"ImportInterviewersPayload.rows":       MaxImportRows,
	"ImportAvailabilityPayload.rows":       MaxImportRows,
	"ImportInterviewsPayload.rows":         MaxImportRows,
	// For the start of a subscription; its events are charged by their contents.
	"SlotsChanged.opened":      10,
	"SlotsChanged.openedEdges": 10,
}
