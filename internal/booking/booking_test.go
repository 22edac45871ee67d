package booking_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

var now = time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)

// interview returns a completed one-hour interview with interviewer 1000+id,
// starting the given number of days from now.
func interview(id, day int, set ...func(*booking.Interview)) booking.Interview {
	start := now.AddDate(0, 0, day)
	i := booking.Interview{
		ID: booking.InterviewID(id), InterviewerID: booking.InterviewerID(1000 + id), SlotID: booking.SlotID(2000 + id),
		Start: start, End: start.Add(time.Hour), Status: booking.Completed, CompletedAt: &start,
	}
	for _, change := range set {
		change(&i)
	}
	return i
}

func graded(grade int) func(*booking.Interview) {
	return func(i *booking.Interview) { i.Grade = &grade }
}

func status(s booking.InterviewStatus) func(*booking.Interview) {
	return func(i *booking.Interview) { i.Status = s }
}

func record(history ...booking.Interview) booking.Record {
	r := booking.Record{Policy: booking.DefaultPolicy()}
	for _, i := range history {
		r.History = append(r.History, i.Commitment())
	}
	return r
}

func TestRecentGrades(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		history []booking.Interview
		window  int
		want    []int
	}{
		{"newest first", []booking.Interview{interview(1, -9, graded(5)), interview(2, -8, graded(4)), interview(3, -7, graded(3))}, 2, []int{3, 4}},
		{"in any order of the history", []booking.Interview{interview(3, -7, graded(3)), interview(1, -9, graded(5)), interview(2, -8, graded(4))}, 2, []int{3, 4}},
		{"equal starts, the greater id first", []booking.Interview{interview(1, -7, graded(1)), interview(2, -7, graded(2)), interview(3, -7, graded(3))}, 2, []int{3, 2}},
		{"no grade of a no-show", []booking.Interview{interview(1, -9, graded(5)), interview(2, -8, graded(0), status(booking.StudentNoShow))}, 2, []int{5}},
		{"a window of 0", []booking.Interview{interview(1, -9, graded(0))}, 0, []int{}},
		{"a window of 3", []booking.Interview{interview(1, -9, graded(1)), interview(2, -8, graded(2)), interview(3, -7, graded(3)), interview(4, -6, graded(4))}, 3, []int{4, 3, 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := record(test.history...)
			r.Policy.GradeWindow = test.window
			if diff := cmp.Diff(test.want, r.Eligibility(time.Time{}).RecentGrades); diff != "" {
				t.Errorf("grades (-want +got):\n%s", diff)
			}
		})
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	slot := booking.Slot{ID: 1, InterviewerID: 1, Start: now.Add(time.Hour), End: now.Add(2 * time.Hour), Status: booking.SlotOpen}
	with := func(set func(*booking.Slot)) booking.Slot {
		s := slot
		set(&s)
		return s
	}
	busy := func(from, to time.Duration, s booking.InterviewStatus) booking.Interview {
		i := interview(9, 0, status(s))
		i.Start, i.End = now.Add(from), now.Add(to)
		return i
	}
	for _, test := range []struct {
		name   string
		slot   booking.Slot
		record booking.Record
		want   []booking.RefusalCode
	}{
		{"an open slot", slot, record(), nil},
		{"a booked slot", with(func(s *booking.Slot) { s.Status = booking.SlotBooked }), record(), []booking.RefusalCode{booking.SlotTaken}},
		{"a withdrawn slot", with(func(s *booking.Slot) { s.Status = booking.SlotWithdrawn }), record(), []booking.RefusalCode{booking.SlotIsWithdrawn}},
		{"starts now", with(func(s *booking.Slot) { s.Start = now }), record(), []booking.RefusalCode{booking.SlotInPast}},
		{"starts one microsecond from now", with(func(s *booking.Slot) { s.Start = now.Add(booking.Resolution) }), record(), nil},
		{"starts when another interview ends", slot, record(busy(0, time.Hour, booking.Booked)), nil},
		{"overlaps a booked interview", slot, record(busy(0, time.Hour+time.Second, booking.Booked)), []booking.RefusalCode{booking.OwnOverlap}},
		{"overlaps a completed interview", slot, record(busy(0, 90*time.Minute, booking.Completed)), []booking.RefusalCode{booking.OwnOverlap}},
		{"overlaps a no-show", slot, record(busy(0, 90*time.Minute, booking.StudentNoShow)), nil},
		{"the student is the interviewer", slot, booking.Record{Policy: booking.DefaultPolicy(), Self: 1}, []booking.RefusalCode{booking.SelfInterview}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := codesOf(test.record.Offer(now).Judge(test.slot)); !slices.Equal(got, test.want) {
				t.Errorf("refusals = %v, want %v", got, test.want)
			}
		})
	}
}

// TestInterviewStatuses tests, for each status, whether the interview counts towards the
// limit and the pair, and whether it can be completed and cancelled.
func TestInterviewStatuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status        booking.InterviewStatus
		counts        bool // towards the limit
		meets         bool // the interviewer
		canComplete   bool
		cancelRefusal []booking.RefusalCode
	}{
		{booking.Booked, true, true, true, nil},
		{booking.Completed, true, true, true, []booking.RefusalCode{booking.WrongStatus}},
		{booking.Cancelled, false, false, false, nil},
		{booking.StudentNoShow, true, false, false, []booking.RefusalCode{booking.WrongStatus}},
		{booking.InterviewerNoShow, false, false, false, []booking.RefusalCode{booking.WrongStatus}},
	} {
		t.Run(string(test.status), func(t *testing.T) {
			t.Parallel()
			i := interview(1, -1, status(test.status))
			if got := i.Status.CountsAgainstLimit(); got != test.counts {
				t.Errorf("CountsAgainstLimit() = %t, want %t", got, test.counts)
			}
			if got := i.Status.TookOrTakesPlace(); got != test.meets {
				t.Errorf("TookOrTakesPlace() = %t, want %t", got, test.meets)
			}
			if _, refused := i.Complete(booking.Completion{}, now); (len(refused) == 0) != test.canComplete {
				t.Errorf("Complete refuses with %v, want success: %t", refused, test.canComplete)
			}
			_, refused := i.Cancel("ill", booking.Actor{Role: booking.RoleAdmin}, booking.DefaultPolicy(), now)
			if got := codesOf(refused); !slices.Equal(got, test.cancelRefusal) {
				t.Errorf("Cancel refuses with %v, want %v", got, test.cancelRefusal)
			}
		})
	}
}

func TestPlanWindows(t *testing.T) {
	t.Parallel()
	at := now.Add(24 * time.Hour)
	hours := func(from, to int) calendar.Span {
		return calendar.Span{Start: at.Add(time.Duration(from) * time.Hour), End: at.Add(time.Duration(to) * time.Hour)}
	}
	slot := func(id int, s calendar.Span) booking.Slot {
		return booking.Slot{ID: booking.SlotID(id), Start: s.Start, End: s.End, Status: booking.SlotOpen}
	}
	window := booking.Availability{Start: at, End: at.Add(3*time.Hour + 10*time.Minute), SlotMinutes: 60}
	half := calendar.Span{Start: at.Add(30 * time.Minute), End: at.Add(90 * time.Minute)}
	plan := booking.PlanWindows(window, []calendar.Span{window.Window()},
		booking.Calendar{Standing: []booking.Slot{slot(1, half), slot(2, hours(2, 3)), slot(3, hours(3, 4))}}, now)
	want := booking.Plan{
		Standing: []booking.Slot{slot(2, hours(2, 3))},
		Skipped: []booking.SkippedSlot{
			{Start: hours(0, 1).Start, End: hours(0, 1).End, Reason: booking.SkipOverlap, Overlaps: []booking.Slot{slot(1, half)}},
			{Start: hours(1, 2).Start, End: hours(1, 2).End, Reason: booking.SkipOverlap, Overlaps: []booking.Slot{slot(1, half)}},
			{Start: hours(2, 3).Start, End: hours(2, 3).End, Reason: booking.SkipDuplicate},
		},
		Conflicting: []booking.Slot{slot(1, half)},
		Unused:      10 * time.Minute,
	}
	if diff := cmp.Diff(want, plan); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
}

func TestErrOfRefusals(t *testing.T) {
	t.Parallel()
	if err := (booking.Refused{}).Err(); err != nil {
		t.Errorf("Err() without refusals = %v, want nil", err)
	}
	err := booking.Refuse(booking.NotFound, "slotId", "there is no slot 7").Err()
	if err == nil || err.Error() != "NOT_FOUND: there is no slot 7" {
		t.Errorf("Err() = %v, want its code and message", err)
	}
}
