package sample

import (
	"context"
	"errors"
	"time"

	"rehearse/internal/store"
)

func generate(_ context.Context, _ *store.Tx, _ size, _ uint64, _ time.Time) error {
	return errors.New("the generator is missing")
}
