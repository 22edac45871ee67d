package store_test

import (
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// ruledSlot is a slot that at most one rule excludes.
type ruledSlot struct {
	name  string
	rule  booking.RefusalCode // empty if the slot can be booked
	by    booking.InterviewerID
	start time.Duration // after now

	status    booking.SlotStatus // default: OPEN
	heldBy    booking.StudentID
	heldUntil time.Duration // after now, if the slot is held
	fullUntil *time.Time
}

// The interviewers of ruledSlots.
const (
	metInterviewer     booking.InterviewerID = 1
	ownInterviewer     booking.InterviewerID = 2
	otherInterviewer   booking.InterviewerID = 3
	anotherInterviewer booking.InterviewerID = 4
)

func ruledSlots() []ruledSlot {
	after := func(d time.Duration) *time.Time { t := planned.Add(d); return &t }
	return []ruledSlot{
		{name: "free", start: 10 * time.Hour, by: otherInterviewer},
		{name: "booked", rule: booking.SlotTaken, by: otherInterviewer, start: 12 * time.Hour, status: booking.SlotBooked},
		{name: "withdrawn", rule: booking.SlotIsWithdrawn, by: otherInterviewer, start: 14 * time.Hour, status: booking.SlotWithdrawn},
		{name: "held", rule: booking.SlotHeld, by: otherInterviewer, start: 16 * time.Hour, heldBy: 2, heldUntil: booking.Resolution},
		{name: "hold expires now", by: otherInterviewer, start: 18 * time.Hour, heldBy: 2},
		{name: "starts now", rule: booking.SlotInPast, by: otherInterviewer},
		{name: "before the notice", rule: booking.TooSoon, by: otherInterviewer, start: 2*time.Hour - booking.Resolution},
		{name: "after the notice", by: anotherInterviewer, start: 2 * time.Hour},
		{name: "full by a hold", rule: booking.InterviewerFull, by: otherInterviewer, start: 20 * time.Hour, fullUntil: after(booking.Resolution)},
		{name: "full by bookings", rule: booking.InterviewerFull, by: otherInterviewer, start: 22 * time.Hour, fullUntil: &booking.Forever},
		{name: "full until now", by: otherInterviewer, start: 24 * time.Hour, fullUntil: after(0)},
		{name: "met", rule: booking.AlreadyInterviewed, by: metInterviewer, start: 10 * time.Hour},
		{name: "self", rule: booking.SelfInterview, by: ownInterviewer, start: 10 * time.Hour},
		{name: "overlap", rule: booking.OwnOverlap, by: otherInterviewer, start: 31*time.Hour - booking.Resolution},
		{name: "touches", by: otherInterviewer, start: 32 * time.Hour},
	}
}

// Each rule about slots excludes the same ones in Go, from the list and in the tally. Each
// rule of booking has a condition in SQL.
func TestRulesInSQL(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	s := database.Open(t, store.Options{})
	for _, statement := range []string{
		"INSERT INTO interviewers (id, name, email, time_zone, active, created_at) SELECT i, i, i || '@example.org', 'UTC', true, $1 FROM generate_series(1, 4) i",
		`INSERT INTO availabilities (id, interviewer_id, starts_at, ends_at, slot_minutes, created_at)
			SELECT i, i, $1, $1::timestamptz + interval '200 hours', 60, $1 FROM generate_series(1, 4) i`,
	} {
		if _, err := database.SQL(t).ExecContext(t.Context(), statement, planned); err != nil {
			t.Fatal(err)
		}
	}
	offer := booking.Offer{
		Student: 1, Eligibility: booking.Eligibility{Eligible: true}, Now: planned, Earliest: planned.Add(2 * time.Hour),
		Met: []booking.InterviewerID{metInterviewer}, Self: ownInterviewer,
		Busy: []calendar.Span{{Start: planned.Add(31 * time.Hour), End: planned.Add(32 * time.Hour)}},
	}
	tried := map[booking.RefusalCode]bool{}
	for _, test := range ruledSlots() {
		tried[test.rule] = true
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.compare(t, database, s, offer)
		})
	}
	for _, rule := range booking.StudentRules() {
		if !store.HasStudentRule(rule.Code) {
			t.Errorf("the rule %s has no condition in studentRules", rule.Code)
		}
	}
	for _, rule := range booking.SlotRules() {
		if !tried[rule.Code] {
			t.Errorf("the rule %s has no slot in this test", rule.Code)
		}
		if !store.HasSlotRule(rule.Code) {
			t.Errorf("the rule %s has no condition in slotRules", rule.Code)
		}
	}
}

// compare inserts the slot and compares how Go, the list and the tally judge it.
func (r ruledSlot) compare(t *testing.T, database pgtest.Database, s *store.Store, offer booking.Offer) {
	t.Helper()
	slot := r.insert(t, database, s)
	search := store.SlotSearch{In: slot.Span(), InterviewerIDs: []booking.InterviewerID{slot.InterviewerID}}
	refused := offer.Judge(slot)
	if allowed := len(refused) == 0; allowed != (r.rule == "") || !allowed && (len(refused) > 1 || refused[0].Code != r.rule) {
		t.Errorf("Judge() = %v, want %q", refused, r.rule)
	}
	listed, _, err := s.OpenSlots(t.Context(), search, offer, store.Page{First: 5})
	if isListed := len(listed) == 1; err != nil || isListed != (r.rule == "") {
		t.Errorf("OpenSlots() = %v, %v; the slot is excluded by the rule %q", listed, err, r.rule)
	}
	tally, err := s.TallySlots(t.Context(), search, offer)
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range booking.TalliedRules() {
		want := 0
		if rule.Code == r.rule {
			want = 1
		}
		if got := tally.Excluded[rule.Code]; got != want {
			t.Errorf("the tally counts %d slots under %s, want %d", got, rule.Code, want)
		}
	}
}

func (r ruledSlot) insert(t *testing.T, database pgtest.Database, s *store.Store) booking.Slot {
	t.Helper()
	var heldBy *booking.StudentID
	var heldUntil *time.Time
	if r.heldBy != 0 {
		until := planned.Add(r.heldUntil)
		heldBy, heldUntil = &r.heldBy, &until
	}
	status := r.status
	if status == "" {
		status = booking.SlotOpen
	}
	var id booking.SlotID
	err := database.SQL(t).QueryRowContext(t.Context(), `
		INSERT INTO slots (interviewer_id, availability_id, starts_at, ends_at, status, held_by, held_until, full_until)
		VALUES ($1, $1, $2, $3, $4, $5, $6, $7) RETURNING id`, r.by, planned.Add(r.start), planned.Add(r.start+time.Hour),
		status, heldBy, heldUntil, r.fullUntil).Scan(&id)
	if err != nil {
		t.Fatalf("insert the slot %s: %v", r.name, err)
	}
	slot, err := s.Slot(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return slot
}
