package app_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/app/availability"
	"rehearse/internal/app/reservation"
	"rehearse/internal/app/roster"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/store"
)

// stressOperations are the operations of the stress test with their weights. Bookings and
// holds are the most frequent.
var stressOperations = []struct {
	name   string
	weight int
	do     func(*stressTest, *rand.Rand, *app.App) error
}{
	{"book", 8, func(s *stressTest, r *rand.Rand, on *app.App) error { return s.book(r, on, false) }},
	{"dry run", 6, func(s *stressTest, r *rand.Rand, on *app.App) error { return s.book(r, on, true) }},
	{"hold", 8, (*stressTest).hold},
	{"book with a hold", 4, (*stressTest).bookHeld},
	{"release", 2, (*stressTest).release},
	{"move", 12, (*stressTest).move},
	{"cancel", 3, (*stressTest).cancel},
	{"complete", 2, (*stressTest).complete},
	{"no-show", 3, (*stressTest).noShow},
	{"undo", 4, (*stressTest).undo},
	{"grant", 1, (*stressTest).grant},
	{"revoke", 1, (*stressTest).revoke},
	{"publish", 5, (*stressTest).publish},
	{"withdraw", 1, (*stressTest).withdraw},
	{"block", 1, (*stressTest).block},
	{"remove", 1, (*stressTest).remove},
	{"update interviewer", 2, (*stressTest).updateInterviewer},
	{"cap", 2, (*stressTest).setCap},
	{"update student", 2, (*stressTest).updateStudent},
	{"policy", 1, (*stressTest).policy},
	{"list", 2, (*stressTest).list},
}

func pick[T any](s *stressTest, random *rand.Rand, list *[]T) T {
	return recent(s, random, list, math.MaxInt)
}

// recent picks one of the last n elements, because most older ones are over. It returns
// the zero value, an id that does not exist, if the list is empty.
func recent[T any](s *stressTest, random *rand.Rand, list *[]T, n int) (picked T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := (*list)[max(0, len(*list)-n):]
	if len(last) == 0 {
		return picked
	}
	return last[random.IntN(len(last))]
}

func keep[T any](s *stressTest, list *[]T, some ...T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*list = append(*list, some...)
}

func (s *stressTest) pickSlot(random *rand.Rand) booking.SlotID {
	return recent(s, random, &s.slots, 36)
}

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

func (s *stressTest) book(random *rand.Rand, on *app.App, dry bool) error {
	i, err := on.Book(s.t.Context(), reservation.BookSlotInput{
		StudentID: pick(s, random, &s.students).ID, SlotID: s.pickSlot(random), IdempotencyKey: requestKey(random), DryRun: dry,
	})
	if err == nil && !dry {
		keep(s, &s.interviews, i.Interview.ID)
	}
	return err
}

func (s *stressTest) hold(random *rand.Rand, on *app.App) error {
	hold, err := on.HoldSlot(s.t.Context(), reservation.HoldSlotInput{
		StudentID: pick(s, random, &s.students).ID, SlotID: s.pickSlot(random), IdempotencyKey: requestKey(random),
	})
	if err == nil {
		keep(s, &s.holds, *hold)
	}
	return err
}

func (s *stressTest) pickHold(random *rand.Rand) booking.Hold { return recent(s, random, &s.holds, 5) }

func (s *stressTest) bookHeld(random *rand.Rand, on *app.App) error {
	hold := s.pickHold(random)
	i, err := on.Book(s.t.Context(), reservation.BookSlotInput{StudentID: hold.StudentID, SlotID: hold.SlotID, HoldID: &hold.ID})
	if err == nil {
		keep(s, &s.interviews, i.Interview.ID)
	}
	return err
}

func (s *stressTest) release(random *rand.Rand, on *app.App) error {
	_, err := on.ReleaseHold(s.t.Context(), reservation.ReleaseHoldInput{HoldID: s.pickHold(random).ID})
	return err
}

func (s *stressTest) move(random *rand.Rand, on *app.App) error {
	_, err := on.RescheduleInterview(s.t.Context(), reservation.RescheduleInterviewInput{
		InterviewID: recent(s, random, &s.interviews, 10), SlotID: s.pickSlot(random), IdempotencyKey: requestKey(random),
	})
	return err
}

func (s *stressTest) cancel(random *rand.Rand, on *app.App) error {
	_, err := on.CancelInterview(s.t.Context(), reservation.CancelInterviewInput{
		InterviewID: recent(s, random, &s.interviews, 30), Reason: "ill", IdempotencyKey: requestKey(random),
	})
	return err
}

func (s *stressTest) complete(random *rand.Rand, on *app.App) error {
	grade := booking.MaxGrade
	if random.IntN(8) == 0 {
		grade = booking.MinGrade
	}
	_, err := on.CompleteInterview(s.t.Context(), reservation.CompleteInterviewInput{InterviewID: s.pastInterview(random), Grade: &grade})
	return err
}

// pastInterview picks one of the initial past interviews.
func (s *stressTest) pastInterview(random *rand.Rand) booking.InterviewID {
	return pick(s, random, &s.past)
}

func (s *stressTest) noShow(random *rand.Rand, on *app.App) error {
	party := booking.PartyStudent
	if random.IntN(2) == 0 {
		party = booking.PartyInterviewer
	}
	id := s.pastInterview(random)
	_, err := on.MarkNoShow(s.t.Context(), reservation.MarkNoShowInput{InterviewID: id, Party: party})
	if err == nil {
		keep(s, &s.missed, id)
	}
	return err
}

func (s *stressTest) undo(random *rand.Rand, on *app.App) error {
	_, err := on.UndoNoShow(s.t.Context(), reservation.UndoNoShowInput{InterviewID: recent(s, random, &s.missed, 3)})
	return err
}

func (s *stressTest) grant(random *rand.Rand, on *app.App) error {
	rules := []booking.WaivableRule{booking.WaiveLimit, booking.WaiveGrades, booking.WaivePair}
	waiver, err := on.GrantWaiver(s.t.Context(), reservation.GrantWaiverInput{
		StudentID: pick(s, random, &s.students).ID, Rule: rules[random.IntN(len(rules))], Reason: "one more", Uses: 1,
	})
	if err == nil {
		keep(s, &s.waivers, waiver.ID)
	}
	return err
}

func (s *stressTest) revoke(random *rand.Rand, on *app.App) error {
	_, err := on.RevokeWaiver(s.t.Context(), reservation.RevokeWaiverInput{WaiverID: pick(s, random, &s.waivers)})
	return err
}

func (s *stressTest) publish(random *rand.Rand, on *app.App) error {
	start := t0.Add(time.Duration(1+random.IntN(16)) * 30 * time.Minute)
	published, err := on.AddAvailability(s.t.Context(), availability.AddAvailabilityInput{
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

func (s *stressTest) withdraw(random *rand.Rand, on *app.App) error {
	_, err := on.WithdrawSlot(s.t.Context(), availability.WithdrawSlotInput{SlotID: s.pickSlot(random), CancelBooked: random.IntN(2) == 0})
	return err
}

func (s *stressTest) block(random *rand.Rand, on *app.App) error {
	start := t0.Add(time.Duration(1+random.IntN(16)) * 30 * time.Minute)
	blocked, err := on.BlockTime(s.t.Context(), availability.BlockTimeInput{
		InterviewerID: pick(s, random, &s.interviewers).ID, Start: &start, End: ptr(start.Add(time.Hour)), Reason: "away",
		CancelBooked: random.IntN(2) == 0,
	})
	if err != nil {
		return err
	}
	_, err = on.UnblockTime(s.t.Context(), availability.UnblockTimeInput{BlockID: blocked.Blocks[0].ID})
	return err
}

func (s *stressTest) remove(random *rand.Rand, on *app.App) error {
	var published booking.AvailabilityID
	err := s.sql.QueryRowContext(s.t.Context(), "SELECT availability_id FROM slots WHERE id = $1", s.pickSlot(random)).Scan(&published)
	if err != nil {
		return err
	}
	_, err = on.RemoveAvailability(s.t.Context(), availability.RemoveAvailabilityInput{AvailabilityID: published, CancelBooked: random.IntN(2) == 0})
	return err
}

// updateInterviewer changes the email address each time: the column has a unique key, so
// the update takes the strongest row lock.
func (s *stressTest) updateInterviewer(random *rand.Rand, on *app.App) error {
	_, err := on.UpdateInterviewer(s.t.Context(), roster.UpdateInterviewerInput{
		InterviewerID: pick(s, random, &s.interviewers).ID, CancelBooked: random.IntN(2) == 0,
		InterviewerChange: booking.InterviewerChange{
			Active: ptr(random.IntN(5) > 0), Email: ptr(fmt.Sprintf("interviewer-%x@example.org", random.Uint64())),
		},
	})
	return err
}

func (s *stressTest) setCap(random *rand.Rand, on *app.App) error {
	var perDay *int
	if random.IntN(3) > 0 {
		perDay = ptr(1 + random.IntN(3))
	}
	_, err := on.UpdateInterviewer(s.t.Context(), roster.UpdateInterviewerInput{
		InterviewerID:     pick(s, random, &s.interviewers).ID,
		InterviewerChange: booking.InterviewerChange{MaxPerDay: booking.Set(perDay)},
	})
	return err
}

func (s *stressTest) updateStudent(random *rand.Rand, on *app.App) error {
	_, err := on.UpdateStudent(s.t.Context(), roster.UpdateStudentInput{
		StudentID:     pick(s, random, &s.students).ID,
		StudentChange: booking.StudentChange{Email: ptr(fmt.Sprintf("student-%x@example.org", random.Uint64()))},
	})
	return err
}

func (s *stressTest) policy(random *rand.Rand, on *app.App) error {
	_, err := on.UpdateBookingPolicy(s.t.Context(), roster.UpdateBookingPolicyInput{
		HoldSeconds: ptr(60 + random.IntN(60)), MaxReschedules: ptr(3 + random.IntN(3)),
	})
	return err
}

func (s *stressTest) list(random *rand.Rand, on *app.App) error {
	in := calendar.Span{Start: t0, End: t0.Add(24 * time.Hour)}
	_, err := on.AvailableSlots(s.t.Context(), pick(s, random, &s.students).ID, store.SlotSearch{In: in}, store.Page{First: 10})
	return err
}
