package booking

import (
	"fmt"
	"time"
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
