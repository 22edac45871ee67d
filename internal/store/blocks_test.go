package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// A block that is repeated on each day of a year is inserted with one statement.
func TestRepeatedBlocksAreOneStatement(t *testing.T) {
	t.Parallel()
	var inserts int
	s := pgtest.New(t).Open(t, store.Options{Tracer: pgtest.Trace(func(text string, _ []any) {
		if strings.Contains(text, `INSERT INTO "blocks"`) || strings.Contains(text, "INSERT INTO blocks") {
			inserts++
		}
	})})
	by := interviewer(t, s, "blocker").ID
	blocks := make([]booking.Block, 366)
	for i := range blocks {
		start := time.Date(2026, 6, 1+i, 9, 0, 0, 0, time.UTC)
		blocks[i] = booking.Block{InterviewerID: by, Start: start, End: start.Add(time.Hour), Reason: "gym", CreatedAt: start}
	}
	created := inTx(t, s, func(tx *store.Tx) ([]booking.Block, error) { return tx.CreateBlocks(t.Context(), blocks) })
	if inserts != 1 {
		t.Errorf("%d statements insert into blocks, want 1", inserts)
	}
	ids := make([]booking.BlockID, len(created))
	for i, b := range created {
		ids[i], b.ID = b.ID, 0
		if i >= len(blocks) || b != blocks[i] {
			t.Errorf("block %d is %+v, want that of the input", i, b)
		}
	}
	if len(created) != len(blocks) || ids[0] == 0 || !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(blocks) {
		t.Errorf("the ids of %d blocks are %v, want one for each, in their order", len(blocks), ids)
	}
	stored, err := s.BlocksOf(t.Context(), []booking.InterviewerID{by})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(created, stored[by]); diff != "" {
		t.Errorf("the stored blocks (-returned +stored):\n%s", diff)
	}
	if none := inTx(t, s, func(tx *store.Tx) ([]booking.Block, error) { return tx.CreateBlocks(t.Context(), nil) }); len(none) != 0 {
		t.Errorf("CreateBlocks(nil) = %v, want none", none)
	}
}
