package store

import (
	"time"

	"rehearse/internal/booking"
)

// MigrateTags exports migrateTags to test the migration of existing rows.
var MigrateTags = migrateTags

// The predicates that the schema repeats, exported to compare them with it.
var (
	NotWithdrawn       = notWithdrawn("")
	KeepsSlot          = keepsSlot("")
	TakesPlace         = takesPlace
	CountsAgainstLimit = countsAgainstLimit("")
	IsNoShow           = isNoShow("")
	OpenSlotsPredicate = openSlotsPredicate
)

// HasSlotRule reports whether slotRules contains the rule.
func HasSlotRule(code booking.RefusalCode) bool { return slotRules[code].excludes != nil }

// HasStudentRule reports whether studentRules contains the rule.
func HasStudentRule(code booking.RefusalCode) bool { return studentRules[code] != "" }

// A test may hold a run for as long as others take to wait for it.
func init() { sequenceTimeout = time.Minute }

// Renew makes the store read again what it has in memory.
func (s *Store) Renew() { s.mirror.Renew() }
