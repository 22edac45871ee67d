package booking

import (
	"fmt"
	"time"
)

// Student is a person who takes mock interviews.
type Student struct {
	ID StudentID
	StudentDetails
	CreatedAt    time.Time
	AnonymisedAt time.Time // zero unless anonymised
	Revision
}

// StudentDetails is what an admin enters about a student.
type StudentDetails struct {
	Name     string
	Email    string // lower case, unique among students
	TimeZone string // IANA name, for display
	// InterviewLimit replaces the policy's limit for this student; nil applies the
	// policy's.
	InterviewLimit *int
}

// studentFields are in the order of the columns of a file.
var studentFields = append(
	contact(
		func(s *Student) *string { return &s.Name },
		func(s *Student) *string { return &s.Email },
		func(s *Student) *string { return &s.TimeZone },
	),
	newField("interviewLimit", func(s *Student) **int { return &s.InterviewLimit }, optionalInt(0, MaxInterviewLimit)),
)

// StudentFields returns the fields of a student, in the order of the columns of a file.
func StudentFields() []PersonField[Student] { return studentFields }

// StudentChange changes the fields that are not nil.
type StudentChange struct {
	Name, Email, TimeZone *string
	InterviewLimit        Optional[int] // nil removes the student's own limit
}

// Apply returns the student after the change.
func (c StudentChange) Apply(to Student) Student {
	Assign(&to.Name, c.Name)
	Assign(&to.Email, c.Email)
	Assign(&to.TimeZone, c.TimeZone)
	to.InterviewLimit = c.InterviewLimit.Or(to.InterviewLimit)
	return to
}

// Normalise trims the texts, puts the e-mail address in lower case, makes the time
// zone's name canonical and reports invalid values.
func (s Student) Normalise() (Student, Refused) {
	refused := studentFields.normalise(&s)
	return s, refused
}

// studentChanges are the fields that an event of a student can contain.
var studentChanges = append(studentFields.names(), "anonymisedAt")

// Event returns the event of a change of the student.
func (s Student) Event(kind EventKind, before Student) Event {
	changes := studentFields.changes(before, s).Add("anonymisedAt", before.AnonymisedAt, s.AnonymisedAt)
	return Event{Kind: kind, StudentID: s.ID, Changes: changes}
}

// Differences refuses an imported student that differs from the existing one. An
// import does not change existing people.
func (s Student) Differences(imported Student) Refused { return studentFields.differences(s, imported) }

// CheckNotAnonymised refuses to store new data about an anonymised student. field
// is the input field that the refusal names.
func (s Student) CheckNotAnonymised(field string) Refused {
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
	s.StudentDetails = StudentDetails{
		Name: fmt.Sprintf("Student %d", s.ID), Email: fmt.Sprintf("student-%d@anonymous.invalid", s.ID),
		TimeZone: "UTC", InterviewLimit: &none,
	}
	if s.AnonymisedAt.IsZero() {
		s.AnonymisedAt = now
	}
	return s, nil
}

// LimitUnder returns the number of interviews the student may use under p.
func (s Student) LimitUnder(p Policy) int {
	if s.InterviewLimit != nil {
		return *s.InterviewLimit
	}
	return p.InterviewLimit
}
