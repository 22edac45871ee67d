package store

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"

	"rehearse/internal/booking"
)

var (
	// ErrTimeout reports that an operation or one of its statements took too long.
	ErrTimeout = errors.New("the database exceeded its time limit")
	// ErrOutcomeUnknown reports that a commit was sent and not confirmed: the change may or may not
	// have been made.
	ErrOutcomeUnknown = errors.New("the database did not confirm the change")
	// ErrUnavailable reports that the database cannot serve requests; Advice says what to do.
	ErrUnavailable = errors.New("the database is not available")
)

// SQLSTATE codes, from appendix A of the Postgres manual.
const (
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	uniqueViolation      = "23505"
	exclusionViolation   = "23P01"
	lockNotAvailable     = "55P03"
	queryCanceled        = "57014"
	tooManyConnections   = "53300"

	idleInTransaction     = "25P03"
	insufficientPrivilege = "42501"
)

// constraintRefusals maps each constraint to its refusal. A constraint fails only if two
// requests race past the checks before it, or if it is the only check, as with e-mail
// addresses.
var constraintRefusals = map[string]booking.Refusal{
	"interviews_slot_key":   booking.RuleTaken.Refusal("slotId"),
	"interviews_pair_key":   booking.RuleMet.Refusal("slotId"),
	"interviews_no_overlap": booking.RuleOverlap.Refusal("slotId"),
	"holds_student_key":     booking.RuleOneHold.Refusal("slotId"),
	"holds_slot_key":        booking.RuleHeld.Refusal("slotId"),
	"slots_no_overlap":      booking.RuleAgenda.Refusal("start"),
	"availabilities_window_key": {
		Code: booking.AvailabilityConflict, Field: "start", Message: "The interviewer has already published this window.",
	},
	"students_email_key": {Code: booking.InvalidInput, Field: "email", Allowed: &booking.Allowed{Kind: booking.AllowedUnused}, Message: "Another student has this e-mail address."},
	"interviewers_email_key": {
		Code: booking.InvalidInput, Field: "email", Allowed: &booking.Allowed{Kind: booking.AllowedUnused}, Message: "Another interviewer has this e-mail address.",
	},
}

// fault translates a database error to a refusal, ErrTimeout or ErrUnavailable, and adds
// what was being done. A deadlock or serialization failure keeps its cause beside the
// refusal, so that InTx can retry the transaction.
func fault(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	if refused := refusal(err); refused != nil {
		if isSerialization(err) {
			return errors.Join(refused, err)
		}
		return refused
	}
	doing := fmt.Sprintf(format, args...)
	switch {
	case errors.Is(err, ErrOutcomeUnknown), errors.Is(err, ErrTimeout), errors.Is(err, ErrUnavailable):
		return err
	case isTimeout(err):
		return fmt.Errorf("%s: %w: %w", doing, ErrTimeout, err)
	case isUnavailable(err):
		return fmt.Errorf("%s: %w: %w", doing, ErrUnavailable, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// refusal returns the refusal that the error stands for, or nil if it is a fault.
func refusal(err error) error {
	var refused booking.Refused
	if errors.As(err, &refused) {
		return refused
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return nil
	}
	switch pg.Code {
	case uniqueViolation, exclusionViolation:
		if r, known := constraintRefusals[pg.ConstraintName]; known {
			return booking.Refused{r}
		}
	case lockNotAvailable, serializationFailure, deadlockDetected:
		return booking.RefuseRequest(booking.BusyRetry, "Other requests are changing the same data; try again.")
	}
	return nil
}

func isSerialization(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == serializationFailure || pg.Code == deadlockDetected)
}

// missing returns the NotFound refusal if err reports no row, and the fault otherwise.
func missing[ID ~int64](err error, noun, field string, id ID) error {
	if errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, pgx.ErrNoRows) {
		return booking.Missing(noun, field)
	}
	return fault(err, "read %s %d", noun, id)
}
