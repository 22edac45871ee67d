package booking

import (
	"fmt"
	"reflect"
	"slices"
	"time"
)

// Policy is the set of numbers and settings that the rules use. Durations are in seconds.
type Policy struct {
	InterviewLimit        int // interviews a student may use
	MinimumGradeExclusive int // every recent grade must be greater than this
	GradeWindow           int // number of latest grades to check
	HoldSeconds           int // lifetime of a hold
	MinimumNoticeSeconds  int // minimum time between booking and start
	CancelCutoffSeconds   int // minimum time before the start for a student to cancel
	// RescheduleCutoffSeconds is the minimum time before the start for a student
	// to move an interview. If it is less than CancelCutoffSeconds, a student can
	// move an interview past its cancel cutoff and then cancel it.
	RescheduleCutoffSeconds int
	MaxReschedules          int // maximum number of reschedules of an interview
	PublishHorizonDays      int // how far ahead weekly availability is published
	// MeetingURLTemplate makes the link of each interview; empty for none.
	MeetingURLTemplate string
	// ShareMeetingRooms allows students of different interviews to know the same meeting
	// room.
	ShareMeetingRooms bool
	// ReminderLeadSeconds are the times before the start at which reminders are sent, the
	// longest first; none if it is empty.
	ReminderLeadSeconds []int
	// AgendaHour is the hour of the day at which interviewers get their interviews of the
	// day, in their time zone, or NoAgenda.
	AgendaHour int
	// FeedbackOverdueSeconds is the time after the end of an interview at which its
	// interviewer is asked for the grade; 0 for never.
	FeedbackOverdueSeconds int
	Version                int // increases by one with every change
}

// NoAgenda is the AgendaHour of a school that sends no agenda.
const NoAgenda = -1

// AgendaAt returns the agenda's hour of the day, or nil if no agenda is sent.
func (p Policy) AgendaAt() *int {
	if p.AgendaHour == NoAgenda {
		return nil
	}
	return &p.AgendaHour
}

// Equal reports whether the policies are equal, including their versions.
func (p Policy) Equal(other Policy) bool { return reflect.DeepEqual(p, other) }

// AlignRescheduleCutoff returns the policy with the reschedule cutoff adjusted to a
// change of the cancel cutoff alone. Equal cutoffs stay equal. The reschedule
// cutoff never becomes the shorter one this way, because that would let students
// bypass the cancel cutoff; an administrator must set it explicitly.
func (p Policy) AlignRescheduleCutoff(before Policy) Policy {
	apart := before.RescheduleCutoffSeconds - before.CancelCutoffSeconds
	if apart == 0 || apart > 0 && p.RescheduleCutoffSeconds < p.CancelCutoffSeconds {
		p.RescheduleCutoffSeconds = p.CancelCutoffSeconds
	}
	return p
}

// Horizon returns the time until which weekly availability is published.
func (p Policy) Horizon(now time.Time) time.Time {
	return now.Add(time.Duration(p.PublishHorizonDays) * 24 * time.Hour)
}

// DefaultPolicy returns the policy of a new installation. The migrations insert the same
// values.
func DefaultPolicy() Policy {
	return Policy{
		InterviewLimit:          15,
		MinimumGradeExclusive:   1,
		GradeWindow:             2,
		HoldSeconds:             5 * 60,
		MinimumNoticeSeconds:    0,
		CancelCutoffSeconds:     24 * 60 * 60,
		RescheduleCutoffSeconds: 24 * 60 * 60,
		MaxReschedules:          3,
		PublishHorizonDays:      180,
		ReminderLeadSeconds:     []int{24 * 60 * 60, 60 * 60},
		AgendaHour:              7,
		FeedbackOverdueSeconds:  24 * 60 * 60,
		Version:                 1,
	}
}

// MaxInterviewLimit is the largest interview limit, in the policy or of a student.
const MaxInterviewLimit = 1000

// MaxGradeWindow is the largest number of latest grades to check.
const MaxGradeWindow = 100

const monthSeconds = 30 * 24 * 60 * 60

// Bounds of the reminders.
const (
	MaxReminders    = 5
	MinReminderLead = 5 * 60 // in seconds
	MaxReminderLead = monthSeconds
)

// PolicyNumber is a number of the policy and what is allowed for it.
type PolicyNumber struct {
	Field           string
	Value, Min, Max int
}

// Numbers returns the numbers of the policy, in the order of the schema.
func (p Policy) Numbers() []PolicyNumber {
	return []PolicyNumber{
		{"interviewLimit", p.InterviewLimit, 0, MaxInterviewLimit},
		{"minimumGradeExclusive", p.MinimumGradeExclusive, MinGrade - 1, MaxGrade - 1},
		{"gradeWindow", p.GradeWindow, 0, MaxGradeWindow},
		{"holdSeconds", p.HoldSeconds, 30, 60 * 60},
		{"minimumNoticeSeconds", p.MinimumNoticeSeconds, 0, monthSeconds},
		{"cancelCutoffSeconds", p.CancelCutoffSeconds, 0, monthSeconds},
		{"rescheduleCutoffSeconds", p.RescheduleCutoffSeconds, 0, monthSeconds},
		{"maxReschedules", p.MaxReschedules, 0, 100},
		{"publishHorizonDays", p.PublishHorizonDays, 1, 730},
		{"feedbackOverdueSeconds", p.FeedbackOverdueSeconds, 0, monthSeconds},
	}
}

// Normalise puts the template and the reminders into their normal form, and reports every
// number that is out of bounds, an invalid template and invalid reminders.
func (p Policy) Normalise() (Policy, Refused) {
	var refused, bad Refused
	for _, n := range p.Numbers() {
		refused = append(refused, checkBounds(n.Field, n.Value, n.Min, n.Max)...)
	}
	p.MeetingURLTemplate, bad = normaliseMeetingURLTemplate("meetingUrlTemplate", p.MeetingURLTemplate, p.ShareMeetingRooms)
	refused = append(refused, bad...)
	p.ReminderLeadSeconds, bad = normaliseReminders("reminderLeadSeconds", p.ReminderLeadSeconds)
	return p, append(refused, bad...)
}

// CheckAgendaHour refuses an hour that is not on the clock. nil, for no agenda, is allowed.
func CheckAgendaHour(hour *int) Refused {
	if hour == nil {
		return nil
	}
	return checkBounds("agendaHour", *hour, 0, 23)
}

// normaliseReminders sorts the leads, the longest first, and removes repeated ones.
func normaliseReminders(field string, leads []int) ([]int, Refused) {
	sorted := append(make([]int, 0, len(leads)), leads...)
	slices.SortFunc(sorted, func(a, b int) int { return b - a })
	sorted = slices.Compact(sorted)
	if refused := checkCount(field, len(sorted), MaxReminders); len(refused) > 0 {
		return sorted, refused
	}
	for _, lead := range sorted {
		if lead < MinReminderLead || lead > MaxReminderLead {
			return sorted, Invalid(field, between(AllowedInteger, MinReminderLead, MaxReminderLead), fmt.Sprintf(
				"%s contains %d; whole numbers from %d to %d are allowed.", field, lead, MinReminderLead, MaxReminderLead))
		}
	}
	return sorted, nil
}

// policyFields are the fields that an event of the policy can contain.
var policyFields = []string{
	"interviewLimit", "minimumGradeExclusive", "gradeWindow", "holdSeconds", "minimumNoticeSeconds",
	"cancelCutoffSeconds", "rescheduleCutoffSeconds", "maxReschedules", "publishHorizonDays",
	"meetingUrlTemplate", "shareMeetingRooms", "reminderLeadSeconds", "agendaHour", "feedbackOverdueSeconds", "version",
}

// Event returns the event of a change of the policy.
func (p Policy) Event(before Policy) Event {
	return Event{Kind: PolicyUpdated, Changes: Changes{}.
		Add("interviewLimit", before.InterviewLimit, p.InterviewLimit).
		Add("minimumGradeExclusive", before.MinimumGradeExclusive, p.MinimumGradeExclusive).
		Add("gradeWindow", before.GradeWindow, p.GradeWindow).
		Add("holdSeconds", before.HoldSeconds, p.HoldSeconds).
		Add("minimumNoticeSeconds", before.MinimumNoticeSeconds, p.MinimumNoticeSeconds).
		Add("cancelCutoffSeconds", before.CancelCutoffSeconds, p.CancelCutoffSeconds).
		Add("rescheduleCutoffSeconds", before.RescheduleCutoffSeconds, p.RescheduleCutoffSeconds).
		Add("maxReschedules", before.MaxReschedules, p.MaxReschedules).
		Add("publishHorizonDays", before.PublishHorizonDays, p.PublishHorizonDays).
		Add("meetingUrlTemplate", present(before.MeetingURLTemplate), present(p.MeetingURLTemplate)).
		Add("shareMeetingRooms", before.ShareMeetingRooms, p.ShareMeetingRooms).
		Add("reminderLeadSeconds", before.ReminderLeadSeconds, p.ReminderLeadSeconds).
		Add("agendaHour", before.AgendaAt(), p.AgendaAt()).
		Add("feedbackOverdueSeconds", before.FeedbackOverdueSeconds, p.FeedbackOverdueSeconds).
		Add("version", before.Version, p.Version)}
}
