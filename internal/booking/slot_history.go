package booking

import "time"

// SlotChangeKind is the kind of a slot's change.
type SlotChangeKind string

const (
	SlotWasPublished SlotChangeKind = "PUBLISHED"
	SlotWasHeld      SlotChangeKind = "HELD"
	SlotWasBooked    SlotChangeKind = "BOOKED"
	SlotWasReleased  SlotChangeKind = "RELEASED"
	SlotWasWithdrawn SlotChangeKind = "WITHDRAWN"
)

// MaxSlotHistory is the maximum number of history entries returned at once.
const MaxSlotHistory = 100

// SlotChange is one entry of a slot's history.
type SlotChange struct {
	What    SlotChangeKind
	At      time.Time
	Until   *time.Time // expiry of a hold
	EventID EventID    // 0 for none
}

// ChangeTo returns the kind of a change to the status.
func ChangeTo(status SlotStatus) SlotChangeKind {
	switch status {
	case SlotBooked:
		return SlotWasBooked
	case SlotWithdrawn:
		return SlotWasWithdrawn
	case SlotIsHeld:
		return SlotWasHeld
	case SlotOpen:
		return SlotWasReleased
	}
	return SlotWasReleased
}
