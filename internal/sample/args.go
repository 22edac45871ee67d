package sample

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"rehearse/internal/store"
)

// Request is what to load.
type Request struct {
	Size string // school, S, M or L
	Seed uint64 // of the generated sizes: the same seed gives the same data
}

// ParseArgs reads the arguments of the sample command.
func ParseArgs(args []string) (Request, error) {
	var r Request
	flags := flag.NewFlagSet("sample", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&r.Size, "size", "school", "school, S, M or L")
	flags.Uint64Var(&r.Seed, "seed", 1, "of the generated sizes")
	if err := flags.Parse(args); err != nil {
		return r, fmt.Errorf("sample: %w", err)
	}
	if _, known := sizes[r.Size]; !known && r.Size != "school" {
		return r, fmt.Errorf("sample: --size is %q; school, S, M or L is expected", r.Size)
	}
	if flags.NArg() > 0 {
		return r, fmt.Errorf("sample: unexpected argument %q", flags.Arg(0))
	}
	return r, nil
}

func (r Request) String() string {
	if r.Size == "school" {
		return "the sample school"
	}
	return fmt.Sprintf("data set %s, seed %d,", r.Size, r.Seed)
}

// Load loads what was asked for, relative to now, into an empty database, all
// or nothing. A generated school is vacuumed after it.
func (r Request) Load(ctx context.Context, s *store.Store, now time.Time) error {
	empty, err := s.Empty(ctx)
	if err != nil {
		return err
	}
	if !empty {
		return errors.New("the database is not empty; sample data can only be loaded into an empty database")
	}
	_, err = store.InTx(ctx, s, func(tx *store.Tx) (store.Nothing, error) {
		if r.Size == "school" {
			return store.Nothing{}, School(ctx, tx, now.UTC())
		}
		return store.Nothing{}, generate(ctx, tx, sizes[r.Size], r.Seed, now.UTC())
	})
	if err != nil || r.Size == "school" {
		return err
	}
	return s.Vacuum(ctx)
}
