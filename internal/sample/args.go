package sample

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"rehearse/internal/store"
)

// Request describes the data to load.
type Request struct {
	Size string // one of Sizes
	Seed uint64 // for the generated sizes; the same seed gives the same data
}

// SizeSchool is the size of the sample school.
const SizeSchool = "school"

// Sizes returns the valid sizes.
func Sizes() []string { return []string{SizeSchool, "S", "M", "L"} }

func (r Request) String() string {
	if r.Size == SizeSchool {
		return "the sample school"
	}
	return fmt.Sprintf("data set %s, seed %d,", r.Size, r.Seed)
}

// Load loads the requested data, relative to now, into an empty database. It loads all
// or nothing, and vacuums after loading a generated school.
func (r Request) Load(ctx context.Context, s *store.Store, now time.Time) error {
	if !slices.Contains(Sizes(), r.Size) {
		return fmt.Errorf("the size is %q; expected one of %q", r.Size, Sizes())
	}
	empty, err := s.Empty(ctx)
	if err != nil {
		return err
	}
	if !empty {
		return errors.New("the database is not empty; sample data can only be loaded into an empty database")
	}
	_, err = store.InTx(ctx, s, func(tx *store.Tx) (store.Nothing, error) {
		if r.Size == SizeSchool {
			return store.Nothing{}, School(ctx, tx, now.UTC())
		}
		return store.Nothing{}, generate(ctx, tx, sizes[r.Size], r.Seed, now.UTC())
	})
	if err != nil || r.Size == SizeSchool {
		return err
	}
	return s.Vacuum(ctx)
}
