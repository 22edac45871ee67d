package booking

import (
	"fmt"
	"time"

	"rehearse/internal/calendar"
)

// Distinct id types turn swapped arguments into compile errors. All ids are
// positive.
type (
	StudentID      int64
	InterviewerID  int64
	AvailabilityID int64
	SlotID         int64
	InterviewID    int64
	BlockID        int64
	HoldID         int64
	WaiverID       int64
	EventID        int64
)

// Student is a person who takes mock interviews.
type Student struct {
	ID       StudentID
	Name     string
	Email    string // lower case, unique among students
	TimeZone string // IANA name, for display
	// LimitOverride replaces the policy's interview limit for this student; nil
	// applies the policy.
	LimitOverride *int
	CreatedAt     time.Time
	AnonymisedAt  time.Time // zero unless anonymised
	Revision
}

// MayBeWrittenAbout refuses to store new data about an anonymised student. field
// is the input field that the refusal names.
func (s Student) MayBeWrittenAbout(field string) Refused {
	if s.AnonymisedAt.IsZero() {
		return nil
	}
	return Refuse(WrongStatus, field, "The student is anonymised; nothing can be written about them.")
}

// Anonymise returns the student without personal data and without the right to
// book. It is refused while the student has upcoming interviews.
func (r Record) Anonymise(now time.Time) (Student, Refused) {
	if n := len(r.Upcoming(now)); n > 0 {
		return r.Student, Refuse(WrongStatus, "studentId", fmt.Sprintf(
			"The student has %d upcoming interviews; cancel them first.", n))
	}
	none := 0
	s := r.Student
	s.Name, s.Email = fmt.Sprintf("Student %d", s.ID), fmt.Sprintf("student-%d@anonymous.invalid", s.ID)
	s.TimeZone, s.LimitOverride = "UTC", &none
	if s.AnonymisedAt.IsZero() {
		s.AnonymisedAt = now
	}
	return s, nil
}

// InterviewLimit returns the number of interviews the student may use under p.
func (s Student) InterviewLimit(p Policy) int {
	if s.LimitOverride != nil {
		return *s.LimitOverride
	}
	return p.InterviewLimit
}

// Interviewer is a person who gives mock interviews and publishes availability.
type Interviewer struct {
	ID       InterviewerID
	Name     string
	Email    string // lower case, unique among interviewers
	TimeZone string // IANA name, for display
	Tags     []string
	// The maximum number of interviews per day and per week (from Monday) in the
	// interviewer's zone; nil for no cap. An interview counts on the day on which
	// it starts.
	MaxPerDay, MaxPerWeek *int
	// MeetingURL is where the interviewer's interviews take place; nil for none.
	MeetingURL *string

	// The profile that students see; nil fields are empty.
	Headline, Bio, PhotoURL *string
	Languages               []string // BCP 47, sorted

	Active    bool // an inactive interviewer has no future open slots
	CreatedAt time.Time
	Revision
}

// TagCount is a tag and the number of active interviewers with it.
type TagCount struct {
	Tag          string
	Interviewers int
}

// Block is time that an interviewer has removed from their calendar.
type Block struct {
	ID            BlockID
	InterviewerID InterviewerID
	Start, End    time.Time // UTC
	Reason        string
	CreatedAt     time.Time
}

// Span returns the interval of the block.
func (b Block) Span() calendar.Span { return calendar.Span{Start: b.Start, End: b.End} }

// Told returns the block as an event records it.
func (b Block) Told() any {
	return map[string]any{
		"id": jsonValue(b.ID), "start": jsonValue(b.Start), "end": jsonValue(b.End),
	}
}

// Spans returns the intervals of the blocks.
func Spans(blocks []Block) []calendar.Span {
	spans := make([]calendar.Span, len(blocks))
	for i, b := range blocks {
		spans[i] = b.Span()
	}
	return spans
}

// MayPublish refuses an inactive interviewer.
func (i Interviewer) MayPublish() Refused {
	if i.Active {
		return nil
	}
	return Refuse(WrongStatus, "interviewerId", "The interviewer is not active; only active interviewers can publish availability.")
}

// CheckChanges refuses changes requested by an inactive interviewer.
func (i Interviewer) CheckChanges() Refused {
	if i.Active {
		return nil
	}
	return RefuseRequest(WrongStatus, "You are not an active interviewer; you can read your data but not change it.")
}

// MaxBlock is the longest block. MaxBlockDates is the maximum number of dates on
// which a block is repeated.
const (
	MaxBlock      = MaxRange
	MaxBlockDates = 366
)

// CheckBlock reports an invalid reason or number of dates of a block.
func CheckBlock(reason string, dates int) Refused {
	refused := checkLength("reason", reason, 1, MaxReason)
	return append(refused, checkCount("dates", dates, 0, MaxBlockDates)...)
}
