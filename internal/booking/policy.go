package booking

import "time"

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
	Version           int // increases by one with every change
}

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
		Version:                 1,
	}
}

// MaxInterviewLimit is the largest interview limit, in the policy or of a student.
const MaxInterviewLimit = 1000

// MaxGradeWindow is the largest number of latest grades to check.
const MaxGradeWindow = 100

const monthSeconds = 30 * 24 * 60 * 60

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
	}
}

// Normalise puts the template into its normal form, and reports every number that is out of
// bounds and an invalid template.
func (p Policy) Normalise() (Policy, Refused) {
	var refused, bad Refused
	for _, n := range p.Numbers() {
		refused = append(refused, checkBounds(n.Field, n.Value, n.Min, n.Max)...)
	}
	p.MeetingURLTemplate, bad = normaliseMeetingURLTemplate("meetingUrlTemplate", p.MeetingURLTemplate, p.ShareMeetingRooms)
	return p, append(refused, bad...)
}

// policyFields are the fields that an event of the policy can contain.
var policyFields = []string{
	"interviewLimit", "minimumGradeExclusive", "gradeWindow", "holdSeconds", "minimumNoticeSeconds",
	"cancelCutoffSeconds", "rescheduleCutoffSeconds", "maxReschedules", "publishHorizonDays",
	"meetingUrlTemplate", "shareMeetingRooms", "version",
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
		Add("version", before.Version, p.Version)}
}
