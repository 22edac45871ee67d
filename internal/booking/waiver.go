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

// MaxWaiverUses is the maximum number of uses of a waiver.
const MaxWaiverUses = 100

// Waiver lets a student pass a rule a limited number of times. A use is a live
// hold, or an interview that is neither cancelled nor missed by the interviewer,
// that relies on the waiver. Uses are derived and not stored, so a cancellation
// returns its use and the count cannot drift.
type Waiver struct {
	ID        WaiverID
	StudentID StudentID
	Rule      WaivableRule
	Reason    string
	Uses      int
	Used      int // derived from holds and interviews
	GrantedAt time.Time
	ExpiresAt *time.Time // nil for no expiry
	RevokedAt *time.Time
}

// Good reports whether a new booking can use the waiver.
func (w Waiver) Good(now time.Time) bool {
	return w.Live(now) && w.hasRoom()
}

// Live reports whether the waiver is neither revoked nor expired. A live waiver
// without uses left can regain one.
func (w Waiver) Live(now time.Time) bool {
	return w.RevokedAt == nil && (w.ExpiresAt == nil || now.Before(*w.ExpiresAt))
}

// Validate reports the invalid fields of a waiver to be granted at now.
func (w Waiver) Validate(now time.Time) Refused {
	refused := checkLength("reason", w.Reason, 1, MaxReason)
	switch w.Rule {
	case WaiveLimit, WaiveGrades, WaivePair, WaiveNotice:
	default:
		refused = append(refused, notOneOf("rule", w.Rule, WaiveLimit, WaiveGrades, WaivePair, WaiveNotice)...)
	}
	refused = append(refused, checkBounds("uses", w.Uses, 1, MaxWaiverUses)...)
	if w.ExpiresAt != nil && !w.ExpiresAt.After(now) {
		refused = append(refused, Invalid("expiresAt", Allowed{Kind: AllowedTime, NotBefore: &now}, "expiresAt is not in the future; a time in the future is expected.")...)
	}
	return refused
}

// AllWaivers returns the student's waivers with their uses counted at now.
func (r Record) AllWaivers(now time.Time) []Waiver { return r.waivers(r.commitments(now)) }

func (r Record) waivers(commitments []Commitment) []Waiver {
	counted := slices.Clone(r.Waivers)
	for i := range counted {
		for _, c := range commitments {
			if c.Status.CountsAgainstLimit() && slices.Contains(c.Waivers, counted[i].ID) {
				counted[i].Used++
			}
		}
	}
	return counted
}

// usesLeft returns the number of remaining uses of the rule's good waivers.
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

// pass returns the waiver that lets the rule pass: one that the booking already
// uses, otherwise the good one that expires first. A waiver in spent that has
// no use left does not qualify; another booking took its use.
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

// waiverFields are the fields that an event of a waiver can contain.
var waiverFields = []string{"waiverId", "revokedAt", "rule", "uses", "expiresAt"}

// Event returns the event of a change of the waiver. A zero before means that the
// waiver is new.
func (w Waiver) Event(kind EventKind, before Waiver) Event {
	changes := Changes{}.Add("revokedAt", before.RevokedAt, w.RevokedAt)
	if before.ID == 0 {
		changes = changes.Add("waiverId", nil, w.ID).Add("rule", nil, w.Rule).Add("uses", nil, w.Uses).Add("expiresAt", nil, w.ExpiresAt)
	} else {
		changes = slices.Concat(Changes{}.Add("waiverId", nil, w.ID), changes)
	}
	return Event{Kind: kind, StudentID: w.StudentID, Changes: changes}
}
