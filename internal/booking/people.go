package booking

import (
	"fmt"
	"time"

	"rehearse/internal/calendar"
)

// Distinct id types: swapped arguments do not compile. All are positive.
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

// Student takes mock interviews.
type Student struct {
	ID       StudentID
	Name     string
	Email    string // lower case, unique among students
	TimeZone string // IANA name, for display
	// LimitOverride replaces the policy's interview limit for this student; nil
	// means the policy's limit holds.
	LimitOverride *int
	CreatedAt     time.Time
	AnonymisedAt  time.Time // zero: they have a name
	Revision
}

// MayBeWrittenAbout refuses what would store something new about a student whose
// personal data was removed; the field is the one to blame.
func (s Student) MayBeWrittenAbout(field string) Refused {
	if s.AnonymisedAt.IsZero() {
		return nil
	}
	return Refuse(WrongStatus, field, "The student is anonymised; nothing can be written about them.")
}

// Anonymise returns the student without a name, who can no longer book. It is
// refused while they have upcoming interviews.
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

// InterviewLimit is how many interviews the student may use under p.
func (s Student) InterviewLimit(p Policy) int {
	if s.LimitOverride != nil {
		return *s.LimitOverride
	}
	return p.InterviewLimit
}

// Interviewer gives mock interviews and publishes availability.
type Interviewer struct {
	ID       InterviewerID
	Name     string
	Email    string // lower case, unique among interviewers
	TimeZone string // IANA name, for display
	Tags     []string
	// How many interviews he gives at most on a day, and in a week from Monday, of
	// his zone; nil for no cap. An interview belongs to the day on which it starts.
	MaxPerDay, MaxPerWeek *int
	// MeetingURL is the room in which he gives his interviews; nil for none.
	MeetingURL *string

	// What students read of the interviewer; nil for nothing.
	Headline, Bio, PhotoURL *string
	Languages               []string // BCP 47, sorted

	Active    bool // an inactive interviewer has no open slots in the future
	CreatedAt time.Time
	Revision
}

// TagCount is a tag and how many active interviewers have it.
type TagCount struct {
	Tag          string
	Interviewers int
}

// Block is time that an interviewer has taken out of his calendar.
type Block struct {
	ID            BlockID
	InterviewerID InterviewerID
	Start, End    time.Time // UTC
	Reason        string
	CreatedAt     time.Time
}

// Span is the interval of the block.
func (b Block) Span() calendar.Span { return calendar.Span{Start: b.Start, End: b.End} }

// Told is the block as an event tells of it.
func (b Block) Told() any {
	return map[string]any{
		"id": jsonValue(b.ID), "start": jsonValue(b.Start), "end": jsonValue(b.End),
	}
}

// Spans are the intervals of blocks.
func Spans(blocks []Block) []calendar.Span {
	spans := make([]calendar.Span, len(blocks))
	for i, b := range blocks {
		spans[i] = b.Span()
	}
	return spans
}

// MayPublish refuses an interviewer who is not active.
func (i Interviewer) MayPublish() Refused {
	if i.Active {
		return nil
	}
	return Refuse(WrongStatus, "interviewerId", "The interviewer is not active; only active interviewers can publish availability.")
}

// CheckChanges refuses what an interviewer who is not active asks to change.
func (i Interviewer) CheckChanges() Refused {
	if i.Active {
		return nil
	}
	return Refuse(WrongStatus, "", "You are not an active interviewer; you can read your data but not change it.")
}

// MaxBlock is the longest range of blocked time, and MaxBlockDates how often it
// can be repeated.
const (
	MaxBlock      = MaxRange
	MaxBlockDates = 366
)

// CheckBlock reports what is wrong with the reason of blocked time, and with how
// many dates it has.
func CheckBlock(reason string, dates int) Refused {
	refused := checkLength("reason", reason, 1, MaxReason)
	return append(refused, checkCount("dates", dates, 0, MaxBlockDates)...)
}
