package booking

import "time"

// Distinct id types: swapped arguments do not compile. All are positive.
type (
	StudentID      int64
	InterviewerID  int64
	AvailabilityID int64
	SlotID         int64
	InterviewID    int64
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
	ID        InterviewerID
	Name      string
	Email     string // lower case, unique among interviewers
	TimeZone  string // IANA name, for display
	Active    bool   // an inactive interviewer has no open slots in the future
	CreatedAt time.Time
}
