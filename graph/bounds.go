package graph

import (
	"rehearse/internal/app"
	"rehearse/internal/booking"
)

// Bounds that the price of an operation depends on.
const (
	MaxUserErrors = 20   // of a payload
	MaxImportRows = 5000 // of one import
)

// The longest lists that resolvers return, where no other package bounds them.
const (
	maxConflicts = 100 // slots of an AvailabilityConflict
	maxOverlaps  = 20  // of a skipped slot
	maxWaivers   = 50
	maxUpcoming  = 20
)

// ListBounds maps each list of objects that is neither a page nor has an argument first
// to the most items it has. The lists of user errors have MaxUserErrors.
var ListBounds = map[string]int{
	"Slot.history":                         booking.MaxSlotHistory,
	"AvailableSlotConnection.emptyReasons": 13, // each code once
	"Eligibility.reasons":                  2,  // each rule once
	"Eligibility.waivers":                  4,  // each rule once
	"Student.waivers":                      maxWaivers,
	"Student.upcomingInterviews":           maxUpcoming,
	"Event.changes":                        15, // fields of one object
	"SlotTaken.alternatives":               app.MaxAlternatives,
	"AvailabilityConflict.slots":           maxConflicts,
	"SkippedSlot.overlaps":                 maxOverlaps,
	"BlockTimePayload.blocks":              booking.MaxBlockDates,
	"WithdrawSlotPayload.closedSlots":      1,
	"WithdrawSlotPayload.conflicts":        1,
	"WithdrawSlotPayload.cancelled":        1,
	"ImportRow.errors":                     app.MaxRowErrors,
	"ImportStudentsPayload.rows":           MaxImportRows,
	"ImportInterviewersPayload.rows":       MaxImportRows,
	"ImportAvailabilityPayload.rows":       MaxImportRows,
	"ImportInterviewsPayload.rows":         MaxImportRows,
	// When a subscription begins. Its events cost what they hold.
	"SlotsChanged.opened":      10,
	"SlotsChanged.openedEdges": 10,
}
