// Package operation holds what the operations of the school share: the caller and their
// permissions, the transaction of a write with its idempotency key, the events, and the
// caps of interviewers. It knows the domain types and none of the operations.
package operation

import (
	"errors"

	"rehearse/internal/booking"
)

// IgnoreMissing returns nil if err is a NOT_FOUND refusal, and err otherwise.
func IgnoreMissing(err error) error {
	var refused booking.Refused
	if errors.As(err, &refused) && refused.Has(booking.NotFound) {
		return nil
	}
	return err
}
