package app_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/store"
)

// stormKinds are the operations of the storm with their weights. Bookings and holds are
// the most frequent.
var stormKinds = []struct {
	name   string
	weight int
	do     func(*storm, *rand.Rand, *app.App) error
}{
	{"book", 8, func(s *storm, r *rand.Rand, on *app.App) error { return s.book(r, on, false) }},
	{"dry run", 6, func(s *storm, r *rand.Rand, on *app.App) error { return s.book(r, on, true) }},
	{"hold", 8, (*storm).hold},
	{"book with a hold", 4, (*storm).bookHeld},
	{"release", 2, (*storm).release},
	{"move", 12, (*storm).move},
	{"cancel", 3, (*storm).cancel},
	{"complete", 2, (*storm).complete},
	{"no-show", 3, (*storm).noShow},
	{"undo", 4, (*storm).undo},
	{"grant", 1, (*storm).grant},
	{"revoke", 1, (*storm).revoke},
	{"publish", 5, (*storm).publish},
	{"withdraw", 1, (*storm).withdraw},
	{"block", 1, (*storm).block},
	{"remove", 1, (*storm).remove},
	{"update interviewer", 2, (*storm).updateInterviewer},
	{"cap", 2, (*storm).setCap},
	{"update student", 2, (*storm).updateStudent},
	{"policy", 1, (*storm).policy},
	{"list", 2, (*storm).list},
}

func pick[T any](s *storm, random *rand.Rand, list *[]T) T {
	return recent(s, random, list, math.MaxInt)
}

// recent picks one of the last n elements, because most older ones are over. It returns
// the zero value, an id that does not exist, if the list is empty.
func recent[T any](s *storm, random *rand.Rand, list *[]T, n int) (picked T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := (*list)[max(0, len(*list)-n):]
	if len(last) == 0 {
		return picked
	}
	return last[random.IntN(len(last))]
}

func keep[T any](s *storm, list *[]T, some ...T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*list = append(*list, some...)
}

func (s *storm) pickSlot(random *rand.Rand) booking.SlotID { return recent(s, random, &s.slots, 36) }

// requestKey returns nil, a new key, or a key that other requests share, with the same
// input or another.
func requestKey(random *rand.Rand) *string {
	switch random.IntN(4) {
	case 0:
		return ptr(fmt.Sprintf("%x", random.Uint64()))
	case 1:
		return ptr(fmt.Sprintf("shared-%d", random.IntN(40)))
	}
	return nil
}

func (s *storm) book(random *rand.Rand, on *app.App, dry bool) error {
	i, err := on.Book(s.t.Context(), app.BookSlotInput{
		StudentID: pick(s, random, &s.students).ID, SlotID: s.pickSlot(random), IdempotencyKey: requestKey(random), DryRun: dry,
	})
	if err == nil && !dry {
		keep(s, &s.interviews, i.Interview.ID)
	}
	return err
}

func (s *storm) hold(random *rand.Rand, on *app.App) error {
	hold, err := on.HoldSlot(s.t.Context(), app.HoldSlotInput{
		StudentID: pick(s, random, &s.students).ID, SlotID: s.pickSlot(random), IdempotencyKey: requestKey(random),
	})
	if err == nil {
		keep(s, &s.holds, *hold)
	}
	return err
}

func (s *storm) pickHold(random *rand.Rand) booking.Hold { return recent(s, random, &s.holds, 5) }

func (s *storm) bookHeld(random *rand.Rand, on *app.App) error {
	hold := s.pickHold(random)
	i, err := on.Book(s.t.Context(), app.BookSlotInput{StudentID: hold.StudentID, SlotID: hold.SlotID, HoldID: &hold.ID})
	if err == nil {
		keep(s, &s.interviews, i.Interview.ID)
	}
	return err
}

func (s *storm) release(random *rand.Rand, on *app.App) error {
	_, err := on.ReleaseHold(s.t.Context(), app.ReleaseHoldInput{HoldID: s.pickHold(random).ID})
	return err
}

func (s *storm) move(random *rand.Rand, on *app.App) error {
	_, err := on.RescheduleInterview(s.t.Context(), app.RescheduleInterviewInput{
		InterviewID: recent(s, random, &s.interviews, 10), SlotID: s.pickSlot(random), IdempotencyKey: requestKey(random),
	})
	return err
}

func (s *storm) cancel(random *rand.Rand, on *app.App) error {
	_, err := on.CancelInterview(s.t.Context(), app.CancelInterviewInput{
		InterviewID: recent(s, random, &s.interviews, 30), Reason: "ill", IdempotencyKey: requestKey(random),
	})
	return err
}

func (s *storm) complete(random *rand.Rand, on *app.App) error {
	grade := booking.MaxGrade
	if random.IntN(8) == 0 {
		grade = booking.MinGrade
	}
	_, err := on.CompleteInterview(s.t.Context(), app.CompleteInterviewInput{InterviewID: s.pastInterview(random), Grade: &grade})
	return err
}

// pastInterview picks one of the initial past interviews.
func (s *storm) pastInterview(random *rand.Rand) booking.InterviewID { return pick(s, random, &s.past) }

func (s *storm) noShow(random *rand.Rand, on *app.App) error {
	party := booking.PartyStudent
	if random.IntN(2) == 0 {
		party = booking.PartyInterviewer
	}
	id := s.pastInterview(random)
	_, err := on.MarkNoShow(s.t.Context(), app.MarkNoShowInput{InterviewID: id, Party: party})
	if err == nil {
		keep(s, &s.missed, id)
	}
	return err
}

func (s *storm) undo(random *rand.Rand, on *app.App) error {
	_, err := on.UndoNoShow(s.t.Context(), app.UndoNoShowInput{InterviewID: recent(s, random, &s.missed, 3)})
	return err
}

func (s *storm) grant(random *rand.Rand, on *app.App) error {
	rules := []booking.WaivableRule{booking.WaiveLimit, booking.WaiveGrades, booking.WaivePair}
	waiver, err := on.GrantWaiver(s.t.Context(), app.GrantWaiverInput{
		StudentID: pick(s, random, &s.students).ID, Rule: rules[random.IntN(len(rules))], Reason: "one more", Uses: 1,
	})
	if err == nil {
		keep(s, &s.waivers, waiver.ID)
	}
	return err
}

func (s *storm) revoke(random *rand.Rand, on *app.App) error {
	_, err := on.RevokeWaiver(s.t.Context(), app.RevokeWaiverInput{WaiverID: pick(s, random, &s.waivers)})
	return err
}

func (s *storm) publish(random *rand.Rand, on *app.App) error {
	start := t0.Add(time.Duration(1+random.IntN(16)) * 30 * time.Minute)
	published, err := on.AddAvailability(s.t.Context(), app.AddAvailabilityInput{
		InterviewerID: pick(s, random, &s.interviewers).ID, Start: start, End: start.Add(3 * time.Hour), SlotMinutes: 60,
	})
	if err != nil {
		return err
	}
	for _, slot := range published.Slots {
		keep(s, &s.slots, slot.ID)
	}
	return nil
}

func (s *storm) withdraw(random *rand.Rand, on *app.App) error {
	_, err := on.WithdrawSlot(s.t.Context(), app.WithdrawSlotInput{SlotID: s.pickSlot(random), CancelBooked: random.IntN(2) == 0})
	return err
}

func (s *storm) block(random *rand.Rand, on *app.App) error {
	start := t0.Add(time.Duration(1+random.IntN(16)) * 30 * time.Minute)
	blocked, err := on.BlockTime(s.t.Context(), app.BlockTimeInput{
		InterviewerID: pick(s, random, &s.interviewers).ID, Start: &start, End: ptr(start.Add(time.Hour)), Reason: "away",
		CancelBooked: random.IntN(2) == 0,
	})
	if err != nil {
		return err
	}
	_, err = on.UnblockTime(s.t.Context(), app.UnblockTimeInput{BlockID: blocked.Blocks[0].ID})
	return err
}

func (s *storm) remove(random *rand.Rand, on *app.App) error {
	of, err := s.store.AvailabilityOf(s.t.Context(), s.pickSlot(random))
	if err != nil {
		return err
	}
	_, err = on.RemoveAvailability(s.t.Context(), app.RemoveAvailabilityInput{AvailabilityID: of.ID, CancelBooked: random.IntN(2) == 0})
	return err
}

// updateInterviewer changes the email address each time: the column has a unique key, so
// the update takes the strongest row lock.
func (s *storm) updateInterviewer(random *rand.Rand, on *app.App) error {
	_, err := on.UpdateInterviewer(s.t.Context(), app.UpdateInterviewerInput{
		InterviewerID: pick(s, random, &s.interviewers).ID, CancelBooked: random.IntN(2) == 0,
		InterviewerChange: booking.InterviewerChange{
			Active: ptr(random.IntN(5) > 0), Email: ptr(fmt.Sprintf("interviewer-%x@example.org", random.Uint64())),
		},
	})
	return err
}

func (s *storm) setCap(random *rand.Rand, on *app.App) error {
	var perDay *int
	if random.IntN(3) > 0 {
		perDay = ptr(1 + random.IntN(3))
	}
	_, err := on.UpdateInterviewer(s.t.Context(), app.UpdateInterviewerInput{
		InterviewerID:     pick(s, random, &s.interviewers).ID,
		InterviewerChange: booking.InterviewerChange{MaxPerDay: booking.Set(perDay)},
	})
	return err
}

func (s *storm) updateStudent(random *rand.Rand, on *app.App) error {
	_, err := on.UpdateStudent(s.t.Context(), app.UpdateStudentInput{
		StudentID:     pick(s, random, &s.students).ID,
		StudentChange: booking.StudentChange{Email: ptr(fmt.Sprintf("student-%x@example.org", random.Uint64()))},
	})
	return err
}

func (s *storm) policy(random *rand.Rand, on *app.App) error {
	_, err := on.UpdateBookingPolicy(s.t.Context(), app.UpdateBookingPolicyInput{
		HoldSeconds: ptr(60 + random.IntN(60)), MaxReschedules: ptr(3 + random.IntN(3)),
	})
	return err
}

func (s *storm) list(random *rand.Rand, on *app.App) error {
	in := calendar.Span{Start: t0, End: t0.Add(24 * time.Hour)}
	_, err := on.AvailableSlots(s.t.Context(), pick(s, random, &s.students).ID, store.SlotSearch{In: in}, store.Page{First: 10})
	return err
}
