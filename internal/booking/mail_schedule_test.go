package booking_test

import (
	"fmt"
	"testing"
	"time"

	"rehearse/internal/booking"
)

func TestReminderSource(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 6, 3, 8, 0, 0, 0, time.UTC)
	booked := booking.Interview{ID: 7, Start: start, Status: booking.Booked}
	source := func(lead int) string { return fmt.Sprintf("reminder-7-%d-%d", start.Unix(), lead) }
	for _, test := range []struct {
		left time.Duration
		want string // empty if there is none
	}{
		{24*time.Hour + time.Second, ""}, {24 * time.Hour, source(86400)}, {22 * time.Hour, source(86400)},
		{12*time.Hour + 30*time.Minute, source(86400)}, {12*time.Hour + 30*time.Minute - time.Second, ""}, // the next one is nearer
		{time.Hour + time.Second, ""}, {time.Hour, source(3600)}, {time.Second, source(3600)}, {0, ""}, {-time.Hour, ""},
	} {
		t.Run(test.left.String(), func(t *testing.T) {
			t.Parallel()
			got, useful := booking.DefaultPolicy().ReminderSource(booked, start.Add(-test.left))
			if useful != (test.want != "") || useful && got != test.want {
				t.Errorf("ReminderSource() = %q, %t; want %q", got, useful, test.want)
			}
		})
	}
}

// The agenda is due at the hour on the clock, also on days on which the clocks change. If the
// hour is skipped, the agenda is due at the time to which the clocks skip. If the hour occurs
// twice, it is due the first time.
func TestAgendaOf(t *testing.T) {
	t.Parallel()
	at := func(month time.Month, day, hour, minute int) time.Time {
		return time.Date(2026, month, day, hour, minute, 0, 0, time.UTC)
	}
	for _, test := range []struct {
		zone        string
		hour        int
		now         time.Time
		from, until time.Time
	}{
		{"UTC", 7, at(6, 2, 7, 0), at(6, 2, 7, 0), at(6, 3, 7, 0)},
		{"UTC", 7, at(6, 2, 6, 59), at(6, 1, 7, 0), at(6, 2, 7, 0)},
		{"Europe/Berlin", 7, at(10, 24, 12, 0), at(10, 24, 5, 0), at(10, 25, 6, 0)}, // 25 hours
		{"Europe/Berlin", 7, at(3, 28, 12, 0), at(3, 28, 6, 0), at(3, 29, 5, 0)},    // 23 hours
		{"Europe/Berlin", 2, at(3, 29, 1, 0), at(3, 29, 1, 0), at(3, 30, 0, 0)},     // 02:00 is skipped
		{"Europe/Berlin", 2, at(10, 25, 0, 30), at(10, 25, 0, 0), at(10, 26, 1, 0)}, // 02:00 occurs twice
		{"Pacific/Auckland", 0, at(6, 1, 12, 0), at(6, 1, 12, 0), at(6, 2, 12, 0)},
	} {
		t.Run(fmt.Sprintf("%s at %d, %s", test.zone, test.hour, test.now), func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(test.zone)
			if err != nil {
				t.Fatal(err)
			}
			p := booking.DefaultPolicy()
			p.AgendaHour = test.hour
			got, sent := p.AgendaOf(zone, test.now)
			if !sent || !got.From.Equal(test.from) || !got.Until.Equal(test.until) {
				t.Errorf("AgendaOf() = %s to %s, %t; want %s to %s", got.From.UTC(), got.Until.UTC(), sent, test.from, test.until)
			}
		})
	}
	p := booking.DefaultPolicy()
	p.AgendaHour = booking.NoAgenda
	if got, sent := p.AgendaOf(time.UTC, at(6, 2, 7, 0)); sent {
		t.Errorf("AgendaOf() = %v without agendas in the policy", got)
	}
}

func TestFeedbackOverdue(t *testing.T) {
	t.Parallel()
	end := time.Date(2026, 6, 3, 9, 0, 0, 0, time.UTC)
	grade := 0
	interview := booking.Interview{End: end, Status: booking.Booked}
	completed, graded, missed, cancelled := interview, interview, interview, interview
	completed.Status, graded.Status, graded.Grade = booking.Completed, booking.Completed, &grade
	missed.Status, cancelled.Status = booking.StudentNoShow, booking.Cancelled
	never := booking.DefaultPolicy()
	never.FeedbackOverdueSeconds = 0
	for name, test := range map[string]struct {
		policy    booking.Policy
		interview booking.Interview
		after     time.Duration // the end
		want      bool
	}{
		"too early":             {booking.DefaultPolicy(), interview, 24*time.Hour - time.Second, false},
		"overdue":               {booking.DefaultPolicy(), interview, 24 * time.Hour, true},
		"completed, not graded": {booking.DefaultPolicy(), completed, 24 * time.Hour, true},
		"graded with 0":         {booking.DefaultPolicy(), graded, 24 * time.Hour, false},
		"a no-show":             {booking.DefaultPolicy(), missed, 24 * time.Hour, false},
		"cancelled":             {booking.DefaultPolicy(), cancelled, 24 * time.Hour, false},
		"never":                 {never, interview, 24 * time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.policy.FeedbackOverdue(test.interview, end.Add(test.after)); got != test.want {
				t.Errorf("FeedbackOverdue() = %t, want %t", got, test.want)
			}
		})
	}
}
