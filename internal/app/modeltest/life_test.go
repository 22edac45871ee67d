package modeltest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/app/reservation"
	"rehearse/internal/booking"
)

// operation is one request, executed on the tested school and on the model.
type operation interface {
	// do executes the request and returns its result as text, with the id of the created
	// object, if any.
	do(ctx context.Context, on *app.App) (result string, id int64, err error)
	// expect executes the request on the model, where the created object gets the id, and
	// returns the expected response.
	expect(s *school, id int64) response
}

// response is the outcome of an operation: its result or its refusal.
type response struct {
	result  string
	refused string // codes
}

// codes are refusal codes in any order.
type codes []booking.RefusalCode

func (c codes) String() string {
	words := make([]string, len(c))
	for i, code := range c {
		words[i] = string(code)
	}
	slices.Sort(words)
	return strings.Join(slices.Compact(words), " ")
}

func refuse(c ...booking.RefusalCode) response { return response{refused: codes(c).String()} }

func resultf(format string, args ...any) response {
	return response{result: fmt.Sprintf(format, args...)}
}

func number(n *int) string {
	if n == nil {
		return "none"
	}
	return fmt.Sprint(*n)
}

func formatInterview(
	id booking.InterviewID, who booking.StudentID, by booking.InterviewerID, slot booking.SlotID, start time.Time,
	status booking.InterviewStatus, grade *int, moves int, waivers []booking.WaiverID, exempt bool,
) string {
	return fmt.Sprintf("interview %d of student %d with interviewer %d on slot %d at %s: %s, grade %s, moved %d times, waivers %v, exempt %t",
		id, who, by, slot, start.UTC().Format(time.RFC3339), status, number(grade), moves, sorted(waivers), exempt)
}

// sorted returns the waivers by id, because their order has no meaning.
func sorted(ids []booking.WaiverID) []booking.WaiverID { return slices.Sorted(slices.Values(ids)) }

func formatAppInterview(i booking.Interview) string {
	return formatInterview(i.ID, i.StudentID, i.InterviewerID, i.SlotID, i.Start, i.Status, i.Grade, i.Reschedules, i.Waivers, i.Exempt)
}

func (i interview) String() string {
	return formatInterview(i.id, i.student, i.by, i.slot, i.start, i.status, i.grade, i.moves, i.waivers, i.exempt)
}

func formatEligibility(
	eligible bool, used, limit, remaining int, grades []int, reasons codes, waivers []booking.WaiverID,
) string {
	return fmt.Sprintf("eligible %t, %d of %d used, %d left, grades %v, reasons [%s], waivers %v",
		eligible, used, limit, remaining, grades, reasons, sorted(waivers))
}

func formatAppEligibility(e booking.Eligibility) string {
	reasons, waivers := codes{}, []booking.WaiverID{}
	for _, r := range e.Reasons {
		reasons = append(reasons, r.Code)
	}
	for _, w := range e.Waivers {
		waivers = append(waivers, w.ID)
	}
	return formatEligibility(e.Eligible, e.InterviewsUsed, e.InterviewLimit, e.InterviewsRemaining, e.RecentGrades, reasons, waivers)
}

// storedRequest is the stored response to the first request with a key.
type storedRequest struct {
	by       booking.Actor
	key      string
	request  string
	at       time.Time
	response response
}

// once executes a request, and returns the stored response to a repeated one. A dry run
// always returns its current verdict.
func (s *school) once(by booking.Actor, key, request string, dry bool, do func() response) response {
	run := func() response {
		if by.Role == booking.RoleInterviewer && !s.interviewer(booking.InterviewerID(by.ID)).active {
			return refuse(booking.WrongStatus)
		}
		return do()
	}
	if key == "" {
		return run()
	}
	at := slices.IndexFunc(s.keys, func(k storedRequest) bool {
		return k.by == by && k.key == key && !k.at.Before(s.now.Add(-24*time.Hour))
	})
	switch {
	case at >= 0 && s.keys[at].request != request:
		return refuse(booking.IdempotencyMismatch)
	case at >= 0 && !dry:
		return s.keys[at].response
	}
	first := run()
	if !dry {
		s.keys = slices.DeleteFunc(s.keys, func(k storedRequest) bool { return k.by == by && k.key == key })
		s.keys = append(s.keys, storedRequest{by, key, request, s.now, first})
	}
	return first
}

func keyOf(key string) *string {
	if key == "" {
		return nil
	}
	return &key
}

type bookSlot struct {
	by      booking.Actor
	student booking.StudentID
	slot    booking.SlotID
	hold    *booking.HoldID
	key     string
	dry     bool
}

func (o bookSlot) do(ctx context.Context, on *app.App) (string, int64, error) {
	i, err := on.Book(as(ctx, o.by), reservation.BookSlotInput{
		StudentID: o.student, SlotID: o.slot, HoldID: o.hold, IdempotencyKey: keyOf(o.key), DryRun: o.dry,
	})
	if err != nil {
		return "", 0, err
	}
	if o.dry {
		return formatDryRun(i.Interview == nil && i.Released == nil), 0, nil
	}
	return formatAppInterview(*i.Interview), int64(i.Interview.ID), nil
}

func (o bookSlot) expect(s *school, id int64) response {
	request := fmt.Sprintf("book %d %d %s", o.student, o.slot, formatHoldID(o.hold))
	a := s.once(o.by, o.key, request, o.dry, func() response { return o.first(s, booking.InterviewID(id)) })
	if o.dry && a.refused == "" {
		a.result = formatDryRun(true)
	}
	return a
}

func formatDryRun(nothing bool) string { return fmt.Sprintf("allowed, and nothing made: %t", nothing) }

func formatHoldID(id *booking.HoldID) string {
	if id == nil {
		return "no hold"
	}
	return fmt.Sprint("hold ", *id)
}

func (o bookSlot) first(s *school, id booking.InterviewID) response {
	if s.student(o.student) == nil || s.slot(o.slot) == nil {
		return refuse(booking.NotFound)
	}
	if at := s.bookingOf(o.student, o.slot); at >= 0 {
		return response{result: s.interviews[at].String()}
	}
	wanted := s.slot(o.slot)
	v := s.judgeSlot(o.student, *wanted, nil)
	if o.hold != nil {
		switch h := s.hold(*o.hold); {
		case h == nil || h.student != o.student:
			v.refused = append(v.refused, booking.NotFound)
		case h.slot != o.slot:
			v.refused = append(v.refused, booking.InvalidInput)
		case !s.live(*h):
			v.refused = append(v.refused, booking.HoldExpired)
		}
	}
	if len(v.refused) > 0 {
		return refuse(v.refused...)
	}
	booked := interview{
		id: id, student: o.student, slot: wanted.id, by: wanted.by, span: wanted.span,
		status: booking.Booked, waivers: v.waivers, exempt: v.again,
	}
	if !o.dry {
		booked.link = s.linkOf(booked)
		s.interviews = append(s.interviews, booked)
		if other := s.holdOf(o.student); other != nil {
			other.ended = true
		}
		s.endHoldsOn(wanted.id)
		wanted.status = booking.SlotBooked
	}
	return response{result: booked.String()}
}

// bookingOf returns the index of the student's booking of the slot, or -1.
func (s *school) bookingOf(student booking.StudentID, slot booking.SlotID) int {
	return slices.IndexFunc(s.interviews, func(i interview) bool {
		return i.student == student && i.slot == slot && i.status == booking.Booked
	})
}

type holdSlot struct {
	by      booking.Actor
	student booking.StudentID
	slot    booking.SlotID
	key     string
}

func (o holdSlot) do(ctx context.Context, on *app.App) (string, int64, error) {
	h, err := on.HoldSlot(as(ctx, o.by), reservation.HoldSlotInput{StudentID: o.student, SlotID: o.slot, IdempotencyKey: keyOf(o.key)})
	if err != nil {
		return "", 0, err
	}
	return formatAppHold(*h, h.EndedAt == nil), int64(h.ID), nil // may be the first response to a repeated request
}

func formatAppHold(h booking.Hold, live bool) string {
	return hold{h.ID, h.StudentID, h.SlotID, h.ExpiresAt, h.Extended, false, h.Waivers}.format(live)
}

func (h hold) format(live bool) string {
	return fmt.Sprintf("hold %d of student %d on slot %d until %s: live %t, extended %t, waivers %v",
		h.id, h.student, h.slot, h.expires.Format(time.RFC3339Nano), live, h.extended, sorted(h.waivers))
}

func (o holdSlot) expect(s *school, id int64) response {
	return s.once(o.by, o.key, fmt.Sprintf("hold %d %d", o.student, o.slot), false, func() response { return o.first(s, booking.HoldID(id)) })
}

func (o holdSlot) first(s *school, id booking.HoldID) response {
	if s.student(o.student) == nil || s.slot(o.slot) == nil {
		return refuse(booking.NotFound)
	}
	wanted := s.slot(o.slot)
	v := s.judgeSlot(o.student, *wanted, nil)
	current := s.holdOf(o.student)
	if current != nil && current.slot != o.slot {
		v.refused = append(v.refused, booking.AlreadyHolding)
	}
	if s.bookingOf(o.student, o.slot) >= 0 {
		v.refused = slices.DeleteFunc(v.refused, func(code booking.RefusalCode) bool { return code == booking.SlotTaken })
	}
	if len(v.refused) > 0 {
		return refuse(v.refused...)
	}
	expires := s.now.Add(time.Duration(s.policy.HoldSeconds) * time.Second)
	if current != nil {
		// A hold can be extended once. A request that does not make it longer is not an
		// extension.
		if !current.extended && expires.After(current.expires) {
			current.extended, current.expires = true, expires
		}
		return response{result: current.format(true)}
	}
	placed := hold{id: id, student: o.student, slot: o.slot, expires: expires, waivers: v.waivers}
	s.holds = append(s.holds, placed)
	return response{result: placed.format(true)}
}

type releaseHold struct{ hold booking.HoldID }

func (o releaseHold) do(ctx context.Context, on *app.App) (string, int64, error) {
	h, err := on.ReleaseHold(ctx, reservation.ReleaseHoldInput{HoldID: o.hold})
	if err != nil {
		return "", 0, err
	}
	return formatAppHold(*h, h.EndedAt == nil && on.Now().Before(h.ExpiresAt)), 0, nil
}

func (o releaseHold) expect(s *school, _ int64) response {
	h := s.hold(o.hold)
	if h == nil {
		return refuse(booking.NotFound)
	}
	h.ended = true
	return response{result: h.format(false)}
}
