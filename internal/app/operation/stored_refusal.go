package operation

import (
	"context"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// storedRefusal is a stored refusal with its data. On replay the alternatives are searched
// again, and its slots and waivers are read again.
type storedRefusal struct {
	Code        booking.RefusalCode       `json:"code"`
	Message     string                    `json:"message"`
	Field       string                    `json:"field,omitempty"`
	Allowed     *storedAllowed            `json:"allowed,omitempty"`
	HeldUntil   *time.Time                `json:"heldUntil,omitempty"`
	Eligibility *storedEligibility        `json:"eligibility,omitempty"`
	Conflicting []booking.SlotID          `json:"conflicting,omitempty"`
	Interview   booking.InterviewID       `json:"interview,omitempty"`
	Hold        booking.HoldID            `json:"hold,omitempty"`
	Earliest    *time.Time                `json:"earliest,omitempty"`
	Deadline    *time.Time                `json:"deadline,omitempty"`
	Used        int                       `json:"used,omitempty"`
	Limit       int                       `json:"limit,omitempty"`
	Status      booking.InterviewStatus   `json:"status,omitempty"`
	Expected    []booking.InterviewStatus `json:"expected,omitempty"`
	Version     int                       `json:"currentVersion,omitempty"`
}

type storedAllowed struct {
	Kind      booking.AllowedKind `json:"kind"`
	Min       *int                `json:"min,omitempty"`
	Max       *int                `json:"max,omitempty"`
	NotBefore *time.Time          `json:"notBefore,omitempty"`
	NotAfter  *time.Time          `json:"notAfter,omitempty"`
}

type storedEligibility struct {
	Student       booking.StudentID `json:"student"`
	ExtraByWaiver int               `json:"extraByWaiver,omitempty"`
	Eligible      bool              `json:"eligible"`
	Used          int               `json:"used"`
	Limit         int               `json:"limit"`
	Remaining     int               `json:"remaining"`
	RecentGrades  []int             `json:"recentGrades"`
	Reasons       []storedReason    `json:"reasons"`
	Waivers       []storedWaiver    `json:"waivers"`
}

type storedReason struct {
	Code    booking.RefusalCode `json:"code"`
	Message string              `json:"message"`
}

func newStoredRefusals(refused booking.Refused) []storedRefusal {
	all := make([]storedRefusal, len(refused))
	for i, r := range refused {
		all[i] = storedRefusal{
			Code: r.Code, Message: r.Message, Field: r.Field, HeldUntil: r.HeldUntil,
			Conflicting: booking.SlotIDs(r.Conflicting), Interview: r.Interview, Hold: r.Hold, Earliest: r.Earliest, Deadline: r.Deadline,
			Used: r.Used, Limit: r.Limit, Status: r.Status, Expected: r.Expected, Version: r.CurrentVersion,
		}
		if a := r.Allowed; a != nil {
			all[i].Allowed = &storedAllowed{a.Kind, a.Min, a.Max, a.NotBefore, a.NotAfter}
		}
		if r.Eligibility != nil {
			all[i].Eligibility = newStoredEligibility(*r.Eligibility)
		}
	}
	return all
}

func newStoredEligibility(e booking.Eligibility) *storedEligibility {
	stored := &storedEligibility{
		Student: e.StudentID, ExtraByWaiver: e.ExtraByWaiver,
		Eligible: e.Eligible, Used: e.InterviewsUsed, Limit: e.InterviewLimit, Remaining: e.InterviewsRemaining, RecentGrades: e.RecentGrades,
		Reasons: []storedReason{}, Waivers: []storedWaiver{},
	}
	for _, reason := range e.Reasons {
		stored.Reasons = append(stored.Reasons, storedReason(reason))
	}
	for _, w := range e.Waivers {
		stored.Waivers = append(stored.Waivers, newStoredWaiver(&w))
	}
	return stored
}

func restoreRefusals(ctx context.Context, r *store.Reader, stored []storedRefusal) (booking.Refused, error) {
	refused := make(booking.Refused, len(stored))
	for i, one := range stored {
		refused[i] = booking.Refusal{
			Code: one.Code, Message: one.Message, Field: one.Field, HeldUntil: one.HeldUntil, Interview: one.Interview, Hold: one.Hold, Earliest: one.Earliest,
			Deadline: one.Deadline, Used: one.Used, Limit: one.Limit, Status: one.Status, Expected: one.Expected, CurrentVersion: one.Version,
		}
		if a := one.Allowed; a != nil {
			refused[i].Allowed = &booking.Allowed{Kind: a.Kind, Min: a.Min, Max: a.Max, NotBefore: a.NotBefore, NotAfter: a.NotAfter}
		}
		if len(one.Conflicting) > 0 {
			slots, err := ReadSlots(ctx, r, one.Conflicting)
			if err != nil {
				return nil, err
			}
			refused[i].Conflicting = slots.Of(one.Conflicting)
		}
		if one.Eligibility != nil {
			eligibility, err := one.Eligibility.restore(ctx, r)
			if err != nil {
				return nil, err
			}
			refused[i].Eligibility = &eligibility
		}
	}
	return refused, nil
}

func (stored storedEligibility) restore(ctx context.Context, r *store.Reader) (booking.Eligibility, error) {
	e := booking.Eligibility{
		StudentID: stored.Student, ExtraByWaiver: stored.ExtraByWaiver,
		Eligible: stored.Eligible, InterviewsUsed: stored.Used, InterviewLimit: stored.Limit, InterviewsRemaining: stored.Remaining, RecentGrades: stored.RecentGrades,
	}
	for _, reason := range stored.Reasons {
		e.Reasons = append(e.Reasons, booking.EligibilityReason(reason))
	}
	for _, one := range stored.Waivers {
		w, err := one.Restore(ctx, r)
		if err != nil {
			return e, err
		}
		e.Waivers = append(e.Waivers, *w)
	}
	return e, nil
}
