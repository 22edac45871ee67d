package operation

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// storedVersion is the version of the stored JSON. A response of another version cannot be
// read; a migration that changes the format deletes the old ones.
const storedVersion = 1

// storedResponse is the stored response of a request with an idempotency key. It holds no
// free text, which is read again on replay. Lists are stored as ids.
type storedResponse struct {
	Version int               `json:"version"`
	Student booking.StudentID `json:"student,omitempty"` // subject of the response, so that anonymising can find it
	Result  json.RawMessage   `json:"result,omitempty"`
	Refused []storedRefusal   `json:"refused,omitempty"`
}

// A Form stores the results of a write, and restores them when a request is repeated.
type Form[T any] struct {
	encode func(result T) (form any, about booking.StudentID)
	decode func(ctx context.Context, r *store.Reader, text json.RawMessage) (T, error)
}

// NewForm returns the form that stores an S in place of a T. An S is encoded as JSON, and
// restores its T from the database. about returns the student that a T concerns; it is
// nil if a T concerns no student.
func NewForm[S interface {
	Restore(ctx context.Context, r *store.Reader) (T, error)
}, T any](newStored func(T) S, about func(T) booking.StudentID) Form[T] {
	return Form[T]{
		encode: func(result T) (any, booking.StudentID) {
			if about == nil {
				return newStored(result), 0
			}
			return newStored(result), about(result)
		},
		decode: func(ctx context.Context, r *store.Reader, text json.RawMessage) (T, error) {
			var stored S
			if err := json.Unmarshal(text, &stored); err != nil {
				var none T
				return none, err
			}
			return stored.Restore(ctx, r)
		},
	}
}

// formOf returns the form of the request's result. It returns an error if the request
// stores another type than the write returns.
func formOf[T any](r keyedRequest) (Form[T], error) {
	form, is := r.form.(Form[T])
	if !is {
		return form, fmt.Errorf("%s stores its response as a %T; %T is expected", r.operation, r.form, form)
	}
	return form, nil
}

// encodeResponse encodes the response of a write.
func encodeResponse[T any](form Form[T], result T, refused booking.Refused) (string, error) {
	stored := storedResponse{Version: storedVersion}
	if len(refused) > 0 {
		stored.Refused = newStoredRefusals(refused)
	} else {
		var encoded any
		var err error
		encoded, stored.Student = form.encode(result)
		if stored.Result, err = json.Marshal(encoded); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(stored)
	return string(text), err
}

// decodeResponse decodes a stored response.
func decodeResponse[T any](ctx context.Context, r *store.Reader, form Form[T], text string) (result T, refused booking.Refused, err error) {
	var stored storedResponse
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return result, nil, err
	}
	if stored.Version != storedVersion {
		return result, nil, fmt.Errorf("the stored response has version %d; %d is expected", stored.Version, storedVersion)
	}
	if len(stored.Refused) > 0 {
		refused, err = restoreRefusals(ctx, r, stored.Refused)
		return result, refused, err
	}
	result, err = form.decode(ctx, r, stored.Result)
	return result, nil, err
}

// WaiverForm stores a waiver.
var WaiverForm = NewForm(newStoredWaiver, func(w *booking.Waiver) booking.StudentID { return w.StudentID })

// storedWaiver is the state of a waiver when it was stored. Its reason is read again on replay.
type storedWaiver struct {
	ID        booking.WaiverID `json:"id"`
	Used      int              `json:"used,omitempty"`
	RevokedAt *time.Time       `json:"revokedAt,omitempty"`
}

func newStoredWaiver(w *booking.Waiver) storedWaiver {
	return storedWaiver{w.ID, w.Used, w.RevokedAt}
}

func (stored storedWaiver) Restore(ctx context.Context, r *store.Reader) (*booking.Waiver, error) {
	w, err := r.Waiver(ctx, stored.ID)
	w.Used, w.RevokedAt = stored.Used, stored.RevokedAt // no other field of a waiver changes
	return &w, err
}

// SlotsByID holds slots that were read again.
type SlotsByID map[booking.SlotID]booking.Slot

// ReadSlots reads slots again.
func ReadSlots(ctx context.Context, r *store.Reader, ids []booking.SlotID) (SlotsByID, error) {
	found, err := r.SlotsByID(ctx, ids)
	known := make(SlotsByID, len(found))
	for _, slot := range found {
		known[slot.ID] = slot
	}
	return known, err
}

// Of returns the slots that still exist, in the order of ids.
func (s SlotsByID) Of(ids []booking.SlotID) []booking.Slot {
	slots := make([]booking.Slot, 0, len(ids))
	for _, id := range ids {
		if slot, is := s[id]; is {
			slots = append(slots, slot)
		}
	}
	return slots
}
