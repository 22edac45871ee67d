package outbox_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/schooltest"
)

// people creates a student and an interviewer with mailboxes.
func (w *world) people() (student, interviewer string) {
	w.T.Helper()
	return w.Student(in{"name": "Sam", "email": "sam@student.test"}), w.Interviewer(in{"name": "Ann", "email": "ann@staff.test"})
}

// id returns the Message-ID.
func (l letter) id() string { return l.Header.Get("Message-Id") }

// sequence returns the text of the sequence of an invitation.
func (l letter) sequence(t *testing.T) string {
	t.Helper()
	return l.property(t, "SEQUENCE")
}

// A move is an update of the same event, with a higher sequence, and names the earlier time.
func TestMoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	student, interviewer := w.people()
	interview := w.Booked(student, w.Slot(interviewer, 24*hour))
	w.deliver()
	booked := w.Mailbox.one("sam@student.test")
	w.Mailbox.take()
	w.Accepted(w.ChangeInterview("rescheduleInterview", in{"interviewId": interview, "slotId": w.Slot(interviewer, 48*hour)}).Errors)
	w.deliver()
	for _, address := range []string{"sam@student.test", "ann@staff.test"} {
		moved := w.Mailbox.one(address)
		schooltest.Same(t, "the UID", moved.property(t, "UID"), booked.property(t, "UID"))
		schooltest.Same(t, "the sequences", []string{booked.sequence(t), moved.sequence(t)}, []string{"0", "1"})
		schooltest.Same(t, "the method", moved.Method, "REQUEST")
		if !strings.Contains(moved.Text, "When:   Wednesday, 3 June 2026, 08:00 to 09:00 (UTC)\nWas:    Tuesday, 2 June 2026, 08:00 (UTC)") {
			t.Errorf("the text is\n%s", moved.Text)
		}
	}
}

// Messages to the interviewer about an interview to come show what the student tells them. Those to
// the student do not, and a change of it leads to no message.
func TestIntake(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	student, ann := w.people()
	const words, quoted = "I know Go.\nWhen:  never", "Sam writes:\n> I know Go.\n> When:  never\n"
	booked := w.ChangeInterview("bookSlot", in{"studentId": student, "slotId": w.Slot(ann, 24*hour), "intake": words})
	w.Accepted(booked.Errors)
	wantQuoted := func() {
		t.Helper()
		for address, want := range map[string]bool{"sam@student.test": false, "ann@staff.test": true} {
			text := strings.ReplaceAll(w.Mailbox.one(address).Text, "\r\n", "\n")
			if strings.Contains(text, quoted) != want || strings.Contains(text, "Go.") != want {
				t.Errorf("the message to %s is\n%s", address, text)
			}
		}
		w.Mailbox.take()
	}
	w.deliver()
	wantQuoted()
	w.Accepted(w.ChangeInterview("updateInterviewIntake", in{"interviewId": booked.Interview.ID, "intake": "Nothing."}).Errors)
	w.Accepted(w.ChangeInterview("updateInterviewIntake", in{"interviewId": booked.Interview.ID, "intake": words}).Errors)
	w.deliver()
	schooltest.Same(t, "messages about a changed intake", len(w.Mailbox.take()), 0)
	w.Accepted(w.ChangeInterview("rescheduleInterview", in{"interviewId": booked.Interview.ID, "slotId": w.Slot(ann, 48*hour)}).Errors)
	w.deliver()
	wantQuoted()
}

// A move to another interviewer takes the event from the one and gives it to the other.
func TestMovedToAnotherInterviewer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	student, ann := w.people()
	bob := w.Interviewer(in{"name": "Bob", "email": "bob@staff.test"})
	interview := w.Booked(student, w.Slot(ann, 24*hour))
	w.deliver()
	w.Mailbox.take()
	w.Accepted(w.ChangeInterview("rescheduleInterview", in{"interviewId": interview, "slotId": w.Slot(bob, 48*hour)}).Errors)
	w.deliver()
	toStudent, toAnn, toBob := w.Mailbox.one("sam@student.test"), w.Mailbox.one("ann@staff.test"), w.Mailbox.one("bob@staff.test")
	schooltest.Same(t, "the methods", []string{toStudent.Method, toAnn.Method, toBob.Method}, []string{"REQUEST", "CANCEL", "REQUEST"})
	schooltest.Same(t, "the sequences", []string{toStudent.sequence(t), toAnn.sequence(t), toBob.sequence(t)}, []string{"1", "1", "1"})
	schooltest.Same(t, "the status for Ann", toAnn.property(t, "STATUS"), "CANCELLED")
	if at, err := toAnn.event(t).DateTimeStart(nil); err != nil || !at.Equal(schooltest.T0.Add(24*hour)) {
		t.Errorf("Ann's event starts at %s (%v), want the time that she had", at, err)
	}
	schooltest.Same(t, "the subject for Ann", toAnn.subject(t), "Cancelled: mock interview with Sam on Tuesday, 2 June 2026")
	schooltest.Same(t, "the subject for Sam", toStudent.subject(t), "Moved: mock interview with Bob on Wednesday, 3 June 2026")
	if strings.Contains(toAnn.Text, "Bob") {
		t.Errorf("the message to Ann names Sam's new interviewer:\n%s", toAnn.Text)
	}
}

// A cancellation takes back the invitation. A message that is no longer true is dropped.
func TestCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	student, interviewer := w.people()
	interview := w.Booked(student, w.Slot(interviewer, 24*hour))
	w.deliver()
	booked := w.Mailbox.one("ann@staff.test")
	w.Mailbox.take()
	w.Accepted(w.Cancel(interview).Errors)
	w.deliver()
	for _, address := range []string{"sam@student.test", "ann@staff.test"} {
		cancelled := w.Mailbox.one(address)
		schooltest.Same(t, "the method and the status", []string{cancelled.Method, cancelled.property(t, "STATUS")}, []string{"CANCEL", "CANCELLED"})
		schooltest.Same(t, "the UID", cancelled.property(t, "UID"), booked.property(t, "UID"))
		schooltest.Same(t, "the sequence", cancelled.sequence(t), "1")
		if !strings.Contains(cancelled.Text, "Reason: plans changed") {
			t.Errorf("the text is\n%s", cancelled.Text)
		}
	}

	second := w.Booked(student, w.NewSlot(48*hour))
	w.Accepted(w.Cancel(second).Errors) // before its messages are sent
	w.deliver()
	for _, l := range w.Mailbox.take() {
		schooltest.Same(t, "the method", l.Method, "CANCEL")
	}
	schooltest.Same(t, "the messages", w.statuses(), map[string]int{"SENT accepted": 6, "DROPPED it is no longer true": 2})
}

// Grades, no-shows and waivers have messages, too. A note that is not shared has none.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	student, interviewer := w.people()
	graded, missed := w.Booked(student, w.Slot(interviewer, 24*hour)), w.Booked(student, w.NewSlot(26*hour))
	w.deliver()
	w.Mailbox.take()
	w.SetClock(schooltest.T0.Add(27 * hour))

	w.Accepted(w.ChangeInterview("completeInterview", in{"interviewId": graded, "note": "for me"}).Errors)
	w.deliver()
	if got := w.Mailbox.take(); len(got) != 0 {
		t.Errorf("a note that is not shared leads to %d messages", len(got))
	}
	w.Accepted(w.Complete(graded, 0).Errors)
	w.deliver()
	grade := w.Mailbox.one("sam@student.test")
	if !strings.Contains(grade.Text, "Grade: 0 out of 5") || strings.Contains(grade.Text, "note") || grade.Calendar != nil {
		t.Errorf("the message about the grade is\n%s", grade.Raw)
	}
	w.Accepted(w.ChangeInterview("completeInterview", in{"interviewId": graded, "shareNote": true}).Errors)
	w.deliver()
	if text := w.Mailbox.one("sam@student.test").Text; !strings.Contains(text, "There is also a note for you") || strings.Contains(text, "for me") {
		t.Errorf("the message about the note is\n%s", text)
	}

	w.Accepted(w.ChangeInterview("markNoShow", in{"interviewId": missed, "party": "STUDENT"}).Errors)
	w.deliver()
	if text := w.Mailbox.one("sam@student.test").Text; !strings.Contains(text, "you missed this mock interview") {
		t.Errorf("the student reads\n%s", text)
	}
	if all := w.Mailbox.take(); len(all) != 1 || !strings.Contains(all[0].Text, "Sam missed this mock interview") {
		t.Errorf("the interviewer gets %v", all)
	}
	w.Accepted(w.ChangeInterview("undoNoShow", in{"interviewId": missed}).Errors)
	w.deliver()
	schooltest.Same(t, "the messages about the correction", len(w.Mailbox.take()), 2)

	var payload struct{ Errors []schooltest.Refusal }
	w.Mutate("grantWaiver", "", in{"studentId": student, "rule": "LIMIT", "reason": "hardship", "uses": 2}, &payload)
	w.Accepted(payload.Errors)
	w.deliver()
	waiver := w.Mailbox.one("sam@student.test")
	if !strings.Contains(waiver.Text, "more interviews than your limit allows.\n\nValid for:   2 bookings") || strings.Contains(waiver.Raw, "hardship") {
		t.Errorf("the message about the waiver is\n%s", waiver.Raw)
	}
}

// A webhook whose receiver fails until the server disables it leads to a message to the
// administrators.
func TestWebhookDisabled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	receiver := httptest.NewServer(http.HandlerFunc(func(to http.ResponseWriter, _ *http.Request) { to.WriteHeader(http.StatusInternalServerError) }))
	t.Cleanup(receiver.Close)
	var created struct {
		Webhook struct{ ID string }
		Errors  []schooltest.Refusal
	}
	w.Mutate("createWebhook", "webhook { id }", in{"url": receiver.URL, "kinds": []string{"STUDENT_CREATED"}}, &created)
	w.Accepted(created.Errors)
	w.Student(nil)
	hooks := w.App.NewDispatcher(slog.New(slog.NewTextHandler(w.Log, nil)), unmeasured{}, time.Minute)
	enabled := func() bool {
		var data struct{ Webhook struct{ Enabled bool } }
		w.Ask("query($id: ID!) { webhook(id: $id) { enabled } }", in{"id": created.Webhook.ID}).Into(&data)
		return data.Webhook.Enabled
	}
	for rounds := 0; enabled(); rounds++ {
		if rounds > 72 {
			t.Fatal("the webhook is still enabled")
		}
		w.deliver()
		schooltest.Same(t, "the messages while the webhook is enabled", len(w.Mailbox.take()), 0)
		if err := hooks.Round(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.later(6 * hour)
	}
	w.deliver()
	message := w.Mailbox.one("office@school.test")
	schooltest.Same(t, "the subject", message.subject(t), "Webhook "+created.Webhook.ID+" was disabled")
	w.Sound()
}

// unmeasured is a webhooks.Observer that ignores what it receives.
type unmeasured struct{}

func (unmeasured) Attempted(string, time.Duration) {}
func (unmeasured) WebhookDisabled()                {}
func (unmeasured) Queue(time.Duration, int)        {}

// Nobody gets a message about an event from before e-mail was on, about one that is older
// than a day, or about imported and invented interviews. Anonymised students get none.
func TestNoMail(t *testing.T) {
	t.Parallel()
	s := schooltest.New(t)
	before := s.Booked(s.Student(nil), s.NewSlot(24*hour))
	w := worldOn(s, newMailbox(t))
	w.deliver()

	var payload struct{ Errors []schooltest.Refusal }
	w.Student(in{"email": "ada@student.test"})
	w.Interviewer(in{"email": "bo@staff.test"})
	w.Mutate("importInterviews", "", in{"csv": "studentEmail,interviewerEmail,start,end,status\nada@student.test,bo@staff.test,2026-05-01T08:00:00Z,2026-05-01T09:00:00Z,CANCELLED\n"}, &payload)
	w.Accepted(payload.Errors)
	if _, err := w.DB.SQL(t).ExecContext(t.Context(), `INSERT INTO events (at, kind, actor_role, actor_id, request_id, changes, student_id, interviewer_id, interview_id)
		SELECT at, kind, 'SYSTEM', 0, '', changes, student_id, interviewer_id, interview_id FROM events WHERE interview_id = $1`, before); err != nil {
		t.Fatal(err)
	}
	w.deliver()
	schooltest.Same(t, "the messages", w.statuses(), map[string]int{})

	student := w.Student(in{"email": "sam@student.test"})
	w.Accepted(w.Cancel(w.Booked(student, w.NewSlot(48*hour))).Errors)
	w.Mutate("anonymiseStudent", "", in{"studentId": student}, &payload)
	w.Accepted(payload.Errors)
	w.deliver()
	for _, l := range w.Mailbox.take() {
		if strings.Contains(l.Raw, "sam@student.test") || strings.Contains(l.To, "anonymous") {
			t.Errorf("a message names an anonymised student:\n%s", l.Raw)
		}
	}
	w.Booked(w.Student(nil), w.NewSlot(72*hour))
	w.later(booking.MailWindow + time.Second)
	w.deliver()
	schooltest.Same(t, "the messages of an old event", len(w.Mailbox.take()), 0)
}
