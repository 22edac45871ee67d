package app

import (
	"context"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// keptRefusal is a stored refusal with its data. On replay the alternatives are searched
// again, and its slots and waivers are read again.
type keptRefusal struct {
	Code        booking.RefusalCode       `json:"code"`
	Message     string                    `json:"message"`
	Field       string                    `json:"field,omitempty"`
	Allowed     *keptAllowed              `json:"allowed,omitempty"`
	HeldUntil   *time.Time                `json:"heldUntil,omitempty"`
	Eligibility *keptEligibility          `json:"eligibility,omitempty"`
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

type keptAllowed struct {
	Kind      booking.AllowedKind `json:"kind"`
	Min       *int                `json:"min,omitempty"`
	Max       *int                `json:"max,omitempty"`
	NotBefore *time.Time          `json:"notBefore,omitempty"`
	NotAfter  *time.Time          `json:"notAfter,omitempty"`
}

type keptEligibility struct {
	Student       booking.StudentID `json:"student"`
	ExtraByWaiver int               `json:"extraByWaiver,omitempty"`
	Eligible      bool              `json:"eligible"`
	Used          int               `json:"used"`
	Limit         int               `json:"limit"`
	Remaining     int               `json:"remaining"`
	RecentGrades  []int             `json:"recentGrades"`
	Reasons       []keptReason      `json:"reasons"`
	Waivers       []keptWaiver      `json:"waivers"`
}

type keptReason struct {
	Code    booking.RefusalCode `json:"code"`
	Message string              `json:"message"`
}

func keepRefused(refused booking.Refused) []keptRefusal {
	all := make([]keptRefusal, len(refused))
	for i, r := range refused {
		all[i] = keptRefusal{
			Code: r.Code, Message: r.Message, Field: r.Field, HeldUntil: r.HeldUntil,
			Conflicting: slotIDs(r.Conflicting), Interview: r.Interview, Hold: r.Hold, Earliest: r.Earliest, Deadline: r.Deadline,
			Used: r.Used, Limit: r.Limit, Status: r.Status, Expected: r.Expected, Version: r.CurrentVersion,
		}
		if a := r.Allowed; a != nil {
			all[i].Allowed = &keptAllowed{a.Kind, a.Min, a.Max, a.NotBefore, a.NotAfter}
		}
		if r.Eligibility != nil {
			all[i].Eligibility = keepEligibility(*r.Eligibility)
		}
	}
	return all
}

func keepEligibility(e booking.Eligibility) *keptEligibility {
	k := &keptEligibility{
		Student: e.StudentID, ExtraByWaiver: e.ExtraByWaiver,
		Eligible: e.Eligible, Used: e.InterviewsUsed, Limit: e.InterviewLimit, Remaining: e.InterviewsRemaining, RecentGrades: e.RecentGrades,
		Reasons: []keptReason{}, Waivers: []keptWaiver{},
	}
	for _, reason := range e.Reasons {
		k.Reasons = append(k.Reasons, keptReason(reason))
	}
	for _, w := range e.Waivers {
		k.Waivers = append(k.Waivers, keepWaiver(w))
	}
	return k
}

func recallRefused(ctx context.Context, r *store.Reader, kept []keptRefusal) (booking.Refused, error) {
	refused := make(booking.Refused, len(kept))
	for i, k := range kept {
		refused[i] = booking.Refusal{
			Code: k.Code, Message: k.Message, Field: k.Field, HeldUntil: k.HeldUntil, Interview: k.Interview, Hold: k.Hold, Earliest: k.Earliest,
			Deadline: k.Deadline, Used: k.Used, Limit: k.Limit, Status: k.Status, Expected: k.Expected, CurrentVersion: k.Version,
		}
		if a := k.Allowed; a != nil {
			refused[i].Allowed = &booking.Allowed{Kind: a.Kind, Min: a.Min, Max: a.Max, NotBefore: a.NotBefore, NotAfter: a.NotAfter}
		}
		if len(k.Conflicting) > 0 {
			slots, err := slotsNow(ctx, r, k.Conflicting)
			if err != nil {
				return nil, err
			}
			refused[i].Conflicting = slots.of(k.Conflicting)
		}
		if k.Eligibility != nil {
			eligibility, err := k.Eligibility.result(ctx, r)
			if err != nil {
				return nil, err
			}
			refused[i].Eligibility = &eligibility
		}
	}
	return refused, nil
}

func (k keptEligibility) result(ctx context.Context, r *store.Reader) (booking.Eligibility, error) {
	e := booking.Eligibility{
		StudentID: k.Student, ExtraByWaiver: k.ExtraByWaiver,
		Eligible: k.Eligible, InterviewsUsed: k.Used, InterviewLimit: k.Limit, InterviewsRemaining: k.Remaining, RecentGrades: k.RecentGrades,
	}
	for _, reason := range k.Reasons {
		e.Reasons = append(e.Reasons, booking.EligibilityReason(reason))
	}
	for _, one := range k.Waivers {
		w, err := one.result(ctx, r)
		if err != nil {
			return e, err
		}
		e.Waivers = append(e.Waivers, w)
	}
	return e, nil
}
