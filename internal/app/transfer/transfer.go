// Package transfer imports and exports the data of the school: people, availability and
// interviews as tables, and calendars. A file is imported in one transaction, which decides
// about all rows before it writes the first.
package transfer

import (
	"time"

	"rehearse/internal/store"
)

// Transfers runs imports and exports.
type Transfers struct {
	store *store.Store
	now   func() time.Time
}

// New returns Transfers that use the store and take the time from now.
func New(s *store.Store, now func() time.Time) *Transfers {
	return &Transfers{store: s, now: now}
}
