package app

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// keptVersion is the version of the stored JSON. A response of another version cannot be
// read; a migration that changes the format deletes the old ones.
const keptVersion = 1

// keptAnswer is the stored response of a request with an idempotency key. It holds no
// free text, which is read again on replay. Lists are stored as ids.
type keptAnswer struct {
	Version int               `json:"version"`
	Student booking.StudentID `json:"student,omitempty"` // subject of the response, so that anonymising can find it
	Result  json.RawMessage   `json:"result,omitempty"`
	Refused []keptRefusal     `json:"refused,omitempty"`
}

// keepAnswer encodes the response of a write.
func keepAnswer(result any, refused booking.Refused) (string, error) {
	kept := keptAnswer{Version: keptVersion}
	var err error
	if len(refused) > 0 {
		kept.Refused = keepRefused(refused)
	} else {
		var form any
		if form, kept.Student = keptForm(result); form == nil {
			return "", fmt.Errorf("cannot store a %T as an idempotent response", result)
		}
		if kept.Result, err = json.Marshal(form); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(kept)
	return string(text), err
}

// keptForm returns the stored form of a result and the student it concerns.
func keptForm(result any) (form any, about booking.StudentID) {
	switch r := result.(type) {
	case Booked:
		return keepBooked(r), r.Interview.StudentID
	case booking.Interview:
		return keepInterview(r), r.StudentID
	case booking.Hold:
		return keepHold(r), r.StudentID
	case *booking.Waiver:
		return keepWaiver(*r), r.StudentID
	case *booking.Student:
		return keptStudent{r.ID}, r.ID
	case *booking.Interviewer:
		return keptInterviewer{r.ID}, 0
	case *Published:
		return keepPublished(*r), 0
	case *Blocked:
		return keepBlocked(*r), 0
	case *Imported:
		return keepImported(*r), 0
	default:
		return nil, 0
	}
}

// recallAnswer decodes a stored response into a pointer to a result.
func recallAnswer(ctx context.Context, r *store.Reader, text string, into any) (booking.Refused, error) {
	var kept keptAnswer
	if err := json.Unmarshal([]byte(text), &kept); err != nil {
		return nil, err
	}
	if kept.Version != keptVersion {
		return nil, fmt.Errorf("the stored response has version %d; %d is expected", kept.Version, keptVersion)
	}
	if len(kept.Refused) > 0 {
		return recallRefused(ctx, r, kept.Refused)
	}
	switch into := into.(type) {
	case *Booked:
		return nil, recall[keptBooked](ctx, r, kept.Result, into)
	case *booking.Interview:
		return nil, recall[keptInterview](ctx, r, kept.Result, into)
	case *booking.Hold:
		return nil, recall[keptHold](ctx, r, kept.Result, into)
	case **booking.Waiver:
		return nil, recallNew[keptWaiver](ctx, r, kept.Result, into)
	case **booking.Student:
		return nil, recallNew[keptStudent](ctx, r, kept.Result, into)
	case **booking.Interviewer:
		return nil, recallNew[keptInterviewer](ctx, r, kept.Result, into)
	case **Published:
		return nil, recallNew[keptPublished](ctx, r, kept.Result, into)
	case **Blocked:
		return nil, recallNew[keptBlocked](ctx, r, kept.Result, into)
	case **Imported:
		return nil, recallNew[keptImported](ctx, r, kept.Result, into)
	default:
		return nil, fmt.Errorf("cannot restore a %T from an idempotent response", into)
	}
}

// kept is the stored form of a T.
type kept[T any] interface {
	result(ctx context.Context, r *store.Reader) (T, error)
}

func recall[K kept[T], T any](ctx context.Context, r *store.Reader, text json.RawMessage, into *T) error {
	var form K
	if err := json.Unmarshal(text, &form); err != nil {
		return err
	}
	var err error
	*into, err = form.result(ctx, r)
	return err
}

func recallNew[K kept[T], T any](ctx context.Context, r *store.Reader, text json.RawMessage, into **T) error {
	*into = new(T)
	return recall[K](ctx, r, text, *into)
}

// keptInterview is the state of an interview when it was stored. Its note and reason are
// read again on replay.
type keptInterview struct {
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

func keepInterview(i booking.Interview) keptInterview {
	return keptInterview{
		ID: i.ID, Interviewer: i.InterviewerID, Slot: i.SlotID, Start: i.Start, End: i.End, Status: i.Status, Grade: i.Grade,
		NoteShared: i.NoteShared, BookedAt: i.BookedAt, CompletedAt: i.CompletedAt, CancelledAt: i.CancelledAt, NoShowAt: i.NoShowAt,
		Reschedules: i.Reschedules, Waivers: i.Waivers, Exempt: i.Exempt, Version: i.Version, UpdatedAt: i.UpdatedAt,
	}
}

func (k keptInterview) result(ctx context.Context, r *store.Reader) (booking.Interview, error) {
	i, err := r.Interview(ctx, k.ID)
	return k.over(i), err
}

// over replaces the fields of an interview read again with the stored ones.
func (k keptInterview) over(i booking.Interview) booking.Interview {
	i.ID, i.InterviewerID, i.SlotID, i.Start, i.End, i.Status, i.Grade = k.ID, k.Interviewer, k.Slot, k.Start, k.End, k.Status, k.Grade
	i.NoteShared, i.BookedAt, i.CompletedAt, i.CancelledAt, i.NoShowAt = k.NoteShared, k.BookedAt, k.CompletedAt, k.CancelledAt, k.NoShowAt
	i.Reschedules, i.Waivers, i.Exempt = k.Reschedules, k.Waivers, k.Exempt
	i.Version, i.UpdatedAt = k.Version, k.UpdatedAt
	return i
}

// keptBooked is a booking and the hold it ended. Dry runs are never stored.
type keptBooked struct {
	Interview keptInterview `json:"interview"`
	Released  *keptHold     `json:"released,omitempty"`
}

func keepBooked(b Booked) keptBooked {
	k := keptBooked{Interview: keepInterview(*b.Interview)}
	if b.Released != nil {
		released := keepHold(*b.Released)
		k.Released = &released
	}
	return k
}

func (k keptBooked) result(ctx context.Context, r *store.Reader) (Booked, error) {
	interview, err := k.Interview.result(ctx, r)
	b := Booked{Interview: &interview}
	if k.Released != nil && err == nil {
		var released booking.Hold
		released, err = k.Released.result(ctx, r)
		b.Released = &released
	}
	return b, err
}

// keptHold is the state of a hold when it was stored.
type keptHold struct {
	ID        booking.HoldID     `json:"id"`
	Student   booking.StudentID  `json:"student"`
	Slot      booking.SlotID     `json:"slot"`
	PlacedAt  time.Time          `json:"placedAt"`
	ExpiresAt time.Time          `json:"expiresAt"`
	Extended  bool               `json:"extended,omitempty"`
	EndedAt   *time.Time         `json:"endedAt,omitempty"`
	Waivers   []booking.WaiverID `json:"waivers,omitempty"`
}

func keepHold(h booking.Hold) keptHold {
	return keptHold{h.ID, h.StudentID, h.SlotID, h.PlacedAt, h.ExpiresAt, h.Extended, h.EndedAt, h.Waivers}
}

func (k keptHold) result(context.Context, *store.Reader) (booking.Hold, error) { //nolint:unparam // as of every form
	return booking.Hold{
		ID: k.ID, StudentID: k.Student, SlotID: k.Slot, PlacedAt: k.PlacedAt, ExpiresAt: k.ExpiresAt, Extended: k.Extended,
		EndedAt: k.EndedAt, Waivers: k.Waivers,
	}, nil
}

// keptWaiver is the state of a waiver when it was stored. Its reason is read again on replay.
type keptWaiver struct {
	ID        booking.WaiverID `json:"id"`
	Used      int              `json:"used,omitempty"`
	RevokedAt *time.Time       `json:"revokedAt,omitempty"`
}

func keepWaiver(w booking.Waiver) keptWaiver { return keptWaiver{w.ID, w.Used, w.RevokedAt} }

func (k keptWaiver) result(ctx context.Context, r *store.Reader) (booking.Waiver, error) {
	w, err := r.Waiver(ctx, k.ID)
	w.Used, w.RevokedAt = k.Used, k.RevokedAt // no other field of a waiver changes
	return w, err
}

// keptStudent is the id of a student, whose fields are read again on replay.
type keptStudent struct {
	ID booking.StudentID `json:"id"`
}

func (k keptStudent) result(ctx context.Context, r *store.Reader) (booking.Student, error) {
	return r.Student(ctx, k.ID)
}

// keptInterviewer is the id of an interviewer, whose fields are read again on replay.
type keptInterviewer struct {
	ID booking.InterviewerID `json:"id"`
}

func (k keptInterviewer) result(ctx context.Context, r *store.Reader) (booking.Interviewer, error) {
	return r.Interviewer(ctx, k.ID)
}
