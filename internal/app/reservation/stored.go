package reservation

import (
	"context"
	"time"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

var interviewForm = operation.NewForm(newStoredInterview, func(i booking.Interview) booking.StudentID { return i.StudentID })

// storedInterview is the state of an interview when it was stored. Its note, reason, intake
// and link are read again on replay.
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

var bookedForm = operation.NewForm(newStoredBooked, func(b Booked) booking.StudentID { return b.Interview.StudentID })

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

var holdForm = operation.NewForm(newStoredHold, func(h booking.Hold) booking.StudentID { return h.StudentID })

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

func (stored storedHold) Restore(context.Context, *store.Reader) (booking.Hold, error) {
	return booking.Hold{
		ID: stored.ID, StudentID: stored.Student, SlotID: stored.Slot, PlacedAt: stored.PlacedAt, ExpiresAt: stored.ExpiresAt, Extended: stored.Extended,
		EndedAt: stored.EndedAt, Waivers: stored.Waivers,
	}, nil
}
