package store

import (
	"strings"

	"rehearse/internal/booking"
)

// The conditions below are the predicates of booking in SQL. No other code spells them out.
// In the functions, of is the alias of the table with its dot, or empty, and at is a
// parameter or another expression of the time. Statuses are literals, so that the planner can
// use the partial indexes, whose conditions TestPredicatesOfTheSchema compares with these.

// notWithdrawn is the condition that a slot belongs to its interviewer's booking.Agenda.
func notWithdrawn(of string) string { return of + "status <> '" + string(booking.SlotWithdrawn) + "'" }

// Whether a hold, or a full day or week, is over depends on the clock. These conditions are
// never null. They read only columns that the index slots_open contains, and leave the
// status to the statement.

// isHeld is the condition of booking.Slot.HeldAt on an open slot.
func isHeld(of, at string) string { return isAfter(of+"held_until", at) }

// isFull is the condition of booking.Slot.FullAt on a slot that is not the student's own.
func isFull(of, at string) string { return isAfter(of+"full_until", at) }

// isAfter is the condition that a column is not null and after the time.
func isAfter(column, at string) string { return column + " > " + at + " IS TRUE" }

// isToCome is the condition that the slot s is open and not in the past (booking.Slot.InPast).
func isToCome(at string) string {
	return "s.status = '" + string(booking.SlotOpen) + "' AND s.starts_at > " + at
}

// isLiveHold is the condition of booking.Hold.Live.
func isLiveHold(of, at string) string {
	return of + "ended_at IS NULL AND " + of + "expires_at > " + at
}

// isLiveWaiver is the condition of booking.Waiver.Live.
func isLiveWaiver(of, at string) string {
	return of + "revoked_at IS NULL AND (" + of + "expires_at IS NULL OR " + of + "expires_at > " + at + ")"
}

// keepsSlot is the condition of booking.InterviewStatus.KeepsSlot.
func keepsSlot(of string) string { return withStatus(of, booking.InterviewStatus.KeepsSlot) }

// takesPlace is the condition of booking.InterviewStatus.TookOrTakesPlace.
var takesPlace = withStatus("", booking.InterviewStatus.TookOrTakesPlace)

// countsAgainstLimit is the condition of booking.InterviewStatus.CountsAgainstLimit.
func countsAgainstLimit(of string) string {
	return withStatus(of, booking.InterviewStatus.CountsAgainstLimit)
}

// isNoShow is the condition of booking.InterviewStatus.IsNoShow.
func isNoShow(of string) string { return withStatus(of, booking.InterviewStatus.IsNoShow) }

// withStatus returns the condition that an interview has one of certain statuses. The last
// parameter reports whether a status is one of them.
func withStatus(of string, is func(booking.InterviewStatus) bool) string {
	var among, others []string
	for _, status := range booking.InterviewStatuses() {
		if literal := "'" + string(status) + "'"; is(status) {
			among = append(among, literal)
		} else {
			others = append(others, literal)
		}
	}
	if len(others) == 1 {
		return of + "status <> " + others[0]
	}
	return of + "status IN (" + strings.Join(among, ", ") + ")"
}
