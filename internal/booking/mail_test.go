package booking_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"rehearse/internal/booking"
)

func TestMailOfEvents(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 6, 2, 8, 0, 0, 0, time.UTC)
	was := booking.Interview{ID: 5, StudentID: 1, InterviewerID: 2, SlotID: 3, Start: start, End: start.Add(time.Hour), Status: booking.Booked}
	with := func(change func(*booking.Interview)) booking.Interview {
		now := was
		change(&now)
		return now
	}
	later := with(func(i *booking.Interview) { i.Start, i.End = start.Add(time.Hour), start.Add(2*time.Hour) })
	other := with(func(i *booking.Interview) { i.InterviewerID = 9 })
	grade, note := 3, "good"
	graded := with(func(i *booking.Interview) { i.Status, i.Grade = booking.Completed, &grade })
	noted := with(func(i *booking.Interview) { i.Note = &note })
	shared := with(func(i *booking.Interview) { i.Note, i.NoteShared = &note, true })
	both := func(kind booking.MailKind) []string {
		return []string{string(kind) + " STUDENT 1", string(kind) + " INTERVIEWER 2"}
	}
	for name, test := range map[string]struct {
		event booking.Event
		want  []string
	}{
		"booked":           {was.Event(booking.InterviewBooked, booking.Interview{}), both(booking.MailBooked)},
		"moved":            {later.Event(booking.InterviewRescheduled, was), both(booking.MailMoved)},
		"to another":       {other.Event(booking.InterviewRescheduled, was), []string{"moved STUDENT 1", "cancelled INTERVIEWER 2", "booked INTERVIEWER 9"}},
		"cancelled":        {was.Event(booking.InterviewCancelled, was), both(booking.MailCancelled)},
		"completed":        {was.Event(booking.InterviewCompleted, was), nil},
		"with a grade":     {graded.Event(booking.InterviewCompleted, was), []string{"graded STUDENT 1"}},
		"graded":           {graded.Event(booking.InterviewGraded, was), []string{"graded STUDENT 1"}},
		"a note":           {noted.Event(booking.InterviewGraded, was), nil},
		"a shared note":    {shared.Event(booking.InterviewGraded, was), []string{"graded STUDENT 1"}},
		"a no-show":        {was.Event(booking.NoShowMarked, was), both(booking.MailNoShow)},
		"its undoing":      {was.Event(booking.NoShowUndone, was), both(booking.MailNoShowUndone)},
		"imported":         {was.Event(booking.InterviewImported, booking.Interview{}), nil},
		"a waiver":         {booking.Event{Kind: booking.WaiverGranted, StudentID: 1}, []string{"waiver STUDENT 1"}},
		"a revoked waiver": {booking.Event{Kind: booking.WaiverRevoked, StudentID: 1}, nil},
		"a webhook":        {booking.Event{Kind: booking.WebhookDisabled, Actor: booking.Actor{Role: booking.RoleSystem}}, []string{"webhook-disabled ADMIN 0"}},
		"a hold":           {booking.Event{Kind: booking.HoldPlaced, StudentID: 1}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.event.ID = 77
			var got []string
			for _, m := range test.event.Mail() {
				got = append(got, fmt.Sprintf("%s %s %d", m.Kind, m.Recipient.Role, m.Recipient.ID))
				if m.Source != "event-77" || m.EventID != 77 || m.InterviewID != test.event.InterviewID {
					t.Errorf("the message is %+v", m)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if len(got) > 0 && !slices.Contains(booking.MailEvents(), test.event.Kind) {
				t.Errorf("MailEvents does not contain %s", test.event.Kind)
			}
			test.event.Actor.Role = booking.RoleSystem
			if n := len(test.event.Mail()); test.event.InterviewID != 0 && n > 0 {
				t.Errorf("an event of the program leads to %d messages", n)
			}
		})
	}
}

func TestMailIsTrue(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 6, 2, 8, 0, 0, 0, time.UTC)
	student, interviewer, former := booking.Actor{Role: booking.RoleStudent, ID: 1}, booking.Actor{Role: booking.RoleInterviewer, ID: 2}, booking.Actor{Role: booking.RoleInterviewer, ID: 1}
	for _, test := range []struct {
		kind   booking.MailKind
		to     booking.Actor
		status booking.InterviewStatus
		after  time.Duration // since the start
		want   bool
	}{
		{booking.MailBooked, student, booking.Booked, -time.Hour, true},
		{booking.MailBooked, interviewer, booking.Booked, 59 * time.Minute, true},
		{booking.MailBooked, student, booking.Booked, time.Hour, false},
		{booking.MailBooked, former, booking.Booked, -time.Hour, false},
		{booking.MailBooked, student, booking.Cancelled, -time.Hour, false},
		{booking.MailMoved, student, booking.Cancelled, -time.Hour, false},
		{booking.MailCancelled, student, booking.Cancelled, -time.Hour, true},
		{booking.MailCancelled, student, booking.Booked, -time.Hour, false},
		{booking.MailCancelled, former, booking.Booked, -time.Hour, true},
		{booking.MailGraded, student, booking.Completed, time.Hour, true},
		{booking.MailNoShow, student, booking.StudentNoShow, time.Hour, true},
		{booking.MailNoShow, student, booking.Booked, time.Hour, false},
		{booking.MailNoShowUndone, student, booking.Booked, time.Hour, true},
		{booking.MailNoShowUndone, student, booking.InterviewerNoShow, time.Hour, false},
		{booking.MailWaiver, student, booking.Booked, 0, false},
	} {
		t.Run(fmt.Sprint(test.kind, test.to, test.status, test.after), func(t *testing.T) {
			t.Parallel()
			i := booking.Interview{ID: 5, StudentID: 1, InterviewerID: 2, Start: start, End: start.Add(time.Hour), Status: test.status}
			m := booking.Mail{Kind: test.kind, Recipient: test.to}
			if got := m.IsTrueOf(i, booking.DefaultPolicy(), start.Add(test.after)); got != test.want {
				t.Errorf("got %t, want %t", got, test.want)
			}
		})
	}
}
