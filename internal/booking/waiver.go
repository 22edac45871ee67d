package booking

import (
	"slices"
	"time"
)

// WaivableRule is a rule that an administrator can waive for a student.
type WaivableRule string

const (
	WaiveLimit  WaivableRule = "LIMIT"
	WaiveGrades WaivableRule = "GRADES"
	WaivePair   WaivableRule = "PAIR"
	WaiveNotice WaivableRule = "NOTICE"
)

// MaxWaiverUses bounds how often one waiver can be used.
const MaxWaiverUses = 100

// Waiver lets one student pass one rule, so many times. A use is what stands on
// it and counts against the limit: a live hold, or an interview that is neither
// cancelled nor missed by the interviewer. So a use comes back with a
// cancellation, and nothing is counted that could drift.
type Waiver struct {
	ID        WaiverID
	StudentID StudentID
	Rule      WaivableRule
	Reason    string
	Uses      int
	Used      int // derived from what stands on it
	GrantedAt time.Time
	ExpiresAt *time.Time // nil: never
	RevokedAt *time.Time
}

// Good reports whether something new can stand on the waiver.
func (w Waiver) Good(now time.Time) bool {
	return w.Live(now) && w.hasRoom()
}

// Live reports whether the waiver is neither revoked nor expired; a use of it may
// come back.
func (w Waiver) Live(now time.Time) bool {
	return w.RevokedAt == nil && (w.ExpiresAt == nil || now.Before(*w.ExpiresAt))
}

// Validate reports what is wrong with a waiver to be granted at now.
func (w Waiver) Validate(now time.Time) Refused {
	refused := checkLength("reason", w.Reason, 1, MaxReason)
	switch w.Rule {
	case WaiveLimit, WaiveGrades, WaivePair, WaiveNotice:
	default:
		refused = append(refused, notOneOf("rule", w.Rule, WaiveLimit, WaiveGrades, WaivePair, WaiveNotice)...)
	}
	refused = append(refused, checkBounds("uses", w.Uses, 1, MaxWaiverUses)...)
	if w.ExpiresAt != nil && !w.ExpiresAt.After(now) {
		refused = append(refused, Invalid("expiresAt", Allowed{Kind: AllowedTime, NotBefore: &now}, "expiresAt must be in the future.")...)
	}
	return refused
}

// AllWaivers are the student's waivers with the uses that are made of them now.
func (r Record) AllWaivers(now time.Time) []Waiver { return r.waivers(r.claims(now)) }

func (r Record) waivers(claims []Commitment) []Waiver {
	counted := slices.Clone(r.Waivers)
	for i := range counted {
		for _, claim := range claims {
			if claim.Status.CountsAgainstLimit() && slices.Contains(claim.Waivers, counted[i].ID) {
				counted[i].Used++
			}
		}
	}
	return counted
}

// usesLeft returns how often the good waivers of a rule can still be used.
func usesLeft(waivers []Waiver, rule WaivableRule, now time.Time) int {
	left := 0
	for _, w := range waivers {
		if w.Rule == rule && w.Good(now) {
			left += w.Uses - w.Used
		}
	}
	return left
}

func (w Waiver) hasRoom() bool { return w.Used < w.Uses }

// pass finds what lets the rule pass: a waiver that is spent on this very thing
// already, else the good one that expires first. A use that came back meanwhile,
// and was made by something else, is spent no more.
func pass(waivers []Waiver, rule WaivableRule, spent []WaiverID, now time.Time) (Waiver, bool) {
	var best Waiver
	found := false
	for _, w := range waivers {
		if w.Rule != rule {
			continue
		}
		if slices.Contains(spent, w.ID) && w.hasRoom() {
			return w, true
		}
		if w.Good(now) && (!found || expiresFirst(w, best)) {
			best, found = w, true
		}
	}
	return best, found
}

func expiresFirst(a, b Waiver) bool {
	return a.ExpiresAt != nil && (b.ExpiresAt == nil || a.ExpiresAt.Before(*b.ExpiresAt))
}
