package graph_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/mail"
	"rehearse/internal/schooltest"
	"rehearse/internal/store"
)

type preview struct {
	Sent                           bool
	Sender                         *string
	Recipient, Subject, Text, HTML string
	Invitation                     *string
}

func (s *school) preview(arguments string) (preview, answer) {
	s.T.Helper()
	var data struct{ MailPreview preview }
	a := s.Ask(`{ mailPreview(`+arguments+`) { sent sender recipient subject text html invitation } }`, nil)
	if len(a.Errors) == 0 {
		a.Into(&data)
	}
	return data.MailPreview, a
}

var previewKinds = []string{
	"BOOKED", "MOVED", "CANCELLED", "GRADED", "NO_SHOW", "NO_SHOW_UNDONE", "WAIVER", "REMINDER", "AGENDA", "FEEDBACK", "WEBHOOK_DISABLED", "SIGN_IN",
}

// Each kind has a preview, with invented data and about an interview.
func TestMailPreviews(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(in{"name": "Sam", "timeZone": "Europe/Berlin"})
	ann := s.Interviewer(in{"name": "Ann", "timeZone": "America/New_York", "meetingUrl": room("ann")})
	of := s.Booked(student, s.Slot(ann, day))
	same(t, "kinds", len(previewKinds), len(booking.MailKinds()))
	before := s.Rows()
	for _, kind := range previewKinds {
		t.Run(kind, func(t *testing.T) {
			s := s.For(t)
			invented, a := s.preview("kind: " + kind)
			same(t, "errors", a.Code(), "")
			if invented.Subject == "" || invented.Text == "" || !strings.Contains(invented.HTML, "<") {
				t.Errorf("the message is %+v", invented)
			}
			own, a := s.preview("kind: " + kind + ", interviewId: " + of)
			same(t, "errors", a.Code(), "")
			for _, name := range []string{"Sam Smith", "Ann Abbott"} {
				if strings.Contains(own.Text, name) {
					t.Errorf("the message about the interview names %s:\n%s", name, own.Text)
				}
			}
			want := "Sam"
			switch kind {
			case "AGENDA", "FEEDBACK":
				want = "Ann"
			case "WEBHOOK_DISABLED":
				want = ""
			}
			same(t, "recipient", own.Recipient, want)
		})
	}
	same(t, "rows", s.Rows(), before)

	booked, _ := s.preview("kind: BOOKED, interviewId: " + of)
	if !strings.Contains(booked.Text, "Ann") || !strings.Contains(booked.Text, "10:00 to 11:00 (Europe/Berlin, UTC+02:00)") || strings.Contains(booked.Text, room("ann")) {
		t.Errorf("the student's message is\n%s", booked.Text)
	}
	if booked.Invitation == nil || !strings.Contains(*booked.Invitation, "METHOD:REQUEST") {
		t.Errorf("the invitation is %v", booked.Invitation)
	}
	theirs, _ := s.preview("kind: BOOKED, to: INTERVIEWER, interviewId: " + of)
	if !strings.Contains(theirs.Text, "04:00 to 05:00 (America/New_York, UTC-04:00)") || !strings.Contains(theirs.Text, room("ann")) {
		t.Errorf("the interviewer's message is\n%s", theirs.Text)
	}
	reminder, _ := s.preview("kind: REMINDER")
	same(t, "invitation of a reminder", reminder.Invitation, (*string)(nil))
	same(t, "sent and sender without a mail server", []any{reminder.Sent, reminder.Sender}, []any{false, (*string)(nil)})
}

// A preview shows what the interview has, not what is invented.
func TestMailPreviewOfWhatHappened(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(nil), s.Interviewer(nil)
	graded := s.Live(student, day, 1)
	cancelled := s.Booked(s.Student(nil), s.Slot(ann, 3*day))
	s.Accepted(s.ChangeInterview("cancelInterview", in{"interviewId": cancelled, "reason": "A cold"}).Errors)
	for arguments, want := range map[string]string{
		"kind: GRADED, interviewId: " + graded:       "Grade: 1",
		"kind: CANCELLED, interviewId: " + cancelled: "A cold",
		"kind: CANCELLED, interviewId: " + graded:    "A timetable clash",
		"kind: GRADED, interviewId: " + cancelled:    "Grade: 4",
	} {
		message, a := s.preview(arguments)
		same(t, "errors", a.Code(), "")
		if !strings.Contains(message.Text, want) {
			t.Errorf("%s lacks %q:\n%s", arguments, want, message.Text)
		}
	}
}

func TestMailPreviewRefusals(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	of := s.Booked(student, s.NewSlot(day))
	for arguments, want := range map[string]string{
		"kind: GRADED, to: INTERVIEWER":       "BAD_USER_INPUT to is INTERVIEWER, who does not get these messages.",
		"kind: AGENDA, to: STUDENT":           "BAD_USER_INPUT to is STUDENT, who does not get these messages.",
		"kind: WEBHOOK_DISABLED, to: STUDENT": "BAD_USER_INPUT to is STUDENT, who does not get these messages.",
		"kind: BOOKED, interviewId: 987654":   "NOT_FOUND There is no such interview.",
	} {
		_, a := s.preview(arguments)
		same(t, arguments, a.Errors[0].Extensions.Code+" "+a.Errors[0].Message, want)
	}
	s.Cancel(of)
	var payload struct{ Errors []refused }
	s.Mutate("anonymiseStudent", "", in{"studentId": student}, &payload)
	s.Accepted(payload.Errors)
	_, a := s.preview("kind: CANCELLED, interviewId: " + of)
	same(t, "of an anonymised student", a.Errors[0].Message, "The student of the interview is anonymised and gets no messages.")
	_, a = s.preview("kind: CANCELLED, to: INTERVIEWER, interviewId: " + of)
	same(t, "to their interviewer", a.Code(), "")
}

// A preview has the texts, the sender and the address of the school. Its link to unsubscribe is not
// one that works.
func TestMailPreviewOfOwnTexts(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	own := `{{define "subject"}}Termin mit {{.Interview.With}}{{end}}Hallo {{.Name}}`
	if err := os.WriteFile(filepath.Join(folder, "booked.txt"), []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	templates, err := mail.LoadTemplates(folder)
	if err != nil {
		t.Fatal(err)
	}
	other := newSchool(t)
	s := &school{schooltest.NewOn(t, other.DB, store.Options{}, func(o *gqlhttp.Options) {
		o.App = app.NewWith(other.Store, func() time.Time { return t0 }, app.Options{Mail: app.MailOptions{
			Sent: true, From: mail.Address{Name: "Office", Address: "office@example.org"}, PublicURL: "https://school.example.org", Templates: &templates,
		}})
	})}
	of := s.Booked(s.Student(in{"name": "Sam"}), s.Slot(s.Interviewer(in{"name": "Ann"}), day))
	message, _ := s.preview("kind: BOOKED, interviewId: " + of)
	same(t, "subject", message.Subject, "Termin mit Ann")
	same(t, "sender", *message.Sender, "Office <office@example.org>")
	same(t, "sent", message.Sent, true)
	if !strings.HasPrefix(message.Text, "Hallo Sam") || !strings.Contains(message.Text, "https://school.example.org/unsubscribe/example") {
		t.Errorf("the text is\n%s", message.Text)
	}
}
