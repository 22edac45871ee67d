package transfer

import (
	"context"
	"encoding/json"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
)

// Keyed makes an import idempotent, as operation.WithKey does. The zero value does not.
type Keyed struct {
	Key   *string
	Input KeyedInput
}

// KeyedInput is what a client must send again with the same key: a KeyedTable or a
// KeyedAvailability. The digests of keys are made from its JSON. A new field must be omitted
// if it is empty, so that a request can be repeated after an upgrade.
type KeyedInput interface{ mutation() string }

func (k Keyed) within(ctx context.Context) context.Context {
	if k.Key == nil {
		return ctx
	}
	return operation.WithKey(ctx, k.Input.mutation(), k.Key, k.Input, importedForm)
}

// KeyedTable is the input of importStudents, importInterviewers or importInterviews.
type KeyedTable struct {
	Mutation string
	CSV      string
	Partial  bool
	Exempt   *bool // nil if the mutation does not have it
}

func (t KeyedTable) mutation() string { return t.Mutation }

// MarshalJSON implements json.Marshaler. The JSON is a list of the fields without the mutation.
func (t KeyedTable) MarshalJSON() ([]byte, error) {
	if t.Exempt == nil {
		return json.Marshal([]any{t.CSV, t.Partial})
	}
	return json.Marshal([]any{t.CSV, t.Partial, *t.Exempt})
}

// KeyedAvailability is the input of importAvailability.
type KeyedAvailability struct {
	CSV            *string                `json:"csv,omitempty"`
	ICal           *string                `json:"ical,omitempty"`
	InterviewerID  *booking.InterviewerID `json:"interviewerId,omitempty"`
	WholeDayEvents string                 `json:"wholeDayEvents"`
	SlotMinutes    int                    `json:"slotMinutes"`
	DryRun         bool                   `json:"dryRun"` // always false, so that the import itself can use the key of its dry run
	Partial        bool                   `json:"partial"`
	Key            *string                `json:"idempotencyKey,omitempty"`
}

func (KeyedAvailability) mutation() string { return "importAvailability" }
