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

// A Form stores the results of a write, and restores them when a request is repeated.
type Form[T any] struct {
	encode func(result T) (form any, about booking.StudentID)
	decode func(ctx context.Context, r *store.Reader, text json.RawMessage) (T, error)
}

// NewForm returns the form that stores an S in place of a T. An S is encoded as JSON, and
// restores its T from the database. about returns the student whom a T concerns; nil means
// none.
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

var interviewForm = NewForm(newStoredInterview, func(i booking.Interview) booking.StudentID { return i.StudentID })

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

func (stored storedInterview) Restore(ctx context.Context, r *store.Reader) (booking.Interview, error) {
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

var bookedForm = NewForm(newStoredBooked, func(b Booked) booking.StudentID { return b.Interview.StudentID })

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

func (stored storedBooked) Restore(ctx context.Context, r *store.Reader) (Booked, error) {
	interview, err := stored.Interview.Restore(ctx, r)
	b := Booked{Interview: &interview}
	if stored.Released != nil && err == nil {
		var released booking.Hold
		released, err = stored.Released.Restore(ctx, r)
		b.Released = &released
	}
	return b, err
}

var holdForm = NewForm(newStoredHold, func(h booking.Hold) booking.StudentID { return h.StudentID })

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

func (stored storedHold) Restore(context.Context, *store.Reader) (booking.Hold, error) { //nolint:unparam // as of every form
	return booking.Hold{
		ID: stored.ID, StudentID: stored.Student, SlotID: stored.Slot, PlacedAt: stored.PlacedAt, ExpiresAt: stored.ExpiresAt, Extended: stored.Extended,
		EndedAt: stored.EndedAt, Waivers: stored.Waivers,
	}, nil
}

var waiverForm = NewForm(newStoredWaiver, func(w *booking.Waiver) booking.StudentID { return w.StudentID })

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

var studentForm = NewForm(newStoredStudent, func(s *booking.Student) booking.StudentID { return s.ID })

// storedStudent is the id of a student, whose fields are read again on replay.
type storedStudent struct {
	ID booking.StudentID `json:"id"`
}

func newStoredStudent(s *booking.Student) storedStudent { return storedStudent{s.ID} }

func (stored storedStudent) Restore(ctx context.Context, r *store.Reader) (*booking.Student, error) {
	student, err := r.Student(ctx, stored.ID)
	return &student, err
}

var interviewerForm = NewForm(newStoredInterviewer, nil)

// storedInterviewer is the id of an interviewer, whose fields are read again on replay.
type storedInterviewer struct {
	ID booking.InterviewerID `json:"id"`
}

func newStoredInterviewer(i *booking.Interviewer) storedInterviewer { return storedInterviewer{i.ID} }

func (stored storedInterviewer) Restore(ctx context.Context, r *store.Reader) (*booking.Interviewer, error) {
	interviewer, err := r.Interviewer(ctx, stored.ID)
	return &interviewer, err
}
