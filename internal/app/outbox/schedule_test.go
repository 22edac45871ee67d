package outbox_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rehearse/internal/app/outbox"
	"rehearse/internal/booking"
	"rehearse/internal/schooltest"
)

const day = 24 * hour

// newScheduled returns a world whose schedule begins now, and the ids of a student and an
// interviewer with the addresses ada@student.test and ann@staff.test.
func newScheduled(t *testing.T, zone string) (w *world, student, interviewer string) {
	t.Helper()
	w = newWorld(t)
	w.schedule()
	student = w.Student(in{"name": "Ada", "email": "ada@student.test", "timeZone": "UTC"})
	interviewer = w.Interviewer(in{"name": "Ann", "email": "ann@staff.test", "timeZone": zone})
	return w, student, interviewer
}

// schedule runs the job, and sends what is due.
func (w *world) schedule() {
	w.T.Helper()
	if err := w.Store.ScheduleMail(w.T.Context(), w.App.Now()); err != nil {
		w.T.Fatal(err)
	}
	w.deliver()
}

// at sets the clock to a time after the start of the test, and runs the schedule.
func (w *world) at(after time.Duration) {
	w.T.Helper()
	w.SetClock(schooltest.T0.Add(after))
	w.schedule()
}

// got returns the recipients and subjects of the messages since the last call, sorted.
func (w *world) got() []string {
	w.T.Helper()
	list := []string{}
	for _, l := range w.Mailbox.take() {
		list = append(list, l.To+": "+l.subject(w.T))
	}
	slices.Sort(list)
	return list
}

// reminders returns the result of got for the two reminders of an interview on a date, one to
// the student and one to the interviewer.
func reminders(date string) []string {
	return []string{
		"ada@student.test: Reminder: mock interview with Ann on " + date, "ann@staff.test: Reminder: mock interview with Ada on " + date,
	}
}

var nothing = []string{}

// The school starts on Monday, 1 June 2026, at 08:00 UTC.
const wednesday, thursday = "Wednesday, 3 June 2026", "Thursday, 4 June 2026"

// onlyReminders turns off the other messages of the schedule.
func (w *world) onlyReminders() {
	w.T.Helper()
	w.policy(in{"agendaHour": nil, "feedbackOverdueSeconds": 0})
}

func (w *world) policy(set in) {
	w.T.Helper()
	var payload struct{ Errors []schooltest.Refusal }
	w.Mutate("updateBookingPolicy", "", set, &payload)
	w.Accepted(payload.Errors)
}

func TestReminders(t *testing.T) {
	t.Parallel()
	w, student, interviewer := newScheduled(t, "UTC")
	w.onlyReminders()
	w.Booked(student, w.Slot(interviewer, 2*day))
	w.schedule()
	w.Mailbox.take()
	for _, moment := range []struct {
		after time.Duration
		want  []string
	}{
		{day - time.Second, nothing}, {day, reminders(wednesday)}, {day, nothing}, {day + time.Minute, nothing},
		{2*day - hour - time.Second, nothing}, {2*day - hour, reminders(wednesday)}, {2*day - time.Minute, nothing}, {2 * day, nothing}, {2*day + hour, nothing},
	} {
		w.at(moment.after)
		schooltest.Same(t, fmt.Sprintf("the messages after %s", moment.after), w.got(), moment.want)
	}
	w.Sound()
}

func TestRemindersOfThePolicy(t *testing.T) {
	t.Parallel()
	w, student, interviewer := newScheduled(t, "UTC")
	w.onlyReminders()
	w.policy(in{"reminderLeadSeconds": []int{600}})
	w.Booked(student, w.Slot(interviewer, 2*day))
	w.schedule()
	w.Mailbox.take()
	w.at(2*day - hour)
	schooltest.Same(t, "the messages an hour before", w.got(), nothing)
	w.at(2*day - 10*time.Minute)
	schooltest.Same(t, "the messages ten minutes before", w.got(), reminders(wednesday))

	w.policy(in{"reminderLeadSeconds": []int{}})
	w.Booked(w.Student(in{"email": "bob@student.test"}), w.Slot(interviewer, 4*day))
	w.schedule()
	w.Mailbox.take()
	w.at(4*day - 10*time.Minute)
	schooltest.Same(t, "the messages without reminders in the policy", w.got(), nothing)
}

// A rescheduled interview has reminders before its new time, even if the first time had some.
func TestRemindersAfterAMove(t *testing.T) {
	t.Parallel()
	w, student, interviewer := newScheduled(t, "UTC")
	w.onlyReminders()
	w.policy(in{"rescheduleCutoffSeconds": 0})
	interview := w.Booked(student, w.Slot(interviewer, 2*day))
	w.at(day)
	w.Mailbox.take()
	var payload struct{ Errors []schooltest.Refusal }
	w.Mutate("rescheduleInterview", "", in{"interviewId": interview, "slotId": w.Slot(interviewer, 3*day)}, &payload)
	w.Accepted(payload.Errors)
	w.deliver()
	w.Mailbox.take()
	w.at(2*day - hour)
	schooltest.Same(t, "the messages before the old time", w.got(), nothing)
	w.at(2 * day)
	schooltest.Same(t, "the messages a day before the new time", w.got(), reminders(thursday))
	w.at(3*day - hour)
	schooltest.Same(t, "the messages an hour before the new time", w.got(), reminders(thursday))
}

// A cancelled interview has no reminders, even if it is cancelled after they were added.
func TestNoRemindersOfACancelledInterview(t *testing.T) {
	t.Parallel()
	w, student, interviewer := newScheduled(t, "UTC")
	w.onlyReminders()
	first, second := w.Booked(student, w.Slot(interviewer, 2*day)), w.Booked(w.Student(nil), w.Slot(interviewer, 2*day+hour))
	w.schedule()
	w.Cancel(first)
	w.deliver()
	w.Mailbox.take()
	w.SetClock(schooltest.T0.Add(day + hour))
	if err := w.Store.ScheduleMail(t.Context(), w.App.Now()); err != nil {
		t.Fatal(err)
	}
	w.Cancel(second)
	w.deliver()
	for _, message := range w.got() {
		if strings.Contains(message, "Reminder") {
			t.Errorf("a reminder was sent: %s", message)
		}
	}
	schooltest.Same(t, "the dropped messages", w.statuses()["DROPPED it is no longer true"], 2)
}

// Somebody who books at short notice has just had a message about it.
func TestNoRemindersOfAnInterviewBookedWithinTheHour(t *testing.T) {
	t.Parallel()
	w, student, interviewer := newScheduled(t, "UTC")
	w.onlyReminders()
	w.Booked(student, w.Slot(interviewer, hour/2))
	w.schedule()
	w.Mailbox.take()
	for _, after := range []time.Duration{time.Minute, hour / 4, hour/2 - time.Second, hour / 2} {
		w.at(after)
		schooltest.Same(t, fmt.Sprintf("the messages after %s", after), w.got(), nothing)
	}
}

// After the servers were down, people get what is still useful, once.
func TestRemindersAfterAnOutage(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		until time.Duration // of the outage, which begins at once
		want  []string      // the messages after it
		hour  []string      // the messages an hour before the start
	}{
		"two hours":                {day + 2*hour, reminders(wednesday), reminders(wednesday)},
		"until shortly before":     {2*day - hour - time.Minute, nothing, reminders(wednesday)},
		"until 30 minutes before":  {2*day - hour/2, reminders(wednesday), nothing},
		"until after the start":    {2*day + time.Minute, nothing, nothing},
		"until after both are due": {2*day - time.Minute, reminders(wednesday), nothing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, student, interviewer := newScheduled(t, "UTC")
			w.onlyReminders()
			w.Booked(student, w.Slot(interviewer, 2*day))
			w.schedule()
			w.Mailbox.take()
			w.at(test.until)
			schooltest.Same(t, "the messages after the outage", w.got(), test.want)
			if test.until < 2*day-hour {
				w.at(2*day - hour)
				schooltest.Same(t, "the messages an hour before the start", w.got(), test.hour)
			}
			w.at(2*day + hour)
			schooltest.Same(t, "the messages after the start", w.got(), nothing)
		})
	}
}

// Setting the clock back or forward repeats no message, and stops none.
func TestRemindersWhenTheClockIsMoved(t *testing.T) {
	t.Parallel()
	w, student, interviewer := newScheduled(t, "UTC")
	w.onlyReminders()
	w.Booked(student, w.Slot(interviewer, 2*day))
	w.schedule()
	w.Mailbox.take()
	w.at(day)
	schooltest.Same(t, "the messages a day before", w.got(), reminders(wednesday))
	for _, after := range []time.Duration{day - hour, day - time.Minute, day, day + hour, 365 * day, day - hour, day, day + time.Minute} {
		w.at(after)
		schooltest.Same(t, fmt.Sprintf("the messages when the clock is set to %s", after), w.got(), nothing)
	}
	w.at(2*day - hour)
	schooltest.Same(t, "the messages an hour before", w.got(), reminders(wednesday))
}

// Two servers that run the schedule at the same time send each message once.
func TestScheduleOnTwoServers(t *testing.T) {
	t.Parallel()
	w, student, interviewer := newScheduled(t, "UTC")
	other := worldOn(w.School, w.Mailbox)
	w.Booked(student, w.Slot(interviewer, 2*day))
	w.schedule()
	w.Mailbox.take()
	w.SetClock(schooltest.T0.Add(day))
	var both sync.WaitGroup
	for _, server := range []*world{w, other} {
		both.Go(func() {
			for range 3 {
				if err := server.Store.ScheduleMail(t.Context(), server.App.Now()); err != nil {
					t.Error(err)
				}
				if err := server.Round(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	both.Wait()
	w.deliver()
	schooltest.Same(t, "the messages", w.got(), reminders(wednesday))
}

// The agenda comes at the same hour on the clock of the interviewer, before and after the clocks
// change, and only if there are interviews.
func TestAgenda(t *testing.T) {
	t.Parallel()
	w, _, interviewer := newScheduled(t, "Europe/Berlin")
	w.policy(in{"reminderLeadSeconds": []int{}, "feedbackOverdueSeconds": 0})
	at := func(day, hour, minute int) time.Duration {
		return time.Date(2026, 10, day, hour, minute, 0, 0, time.UTC).Sub(schooltest.T0)
	}
	for n, start := range []time.Duration{at(24, 9, 0), at(25, 9, 0), at(25, 11, 0), at(27, 5, 0)} {
		w.Booked(w.Student(in{"name": fmt.Sprintf("Student %d", n+1)}), w.Slot(interviewer, start))
	}
	w.schedule()
	w.Mailbox.take()
	one := func(date string) []string {
		return []string{"ann@staff.test: Your agenda for " + date + ": 1 mock interview"}
	}
	for _, moment := range []struct {
		after time.Duration
		want  []string
	}{
		{at(24, 4, 59), nothing}, {at(24, 5, 0), one("Saturday, 24 October 2026")}, {at(24, 5, 1), nothing}, {at(24, 23, 0), nothing},
		{at(25, 5, 0), nothing}, // 06:00 in Berlin, where the clocks were set back at night
		{at(25, 6, 0), []string{"ann@staff.test: Your agenda for Sunday, 25 October 2026: 2 mock interviews"}}, {at(25, 12, 0), nothing},
		{at(26, 6, 0), one("Tuesday, 27 October 2026")}, // at 06:00, before the next agenda
		{at(27, 6, 0), nothing}, {at(28, 6, 0), nothing},
	} {
		w.at(moment.after)
		schooltest.Same(t, fmt.Sprintf("the messages at %s", schooltest.T0.Add(moment.after)), w.got(), moment.want)
	}
}

func TestAgendaContent(t *testing.T) {
	t.Parallel()
	w, student, interviewer := newScheduled(t, "Europe/Berlin")
	w.policy(in{"reminderLeadSeconds": []int{}, "meetingUrlTemplate": "https://meet.example.org/{interviewId}"})
	first := w.Booked(student, w.Slot(interviewer, day))
	w.Accepted(w.ChangeInterview("updateInterviewIntake", in{"interviewId": first, "intake": "I know Go.\nWhere: not here"}).Errors)
	second := w.Booked(w.Student(in{"name": "Bob"}), w.Slot(interviewer, day+2*hour))
	w.schedule()
	w.Mailbox.take()
	w.at(day - 3*hour) // 07:00 in Berlin
	agenda := w.Mailbox.one("ann@staff.test")
	for _, text := range []string{
		"Tuesday, 2 June 2026, 10:00 to 11:00 (Europe/Berlin, UTC+02:00)\nWith:  Ada\nWhere: https://meet.example.org/" + first +
			"\n> I know Go.\n> Where: not here\n",
		"Tuesday, 2 June 2026, 12:00 to 13:00 (Europe/Berlin, UTC+02:00)\nWith:  Bob\nWhere: https://meet.example.org/" + second,
	} {
		if !strings.Contains(strings.ReplaceAll(agenda.Text, "\r\n", "\n"), text) {
			t.Errorf("the agenda has no %q:\n%s", text, agenda.Text)
		}
	}
}

// A booking after the agenda leads to no second one, and after an outage the agenda contains
// what is left of the day.
func TestLateAgenda(t *testing.T) {
	t.Parallel()
	w, student, interviewer := newScheduled(t, "UTC")
	w.policy(in{"reminderLeadSeconds": []int{}})
	w.at(day) // the agenda of Tuesday was due an hour ago
	w.Booked(student, w.Slot(interviewer, day+5*hour))
	w.schedule()
	w.Mailbox.take()
	w.at(day + hour)
	schooltest.Same(t, "the messages after a booking for the same day", w.got(), nothing)

	w.Booked(w.Student(nil), w.Slot(interviewer, 2*day))
	w.Booked(w.Student(nil), w.Slot(interviewer, 2*day+4*hour))
	w.schedule()
	w.Mailbox.take()
	w.at(2*day + 2*hour)
	schooltest.Same(t, "the messages after an outage", w.got(), []string{"ann@staff.test: Your agenda for " + wednesday + ": 1 mock interview"})
}

func TestFeedback(t *testing.T) {
	t.Parallel()
	w, student, interviewer := newScheduled(t, "UTC")
	w.policy(in{"reminderLeadSeconds": []int{}, "agendaHour": nil})
	graded := w.Student(in{"name": "Bob"})
	w.Booked(student, w.Slot(interviewer, hour))
	second := w.Booked(graded, w.Slot(interviewer, 2*hour))
	w.schedule()
	w.SetClock(schooltest.T0.Add(4 * hour))
	w.Accepted(w.Complete(second, 4).Errors)
	w.deliver()
	w.Mailbox.take()
	w.at(day + 2*hour - time.Second)
	schooltest.Same(t, "the messages before it is overdue", w.got(), nothing)
	w.at(day + 2*hour)
	schooltest.Same(t, "the messages when it is overdue", w.got(), []string{"ann@staff.test: Please grade your mock interview with Ada"})
	for _, after := range []time.Duration{day + 3*hour, 2 * day, 40 * day} {
		w.at(after)
		schooltest.Same(t, fmt.Sprintf("the messages after %s", after), w.got(), nothing)
	}
}

// After a long outage, interviewers are not asked for everything that has become overdue.
func TestFeedbackAfterAnOutage(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		outage time.Duration // since the message was due
		want   []string
	}{
		"of almost a day":      {day - time.Second, []string{"ann@staff.test: Please grade your mock interview with Ada"}},
		"of more than one day": {day + time.Second, nothing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, student, interviewer := newScheduled(t, "UTC")
			w.policy(in{"reminderLeadSeconds": []int{}, "agendaHour": nil})
			w.Booked(student, w.Slot(interviewer, hour))
			w.schedule()
			w.Mailbox.take()
			w.at(day + 2*hour + test.outage)
			schooltest.Same(t, "the messages after the outage", w.got(), test.want)
		})
	}
}

// An interview that is graded after the message was added needs none.
func TestFeedbackThatCameInTime(t *testing.T) {
	t.Parallel()
	w, student, interviewer := newScheduled(t, "UTC")
	w.policy(in{"reminderLeadSeconds": []int{}, "agendaHour": nil})
	interview := w.Booked(student, w.Slot(interviewer, hour))
	w.schedule()
	w.Mailbox.take()
	w.SetClock(schooltest.T0.Add(day + 2*hour))
	if err := w.Store.ScheduleMail(t.Context(), w.App.Now()); err != nil {
		t.Fatal(err)
	}
	w.Accepted(w.Complete(interview, 4).Errors)
	w.deliver()
	schooltest.Same(t, "the dropped messages", w.statuses()["DROPPED it is no longer true"], 1)
}

// Nobody gets messages of a category that they have turned off, and each message of a category
// has the link that turns it off.
func TestPreferences(t *testing.T) {
	t.Parallel()
	s := schooltest.New(t)
	unsubscribe, err := s.App.UnsubscribeURLs(t.Context(), "https://rehearse.school.test")
	if err != nil {
		t.Fatal(err)
	}
	w := worldOn(s, newMailbox(t), func(o *outbox.Options) { o.Unsubscribe = unsubscribe })
	w.schedule()
	w.onlyReminders()
	student, interviewer := w.Student(in{"name": "Ada", "email": "ada@student.test"}), w.Interviewer(in{"name": "Ann", "email": "ann@staff.test"})
	w.Booked(student, w.Slot(interviewer, 2*day))
	w.schedule()
	message := w.Mailbox.one("ada@student.test")
	link := strings.Trim(message.Header.Get("List-Unsubscribe"), "<>")
	schooltest.Same(t, "List-Unsubscribe-Post", message.Header.Get("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click")
	token, is := strings.CutPrefix(link, "https://rehearse.school.test/unsubscribe/")
	if !is || !strings.Contains(message.Text, link) {
		t.Fatalf("the link is %q in\n%s", link, message.Text)
	}
	found, err := w.App.Subscription(t.Context(), token)
	schooltest.Same(t, "the category", found.Category, booking.NotifyBookings)
	schooltest.Same(t, "the error", err, error(nil))
	w.Mailbox.take()

	var payload struct{ Errors []schooltest.Refusal }
	w.Mutate("updateNotificationPreferences", "", in{"studentId": student, "reminders": false}, &payload)
	w.Accepted(payload.Errors)
	w.at(day)
	schooltest.Same(t, "the messages when the student wants no reminders", w.got(), reminders(wednesday)[1:])
	schooltest.Same(t, "the dropped messages", w.statuses()["DROPPED its recipient does not want it"], 1)
	w.Mutate("updateNotificationPreferences", "", in{"interviewerId": interviewer, "reminders": false}, &payload)
	w.Accepted(payload.Errors)
	w.Mutate("updateNotificationPreferences", "", in{"studentId": student, "reminders": true}, &payload)
	w.Accepted(payload.Errors)
	w.at(2*day - hour)
	schooltest.Same(t, "the messages when only the student wants reminders", w.got(), reminders(wednesday)[:1])
}
