package app_test

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// drawSchool draws a small school that satisfies all constraints.
func drawSchool(t *rapid.T) school {
	s := school{policy: drawPolicy(t), soon: map[booking.StudentID]bool{}}
	for n := range rapid.IntRange(1, 3).Draw(t, "students") {
		s.students = append(s.students, booking.Student{
			ID: booking.StudentID(n + 1), CreatedAt: t0,
			StudentDetails: booking.StudentDetails{
				Name: "Student", Email: fmt.Sprintf("s%d@example.org", n), TimeZone: "UTC", InterviewLimit: drawOwnLimit(t),
			},
		})
	}
	for n := range rapid.IntRange(1, 6).Draw(t, "interviewers") {
		i := booking.Interviewer{
			ID: booking.InterviewerID(n + 1), Active: true, CreatedAt: t0,
			InterviewerDetails: booking.InterviewerDetails{
				Name: "Interviewer", Email: fmt.Sprintf("i%d@example.org", n), TimeZone: "UTC",
			},
		}
		if n == 0 && rapid.Bool().Draw(t, "is also a student") {
			i.Email = s.students[0].Email
		}
		s.interviewers = append(s.interviewers, i)
	}
	for n := range s.students {
		s.drawHistory(t, n)
		s.drawPlans(t, n)
	}
	for range rapid.IntRange(0, 12).Draw(t, "slots") {
		s.drawSlot(t)
	}
	for range rapid.IntRange(0, 8).Draw(t, "interviews") {
		s.drawInterview(t)
	}
	for _, student := range s.students {
		s.drawHold(t, student.ID)
		if rapid.IntRange(0, 3).Draw(t, "soon") == 0 {
			s.soon[student.ID] = true
		}
	}
	slices.SortFunc(s.slots, func(a, b booking.Slot) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID))
	})
	return s
}

func drawPolicy(t *rapid.T) booking.Policy {
	p := booking.DefaultPolicy()
	p.InterviewLimit = rapid.SampledFrom([]int{15, 15, 15, 3, 2, 0}).Draw(t, "limit")
	p.GradeWindow = rapid.IntRange(0, 3).Draw(t, "grade window")
	p.MinimumGradeExclusive = rapid.SampledFrom([]int{1, 1, -1, 0, 2, 4}).Draw(t, "minimum grade")
	p.MinimumNoticeSeconds = rapid.SampledFrom([]int{0, 1, 30 * 60, 2 * 60 * 60, 24 * 60 * 60}).Draw(t, "notice")
	return p
}

func drawOwnLimit(t *rapid.T) *int {
	if rapid.IntRange(0, 3).Draw(t, "own limit") > 0 {
		return nil
	}
	return ptr(rapid.IntRange(0, 4).Draw(t, "own limit"))
}

// drawOffset draws an offset from now: a limit of a time rule, exact or off by one
// resolution, or a multiple of half an hour.
func drawOffset(t *rapid.T, p booking.Policy, label string) time.Duration {
	notice := time.Duration(p.MinimumNoticeSeconds) * time.Second
	edges := []time.Duration{0, booking.Resolution, -booking.Resolution, notice, notice - booking.Resolution, notice + booking.Resolution}
	if rapid.IntRange(0, 3).Draw(t, label+" at an edge") == 0 {
		return rapid.SampledFrom(edges).Draw(t, label)
	}
	return time.Duration(rapid.IntRange(-12, 8).Draw(t, label)) * 30 * time.Minute
}

// drawHistory adds graded interviews of the last days for the student.
func (s *school) drawHistory(t *rapid.T, student int) {
	for n, grade := range rapid.SliceOfN(rapid.IntRange(0, 5), 0, 4).Draw(t, "history") {
		by := s.interviewers[(student+n+1)%len(s.interviewers)].ID
		if s.addSlot(by, t0.Add(-time.Duration(24*(n+1)+2*student)*time.Hour), time.Hour, booking.SlotOpen) {
			s.addInterview(s.students[student].ID, len(s.slots)-1, booking.Completed, &grade)
		}
	}
}

// drawPlans may add a future interview for the student, with slots of another interviewer
// directly before, during and directly after it.
func (s *school) drawPlans(t *rapid.T, student int) {
	if !rapid.Bool().Draw(t, "plans") {
		return
	}
	start := t0.Add(time.Duration(2+student) * time.Hour)
	by := rapid.SampledFrom(s.interviewers).Draw(t, "planned with").ID
	if s.addSlot(by, start, time.Hour, booking.SlotOpen) {
		s.addInterview(s.students[student].ID, len(s.slots)-1, booking.Booked, nil)
	}
	other := rapid.SampledFrom(s.interviewers).Draw(t, "neighbour").ID
	for hour := range 3 {
		s.addSlot(other, start.Add(time.Duration(hour-1)*time.Hour), time.Hour, booking.SlotOpen)
	}
}

func (s *school) drawSlot(t *rapid.T) {
	status := booking.SlotOpen
	if rapid.IntRange(0, 7).Draw(t, "withdrawn") == 0 {
		status = booking.SlotWithdrawn
	}
	s.addSlot(
		rapid.SampledFrom(s.interviewers).Draw(t, "interviewer").ID, t0.Add(drawOffset(t, s.policy, "start")),
		time.Duration(rapid.SampledFrom([]int{60, 30, 45}).Draw(t, "minutes"))*time.Minute, status)
}

// addSlot adds a slot unless it overlaps another slot of the same interviewer. Withdrawn
// slots may overlap others. It reports whether the slot was added.
func (s *school) addSlot(by booking.InterviewerID, start time.Time, length time.Duration, status booking.SlotStatus) bool {
	slot := booking.Slot{
		ID: booking.SlotID(len(s.slots) + 1), InterviewerID: by, Start: start, End: start.Add(length), Status: status,
	}
	for _, other := range s.slots {
		if slot.Status != booking.SlotWithdrawn && other.Status != booking.SlotWithdrawn &&
			other.InterviewerID == slot.InterviewerID && other.Span().Overlaps(slot.Span()) {
			return false
		}
	}
	s.slots = append(s.slots, slot)
	return true
}

// drawHold may add a live or expired hold of the student on an open slot.
func (s *school) drawHold(t *rapid.T, student booking.StudentID) {
	if len(s.slots) == 0 || !rapid.Bool().Draw(t, "holds") {
		return
	}
	slot := s.slots[rapid.IntRange(0, len(s.slots)-1).Draw(t, "held slot")]
	taken := slices.ContainsFunc(s.holds, func(h booking.Hold) bool { return h.SlotID == slot.ID })
	if taken || slot.Status != booking.SlotOpen {
		return
	}
	expires := rapid.SampledFrom([]time.Duration{time.Minute, booking.Resolution, 0, -time.Minute}).Draw(t, "expires")
	s.holds = append(s.holds, booking.Hold{
		StudentID: student, SlotID: slot.ID, PlacedAt: t0.Add(-time.Hour), ExpiresAt: t0.Add(expires),
	})
}

func (s *school) drawInterview(t *rapid.T) {
	if len(s.slots) == 0 {
		return
	}
	n := rapid.IntRange(0, len(s.slots)-1).Draw(t, "slot")
	statuses := []booking.InterviewStatus{booking.Booked, booking.Cancelled}
	if !s.slots[n].Start.After(t0) {
		statuses = []booking.InterviewStatus{
			booking.Completed, booking.Booked, booking.Cancelled, booking.StudentNoShow, booking.InterviewerNoShow,
		}
	}
	status := rapid.SampledFrom(statuses).Draw(t, "status")
	var grade *int
	if status == booking.Completed {
		grade = rapid.SampledFrom([]*int{nil, ptr(0), ptr(1), ptr(5)}).Draw(t, "grade")
	}
	s.addInterview(rapid.SampledFrom(s.students).Draw(t, "student").ID, n, status, grade)
}

// addInterview adds an interview on slot n unless it would violate a constraint.
func (s *school) addInterview(student booking.StudentID, n int, status booking.InterviewStatus, grade *int) {
	i := booking.NewInterview(student, s.slots[n], t0.AddDate(0, 0, -60))
	i.ID, i.Status, i.Grade = booking.InterviewID(len(s.interviews)+1), status, grade
	switch status {
	case booking.Completed:
		i.CompletedAt = ptr(t0)
	case booking.Cancelled:
		i.CancelledAt, i.CancelReason = ptr(t0), ptr("ill")
	case booking.StudentNoShow, booking.InterviewerNoShow:
		i.NoShowAt = ptr(t0)
	case booking.Booked:
	}
	if s.refusesRow(i, s.slots[n]) {
		return
	}
	if status != booking.Cancelled {
		s.slots[n].Status = booking.SlotBooked
	}
	s.interviews = append(s.interviews, i)
}

func (s *school) refusesRow(i booking.Interview, slot booking.Slot) bool {
	if i.Status == booking.Cancelled {
		return false
	}
	if slot.Status != booking.SlotOpen {
		return true
	}
	met, overlaps := s.inTheWay(booking.Student{ID: i.StudentID}, slot)
	return i.Status.TookOrTakesPlace() && (met || overlaps)
}

// save replaces the contents of the database with the school and fails the test if the
// consistency check finds a problem.
func (c *agreement) save() {
	ctx := c.world.t.Context()
	_, err := c.world.sql.ExecContext(ctx,
		`ALTER TABLE slot_history DISABLE TRIGGER USER; ALTER TABLE booking_policy_versions DISABLE TRIGGER USER;
		TRUNCATE students, interviewers, availabilities, exceptions, blocks, slots, interviews, holds, waivers, calendar_feeds, notification_preferences, slot_history, booking_policy_versions
		RESTART IDENTITY`)
	if err != nil {
		c.Fatalf("empty the database: %v", err)
	}
	write(c.world, func(tx *store.Tx) (store.Nothing, error) { return store.Nothing{}, c.rules.writePeople(ctx, tx) })
	// Insert in reverse, so that a list in insertion order fails the test.
	for _, slot := range slices.Backward(c.rules.slots) {
		if err := writeSlot(ctx, c.world.sql, slot); err != nil {
			c.Fatalf("write slot %d: %v", slot.ID, err)
		}
	}
	write(c.world, func(tx *store.Tx) (store.Nothing, error) { return store.Nothing{}, c.rules.writeInterviews(ctx, tx) })
	c.world.exec("INSERT INTO exceptions SELECT availability_id, starts_at, ends_at FROM slots WHERE status = 'WITHDRAWN' ON CONFLICT DO NOTHING")
	write(c.world, func(tx *store.Tx) (store.Nothing, error) {
		return store.Nothing{}, c.rules.writeHoldsAndWaivers(ctx, tx)
	})
	found, err := c.world.store.Check(ctx, t0)
	if err != nil || len(found) > 0 {
		c.Fatalf("Check() of the generated school = %v, %v; want no findings", found, err)
	}
}

func (s school) writePeople(ctx context.Context, tx *store.Tx) error {
	if err := tx.UpdatePolicy(ctx, s.policy, t0); err != nil {
		return err
	}
	for _, student := range s.students {
		if _, err := tx.CreateStudent(ctx, student); err != nil {
			return err
		}
	}
	for _, i := range s.interviewers {
		if _, err := tx.CreateInterviewer(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// writeSlot inserts a slot with its final status. Operations cannot create such slots,
// because a withdrawn slot may overlap another.
func writeSlot(ctx context.Context, db *sql.DB, slot booking.Slot) error {
	_, err := db.ExecContext(ctx, `
		WITH a AS (
			INSERT INTO availabilities (interviewer_id, starts_at, ends_at, slot_minutes, created_at)
			VALUES ($1, $2, $3, $4, $2)
			ON CONFLICT (interviewer_id, starts_at, ends_at, slot_minutes, gap_minutes) WHERE time_zone IS NULL AND removed_at IS NULL DO UPDATE SET slot_minutes = EXCLUDED.slot_minutes
			RETURNING id),
		history AS (INSERT INTO slot_history (slot_id, what, at) VALUES ($5, CASE $6 WHEN 'OPEN' THEN 'PUBLISHED' ELSE $6 END, $2))
		INSERT INTO slots (id, interviewer_id, availability_id, starts_at, ends_at, status)
		SELECT $5, $1, a.id, $2, $3, $6 FROM a`,
		slot.InterviewerID, slot.Start, slot.End, int(slot.Span().Length()/time.Minute), slot.ID, slot.Status)
	return err
}

// writeInterviews reserves the ids of drawSchool, so that the sequence continues after them
// for the dry runs.
func (s school) writeInterviews(ctx context.Context, tx *store.Tx) error {
	ids, err := tx.ReserveIDs(ctx, store.InterviewsTable, len(s.interviews))
	if err != nil {
		return err
	}
	for n, i := range s.interviews {
		if int64(i.ID) != ids[n] {
			return fmt.Errorf("interview %d got the id %d", i.ID, ids[n])
		}
	}
	return tx.LoadInterviews(ctx, s.interviews)
}

func (s school) writeHoldsAndWaivers(ctx context.Context, tx *store.Tx) error {
	for _, hold := range s.holds {
		if _, err := tx.PlaceHold(ctx, hold); err != nil {
			return err
		}
	}
	for student := range s.soon {
		waiver := booking.Waiver{StudentID: student, Rule: booking.WaiveNotice, Reason: "an exam", Uses: 1, GrantedAt: t0}
		if _, err := tx.GrantWaiver(ctx, waiver); err != nil {
			return err
		}
	}
	return nil
}
