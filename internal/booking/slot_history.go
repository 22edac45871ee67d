package booking

import "time"

// SlotChangeKind says what became of a slot.
type SlotChangeKind string

const (
	SlotWasPublished SlotChangeKind = "PUBLISHED"
	SlotWasHeld      SlotChangeKind = "HELD"
	SlotWasBooked    SlotChangeKind = "BOOKED"
	SlotWasReleased  SlotChangeKind = "RELEASED"
	SlotWasWithdrawn SlotChangeKind = "WITHDRAWN"
)

// MaxSlotHistory bounds how much of a slot's history is read at once.
const MaxSlotHistory = 100

// SlotChange is one entry of a slot's history.
type SlotChange struct {
	What    SlotChangeKind
	At      time.Time
	Until   *time.Time // of a hold: when it expires by itself
	EventID EventID    // 0 for none
}

// ChangeTo is the entry of a slot that has come to a status.
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
