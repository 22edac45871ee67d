package interchange

import "rehearse/internal/booking"

// defaultZone is the zone of a person without one.
const defaultZone = "UTC"

// Students returns the format of the student table.
func Students() Format[booking.Student] {
	return Format[booking.Student]{
		columns: columnsOf(booking.StudentFields()),
		start: func() booking.Student {
			return booking.Student{StudentDetails: booking.StudentDetails{TimeZone: defaultZone}}
		},
		check: func(s *booking.Student, _ []string) (refused booking.Refused) {
			*s, refused = s.Normalise()
			return refused
		},
	}
}

// Interviewers returns the format of the interviewer table.
func Interviewers() Format[booking.Interviewer] {
	return Format[booking.Interviewer]{
		columns: columnsOf(booking.InterviewerFields()),
		start: func() booking.Interviewer {
			return booking.Interviewer{InterviewerDetails: booking.InterviewerDetails{TimeZone: defaultZone}, Active: true}
		},
		check: func(i *booking.Interviewer, _ []string) (refused booking.Refused) {
			*i, refused = i.Normalise()
			return refused
		},
	}
}

// columnsOf returns a column for each field of a person.
func columnsOf[P any](fields []booking.PersonField[P]) []column[P] {
	columns := make([]column[P], len(fields))
	for i, field := range fields {
		columns[i] = columnOf(field)
	}
	return columns
}

func columnOf[P any](field booking.PersonField[P]) column[P] {
	switch at := field.At.(type) {
	case func(*P) *string:
		if field.Required {
			return text(field.Name, at)
		}
		return optional(text(field.Name, at))
	case func(*P) **string:
		return maybeText(field.Name, at)
	case func(*P) **int:
		return maybeInt(field.Name, at)
	case func(*P) *[]string:
		return list(field.Name, at)
	default: // the last type of a field
		flag, _ := field.At.(func(*P) *bool)
		return boolean(field.Name, flag)
	}
}
