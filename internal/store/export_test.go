package store

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

// SetWake sets the function that is called after a commit that added to the change log.
func (s *Store) SetWake(wake func()) { s.wake = wake }
