package store_test

import (
	"testing"

	"rehearse/internal/pgtest"
)

// The statements that docs/explanation/caches.md gives for changes by other programs make a
// server notice them.
func TestListsNoticeLoggedChangesOfOtherPrograms(t *testing.T) {
	t.Parallel()
	const withdraw = "UPDATE slots SET status = 'WITHDRAWN' WHERE status = 'OPEN' AND id = "
	for _, test := range []struct {
		name, logged string
		fewer        int
	}{
		{"not logged", "", 0},
		{"all logged", "INSERT INTO changes (every) VALUES ('{slots,interviews,students,interviewers}')", 1},
		{"one logged", "INSERT INTO changes (slots, students) VALUES ('{300}', '{101}')", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			database, rows := schoolWithRecord(t)
			l := newLister(t, database)
			before := l.SlotsInMemory()
			l.list()
			statements := []string{withdraw + "300"}
			if test.logged != "" {
				statements = append(statements, test.logged)
			}
			executeAll(t, rows, statements...)
			l.list()
			pgtest.AwaitSlotsInMemory(t, l.Store)
			if fewer := before - l.SlotsInMemory(); fewer != test.fewer {
				t.Errorf("%d fewer slots are in memory, want %d", fewer, test.fewer)
			}
		})
	}
}
