package app_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rehearse/internal/app"
	"rehearse/internal/app/reservation"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/store"
)

// The tests in this file check that listed slots can be booked and that other slots are
// refused with the same codes as in the oracle below, an independent, simple
// implementation of the rules.

func TestListAndBookAgree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := app.New(w.store, clock)
	rapid.Check(t, func(r *rapid.T) {
		c := &agreement{T: r, world: w, app: server, rules: drawSchool(r)}
		c.save()
		for _, s := range c.rules.students {
			c.agree(s)
		}
		c.agreeOnStanding()
	})
}

// agreement compares one generated school with the oracle.
type agreement struct {
	*rapid.T
	world *world
	app   *app.App
	rules school
}

// agree compares the student's slot list and a dry run of every slot with the oracle.
func (c *agreement) agree(s booking.Student) {
	everything := calendar.Span{Start: t0.Add(-7 * 24 * time.Hour), End: t0.Add(7 * 24 * time.Hour)}
	var free []booking.SlotID
	for _, slot := range c.rules.slots {
		want := c.rules.refusals(s, slot)
		if len(want) == 0 && !c.rules.booked(s, slot) {
			free = append(free, slot.ID)
		}
		_, err := c.app.Book(c.world.t.Context(), reservation.BookSlotInput{StudentID: s.ID, SlotID: slot.ID, DryRun: true})
		if got := codes(c.T, err); !slices.Equal(got, want) {
			c.Fatalf("a booking of %s by student %d is refused with %v, want %v", describe(slot), s.ID, got, want)
		}
	}
	c.agreeOnList(s, everything, free)
	part := c.drawPart()
	inside := slices.DeleteFunc(free, func(id booking.SlotID) bool {
		slot := c.rules.slot(id)
		return slot.Start.Before(part.Start) || slot.End.After(part.End)
	})
	c.agreeOnList(s, part, inside)
}

// drawPart draws a range: either exactly one slot, so that an empty list has the reasons
// of a single slot, or any range.
func (c *agreement) drawPart() calendar.Span {
	if len(c.rules.slots) > 0 && rapid.Bool().Draw(c.T, "around a slot") {
		return rapid.SampledFrom(c.rules.slots).Draw(c.T, "slot").Span()
	}
	start := t0.Add(drawOffset(c.T, c.rules.policy, "from"))
	lengths := []time.Duration{booking.Resolution, time.Hour, 3 * time.Hour, 30 * time.Hour}
	return calendar.Span{Start: start, End: start.Add(rapid.SampledFrom(lengths).Draw(c.T, "range"))}
}

// agreeOnList pages through the list and compares it with want.
func (c *agreement) agreeOnList(s booking.Student, in calendar.Span, want []booking.SlotID) {
	ctx := c.world.t.Context()
	listed := []booking.SlotID{}
	page := store.Page{First: rapid.IntRange(2, 3).Draw(c.T, "first")}
	for more := true; more; {
		list, err := c.app.AvailableSlots(ctx, s.ID, store.SlotSearch{In: in}, page)
		if err != nil {
			c.Fatalf("list slots: %v", err)
		}
		for _, slot := range list.Slots {
			listed = append(listed, slot.ID)
			page.After = &store.Position{Start: slot.Start, ID: int64(slot.ID)}
		}
		if total, err := list.Total(ctx); err != nil || total != len(want) {
			c.Fatalf("the list of student %d in %v counts %d slots (%v), want %d", s.ID, in, total, err, len(want))
		}
		if len(want) == 0 {
			c.agreeOnReasons(s, in, list)
		}
		if more = list.More; more && len(list.Slots) != page.First {
			c.Fatalf("a page of %d slots that is not the last has %d", page.First, len(list.Slots))
		}
	}
	// The oracle's slots are sorted like the list, so this also detects a wrong order and
	// duplicates.
	if !slices.Equal(listed, want) {
		c.Fatalf("the list of student %d in %v is %v, want %v", s.ID, in, listed, want)
	}
}

// agreeOnReasons compares the reasons of an empty list with the rules that refuse the
// slots in the range.
func (c *agreement) agreeOnReasons(s booking.Student, in calendar.Span, empty *reservation.AvailableSlots) {
	reasons, err := empty.EmptyReasons(c.world.t.Context())
	if err != nil || len(reasons) == 0 {
		c.Fatalf("the empty list of student %d in %v has the reasons %v (%v)", s.ID, in, reasons, err)
	}
	got := map[string]int{}
	for _, r := range reasons {
		got[string(r.Code)] = r.Count
	}
	if want := c.rules.emptyReasons(s, in); !maps.Equal(got, want) {
		c.Fatalf("the empty list of student %d in %v has the reasons %v, want %v", s.ID, in, got, want)
	}
}

// codes returns the sorted refusal codes of a booking.
func codes(t *rapid.T, err error) []booking.RefusalCode {
	got := []booking.RefusalCode{}
	if err == nil {
		return got
	}
	refused, ok := err.(booking.Refused) //nolint:errorlint // an error that wraps refusals is a fault
	if !ok {
		t.Fatalf("a dry run failed: %v", err)
	}
	for _, r := range refused {
		got = append(got, r.Code)
	}
	slices.Sort(got)
	return got
}

// school is a generated school. Its methods are the oracle: they implement rules 1 to 4
// from their description and share no code with the implementation.
type school struct {
	policy       booking.Policy
	students     []booking.Student
	interviewers []booking.Interviewer
	slots        []booking.Slot // by start, then id
	interviews   []booking.Interview
	holds        []booking.Hold             // live and expired
	soon         map[booking.StudentID]bool // students with the minimum notice waived
}

// booked reports whether the student has booked the slot; booking it again returns the
// same interview.
func (c school) booked(s booking.Student, slot booking.Slot) bool {
	for _, i := range c.interviews {
		if i.SlotID == slot.ID && i.StudentID == s.ID && i.Status == booking.Booked {
			return true
		}
	}
	return false
}

// emptyReasons returns the codes that apply to the whole range, with the number of slots
// in it. If there are none, it returns the codes that apply to single slots, with the
// number of slots for each. Withdrawn slots are not counted, because students cannot see
// them.
func (c school) emptyReasons(s booking.Student, in calendar.Span) map[string]int {
	published, each, all := 0, map[string]int{}, map[string]int{}
	for _, slot := range c.slots {
		if slot.Status == booking.SlotWithdrawn || slot.Start.Before(in.Start) || slot.End.After(in.End) {
			continue
		}
		published++
		for _, code := range c.against(s, slot) {
			each[string(code)]++
		}
	}
	if c.limitReached(s) {
		all["LIMIT_REACHED"] = published
	}
	if c.gradesTooLow(s) {
		all["GRADES_TOO_LOW"] = published
	}
	if !in.End.After(t0) {
		all["RANGE_IN_PAST"] = published
	}
	if len(all) == 0 && published == 0 {
		all["NONE_PUBLISHED"] = 0
	}
	if len(all) > 0 {
		return all
	}
	return each
}

// refusals returns the sorted refusal codes of a booking.
func (c school) refusals(s booking.Student, slot booking.Slot) []booking.RefusalCode {
	if c.booked(s, slot) {
		return []booking.RefusalCode{}
	}
	return c.against(s, slot)
}

// against returns the sorted codes of every rule that forbids the student the slot.
func (c school) against(s booking.Student, slot booking.Slot) []booking.RefusalCode {
	no := []booking.RefusalCode{}
	if slot.Status == booking.SlotBooked {
		no = append(no, booking.SlotTaken)
	}
	if slot.Status == booking.SlotWithdrawn {
		no = append(no, booking.SlotIsWithdrawn)
	}
	// A student's own hold never prevents a booking, because the booking ends it.
	if slot.Status == booking.SlotOpen && slices.ContainsFunc(c.holds, func(h booking.Hold) bool {
		return h.SlotID == slot.ID && h.StudentID != s.ID && h.ExpiresAt.After(t0)
	}) {
		no = append(no, booking.SlotHeld)
	}
	notice := time.Duration(c.policy.MinimumNoticeSeconds) * time.Second
	if c.soon[s.ID] {
		notice = 0
	}
	if !slot.Start.After(t0) {
		no = append(no, booking.SlotInPast)
	} else if slot.Start.Before(t0.Add(notice)) {
		no = append(no, booking.TooSoon)
	}
	met, overlaps := c.inTheWay(s, slot)
	if met {
		no = append(no, booking.AlreadyInterviewed)
	}
	if overlaps {
		no = append(no, booking.OwnOverlap)
	}
	for _, i := range c.interviewers {
		if i.ID == slot.InterviewerID && i.Email == s.Email {
			no = append(no, booking.SelfInterview)
		}
	}
	if c.limitReached(s) {
		no = append(no, booking.LimitReached)
	}
	if c.gradesTooLow(s) {
		no = append(no, booking.GradesTooLow)
	}
	slices.Sort(no)
	return no
}

func (c school) inTheWay(s booking.Student, slot booking.Slot) (met, overlaps bool) {
	for _, i := range c.interviews {
		if i.StudentID != s.ID || (i.Status != booking.Booked && i.Status != booking.Completed) {
			continue
		}
		met = met || i.InterviewerID == slot.InterviewerID
		overlaps = overlaps || (i.Start.Before(slot.End) && slot.Start.Before(i.End))
	}
	return met, overlaps
}

func (c school) limitReached(s booking.Student) bool {
	used, limit := 0, c.policy.InterviewLimit
	if s.InterviewLimit != nil {
		limit = *s.InterviewLimit
	}
	for _, i := range c.interviews {
		if i.StudentID == s.ID && i.Status != booking.Cancelled && i.Status != booking.InterviewerNoShow {
			used++
		}
	}
	return used >= limit
}

// gradesTooLow reports whether one of the last graded interviews, ordered by start and
// id, is not above the minimum.
func (c school) gradesTooLow(s booking.Student) bool {
	var graded []booking.Interview
	for _, i := range c.interviews {
		if i.StudentID == s.ID && i.Status == booking.Completed && i.Grade != nil {
			graded = append(graded, i)
		}
	}
	slices.SortFunc(graded, func(a, b booking.Interview) int {
		return cmp.Or(b.Start.Compare(a.Start), cmp.Compare(b.ID, a.ID))
	})
	for n, i := range graded {
		if n < c.policy.GradeWindow && *i.Grade <= c.policy.MinimumGradeExclusive {
			return true
		}
	}
	return false
}

func (c school) slot(id booking.SlotID) booking.Slot {
	for _, slot := range c.slots {
		if slot.ID == id {
			return slot
		}
	}
	return booking.Slot{}
}

func describe(slot booking.Slot) string {
	return fmt.Sprintf("slot %d (%s, interviewer %d, %s after now)", slot.ID, slot.Status, slot.InterviewerID, slot.Start.Sub(t0))
}
