package app

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

// encodeResponse encodes the response of a write.
func encodeResponse(result any, refused booking.Refused) (string, error) {
	stored := storedResponse{Version: storedVersion}
	var err error
	if len(refused) > 0 {
		stored.Refused = newStoredRefusals(refused)
	} else {
		var form any
		if form, stored.Student = storedFormOf(result); form == nil {
			return "", fmt.Errorf("cannot store a %T as an idempotent response", result)
		}
		if stored.Result, err = json.Marshal(form); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(stored)
	return string(text), err
}

// storedFormOf returns the stored form of a result and the student it concerns.
func storedFormOf(result any) (form any, about booking.StudentID) {
	switch r := result.(type) {
	case Booked:
		return newStoredBooked(r), r.Interview.StudentID
	case booking.Interview:
		return newStoredInterview(r), r.StudentID
	case booking.Hold:
		return newStoredHold(r), r.StudentID
	case *booking.Waiver:
		return newStoredWaiver(*r), r.StudentID
	case *booking.Student:
		return storedStudent{r.ID}, r.ID
	case *booking.Interviewer:
		return storedInterviewer{r.ID}, 0
	case *Published:
		return newStoredPublished(*r), 0
	case *Blocked:
		return newStoredBlocked(*r), 0
	case *Imported:
		return newStoredImported(*r), 0
	default:
		return nil, 0
	}
}

// decodeResponse decodes a stored response into a pointer to a result.
func decodeResponse(ctx context.Context, r *store.Reader, text string, into any) (booking.Refused, error) {
	var stored storedResponse
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return nil, err
	}
	if stored.Version != storedVersion {
		return nil, fmt.Errorf("the stored response has version %d; %d is expected", stored.Version, storedVersion)
	}
	if len(stored.Refused) > 0 {
		return restoreRefusals(ctx, r, stored.Refused)
	}
	switch into := into.(type) {
	case *Booked:
		return nil, decode[storedBooked](ctx, r, stored.Result, into)
	case *booking.Interview:
		return nil, decode[storedInterview](ctx, r, stored.Result, into)
	case *booking.Hold:
		return nil, decode[storedHold](ctx, r, stored.Result, into)
	case **booking.Waiver:
		return nil, decodeNew[storedWaiver](ctx, r, stored.Result, into)
	case **booking.Student:
		return nil, decodeNew[storedStudent](ctx, r, stored.Result, into)
	case **booking.Interviewer:
		return nil, decodeNew[storedInterviewer](ctx, r, stored.Result, into)
	case **Published:
		return nil, decodeNew[storedPublished](ctx, r, stored.Result, into)
	case **Blocked:
		return nil, decodeNew[storedBlocked](ctx, r, stored.Result, into)
	case **Imported:
		return nil, decodeNew[storedImported](ctx, r, stored.Result, into)
	default:
		return nil, fmt.Errorf("cannot restore a %T from an idempotent response", into)
	}
}

// storedForm is the stored form of a T.
type storedForm[T any] interface {
	restore(ctx context.Context, r *store.Reader) (T, error)
}

func decode[K storedForm[T], T any](ctx context.Context, r *store.Reader, text json.RawMessage, into *T) error {
	var form K
	if err := json.Unmarshal(text, &form); err != nil {
		return err
	}
	var err error
	*into, err = form.restore(ctx, r)
	return err
}

func decodeNew[K storedForm[T], T any](ctx context.Context, r *store.Reader, text json.RawMessage, into **T) error {
	*into = new(T)
	return decode[K](ctx, r, text, *into)
}

// storedInterview is the state of an interview when it was stored. Its note and reason are
// read again on replay.
type storedInterview struct {
	ID          booking.InterviewID     `json:"id"`
	Interviewer booking.InterviewerID   `json:"interviewer"`
	Slot        booking.SlotID          `json:"slot"`
	Start       time.Time               `json:"start"`
	End         time.Time               `json:"end"`
	Status      booking.InterviewStatus `json:"status"`
	Grade       *int                    `json:"grade,omitempty"`
	NoteShared  bool                    `json:"noteShared,omitempty"`
	BookedAt    time.Time               `json:"bookedAt"`
	CompletedAt *time.Time              `json:"completedAt,omitempty"`
	CancelledAt *time.Time              `json:"cancelledAt,omitempty"`
	NoShowAt    *time.Time              `json:"noShowAt,omitempty"`
	Reschedules int                     `json:"reschedules,omitempty"`
	Waivers     []booking.WaiverID      `json:"waivers,omitempty"`
	Exempt      bool                    `json:"exempt,omitempty"`
	Version     int                     `json:"version"`
	UpdatedAt   time.Time               `json:"updatedAt"`
}

func newStoredInterview(i booking.Interview) storedInterview {
	return storedInterview{
		ID: i.ID, Interviewer: i.InterviewerID, Slot: i.SlotID, Start: i.Start, End: i.End, Status: i.Status, Grade: i.Grade,
		NoteShared: i.NoteShared, BookedAt: i.BookedAt, CompletedAt: i.CompletedAt, CancelledAt: i.CancelledAt, NoShowAt: i.NoShowAt,
		Reschedules: i.Reschedules, Waivers: i.Waivers, Exempt: i.Exempt, Version: i.Version, UpdatedAt: i.UpdatedAt,
	}
}

func (stored storedInterview) restore(ctx context.Context, r *store.Reader) (booking.Interview, error) {
	i, err := r.Interview(ctx, stored.ID)
	return stored.overlay(i), err
}

// overlay replaces the fields of an interview read again with the stored ones.
func (stored storedInterview) overlay(i booking.Interview) booking.Interview {
	i.ID, i.InterviewerID, i.SlotID, i.Start, i.End, i.Status, i.Grade = stored.ID, stored.Interviewer, stored.Slot, stored.Start, stored.End, stored.Status, stored.Grade
	i.NoteShared, i.BookedAt, i.CompletedAt, i.CancelledAt, i.NoShowAt = stored.NoteShared, stored.BookedAt, stored.CompletedAt, stored.CancelledAt, stored.NoShowAt
	i.Reschedules, i.Waivers, i.Exempt = stored.Reschedules, stored.Waivers, stored.Exempt
	i.Version, i.UpdatedAt = stored.Version, stored.UpdatedAt
	return i
}

// storedBooked is a booking and the hold it ended. Dry runs are never stored.
type storedBooked struct {
	Interview storedInterview `json:"interview"`
	Released  *storedHold     `json:"released,omitempty"`
}

func newStoredBooked(b Booked) storedBooked {
	stored := storedBooked{Interview: newStoredInterview(*b.Interview)}
	if b.Released != nil {
		released := newStoredHold(*b.Released)
		stored.Released = &released
	}
	return stored
}

func (stored storedBooked) restore(ctx context.Context, r *store.Reader) (Booked, error) {
	interview, err := stored.Interview.restore(ctx, r)
	b := Booked{Interview: &interview}
	if stored.Released != nil && err == nil {
		var released booking.Hold
		released, err = stored.Released.restore(ctx, r)
		b.Released = &released
	}
	return b, err
}

// storedHold is the state of a hold when it was stored.
type storedHold struct {
	ID        booking.HoldID     `json:"id"`
	Student   booking.StudentID  `json:"student"`
	Slot      booking.SlotID     `json:"slot"`
	PlacedAt  time.Time          `json:"placedAt"`
	ExpiresAt time.Time          `json:"expiresAt"`
	Extended  bool               `json:"extended,omitempty"`
	EndedAt   *time.Time         `json:"endedAt,omitempty"`
	Waivers   []booking.WaiverID `json:"waivers,omitempty"`
}

func newStoredHold(h booking.Hold) storedHold {
	return storedHold{h.ID, h.StudentID, h.SlotID, h.PlacedAt, h.ExpiresAt, h.Extended, h.EndedAt, h.Waivers}
}

func (stored storedHold) restore(context.Context, *store.Reader) (booking.Hold, error) { //nolint:unparam // as of every form
	return booking.Hold{
		ID: stored.ID, StudentID: stored.Student, SlotID: stored.Slot, PlacedAt: stored.PlacedAt, ExpiresAt: stored.ExpiresAt, Extended: stored.Extended,
		EndedAt: stored.EndedAt, Waivers: stored.Waivers,
	}, nil
}

// storedWaiver is the state of a waiver when it was stored. Its reason is read again on replay.
type storedWaiver struct {
	ID        booking.WaiverID `json:"id"`
	Used      int              `json:"used,omitempty"`
	RevokedAt *time.Time       `json:"revokedAt,omitempty"`
}

func newStoredWaiver(w booking.Waiver) storedWaiver { return storedWaiver{w.ID, w.Used, w.RevokedAt} }

func (stored storedWaiver) restore(ctx context.Context, r *store.Reader) (booking.Waiver, error) {
	w, err := r.Waiver(ctx, stored.ID)
	w.Used, w.RevokedAt = stored.Used, stored.RevokedAt // no other field of a waiver changes
	return w, err
}

// storedStudent is the id of a student, whose fields are read again on replay.
type storedStudent struct {
	ID booking.StudentID `json:"id"`
}

func (stored storedStudent) restore(ctx context.Context, r *store.Reader) (booking.Student, error) {
	return r.Student(ctx, stored.ID)
}

// storedInterviewer is the id of an interviewer, whose fields are read again on replay.
type storedInterviewer struct {
	ID booking.InterviewerID `json:"id"`
}

func (stored storedInterviewer) restore(ctx context.Context, r *store.Reader) (booking.Interviewer, error) {
	return r.Interviewer(ctx, stored.ID)
}
