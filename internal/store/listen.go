package store

import (
	"context"

	"rehearse/internal/store/cache"
)

// Changes are the ids of rows that committed transactions have changed.
type Changes = cache.Changes

// Listen connects and starts to listen for the changes that any server commits. The
// caller must call Run on the result.
func (s *Store) Listen(ctx context.Context) (*cache.Listener, error) {
	listener, err := cache.Listen(ctx, s.listening, s.interviewers)
	return listener, fault(err, "listen for changes")
}
