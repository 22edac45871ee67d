package app

import (
	"context"
	"maps"
	"slices"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// The methods below read objects by id for the edges of the API. They omit objects that do
// not exist and, like all of a View, those that the caller may not see.

// StudentsByID returns students. A student sees only themselves. An interviewer reaches
// students only from their own interviews.
func (v View) StudentsByID(ctx context.Context, ids []booking.StudentID) ([]booking.Student, error) {
	if v.may.Role != booking.RoleInterviewer {
		ids = only(ids, v.may.IsStudent)
	}
	found, err := v.app.store.StudentsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	return completed(ctx, v, ids, found, func(s booking.Student) booking.StudentID { return s.ID }, (*store.Reader).StudentsByID)
}

// InterviewersByID returns interviewers. Anyone who reaches an interviewer may see them;
// KnowsInterviewers guards their private fields.
func (v View) InterviewersByID(ctx context.Context, ids []booking.InterviewerID) ([]booking.Interviewer, error) {
	found, err := v.app.store.InterviewersByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	return completed(ctx, v, ids, found, func(i booking.Interviewer) booking.InterviewerID { return i.ID }, (*store.Reader).InterviewersByID)
}

// CachedInterviewers returns those of the interviewers that are in memory.
func (v View) CachedInterviewers(ids []booking.InterviewerID) map[booking.InterviewerID]*booking.Interviewer {
	return v.app.store.CachedInterviewers(ids)
}

// SlotsByID returns slots. Anyone who reaches a slot may see it.
func (v View) SlotsByID(ctx context.Context, ids []booking.SlotID) ([]booking.SlotView, error) {
	slots, err := v.app.store.SlotsByID(ctx, ids)
	if err == nil {
		slots, err = completed(ctx, v, ids, slots, func(s booking.Slot) booking.SlotID { return s.ID }, (*store.Reader).SlotsByID)
	}
	return booking.Views(slots), err
}

// InterviewsByID returns interviews that the caller is a party to.
func (v View) InterviewsByID(ctx context.Context, ids []booking.InterviewID) ([]booking.Interview, error) {
	found, err := v.app.store.InterviewsByID(ctx, ids)
	if err == nil {
		found, err = completed(ctx, v, ids, found, func(i booking.Interview) booking.InterviewID { return i.ID }, (*store.Reader).InterviewsByID)
	}
	return only(found, v.IsParty), err
}

// HoldsByID returns the caller's holds.
func (v View) HoldsByID(ctx context.Context, ids []booking.HoldID) ([]booking.Hold, error) {
	found, err := v.app.store.HoldsByID(ctx, ids)
	return only(found, v.Holds), err
}

// Records returns the records of the students that the caller may see in full.
func (v View) Records(ctx context.Context, ids []booking.StudentID) (map[booking.StudentID]booking.Record, error) {
	ids = only(ids, v.may.IsStudent)
	found, err := v.app.store.Records(ctx, ids)
	if err != nil || len(found) == len(ids) || !v.hasStandby() {
		return found, err
	}
	missing := only(ids, func(id booking.StudentID) bool { _, there := found[id]; return !there })
	more, err := offload(ctx, v, func(ctx context.Context, r *store.Reader) (map[booking.StudentID]booking.Record, error) {
		return r.Records(ctx, missing)
	})
	maps.Copy(found, more)
	return found, err
}

// only returns the elements that the caller sees.
func only[T any](list []T, sees func(T) bool) []T {
	if !slices.ContainsFunc(list, func(one T) bool { return !sees(one) }) {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(one T) bool { return !sees(one) })
}
