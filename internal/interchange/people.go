package interchange

import "rehearse/internal/booking"

// defaultZone is the zone of a person without one.
const defaultZone = "UTC"

// Students returns the format of the student table.
func Students() Format[booking.Student] {
	return Format[booking.Student]{
		columns: []column[booking.Student]{
			text("name", func(s *booking.Student) *string { return &s.Name }),
			text("email", func(s *booking.Student) *string { return &s.Email }),
			optional(text("timeZone", func(s *booking.Student) *string { return &s.TimeZone })),
			maybeInt("interviewLimit", func(s *booking.Student) **int { return &s.InterviewLimit }),
		},
		check: func(s *booking.Student, _ []string) (refused booking.Refused) {
			if s.TimeZone == "" {
				s.TimeZone = defaultZone
			}
			*s, refused = s.Normalise()
			return refused
		},
	}
}

// Interviewers returns the format of the interviewer table.
func Interviewers() Format[booking.Interviewer] {
	return Format[booking.Interviewer]{
		columns: []column[booking.Interviewer]{
			text("name", func(i *booking.Interviewer) *string { return &i.Name }),
			text("email", func(i *booking.Interviewer) *string { return &i.Email }),
			optional(text("timeZone", func(i *booking.Interviewer) *string { return &i.TimeZone })),
			boolean("active", func(i *booking.Interviewer) *bool { return &i.Active }),
			list("tags", func(i *booking.Interviewer) *[]string { return &i.Tags }),
			maybeInt("maxPerDay", func(i *booking.Interviewer) **int { return &i.MaxPerDay }),
			maybeInt("maxPerWeek", func(i *booking.Interviewer) **int { return &i.MaxPerWeek }),
			maybeText("meetingUrl", func(i *booking.Interviewer) **string { return &i.MeetingURL }),
			maybeText("headline", func(i *booking.Interviewer) **string { return &i.Headline }),
			maybeText("bio", func(i *booking.Interviewer) **string { return &i.Bio }),
			maybeText("photoUrl", func(i *booking.Interviewer) **string { return &i.PhotoURL }),
			list("languages", func(i *booking.Interviewer) *[]string { return &i.Languages }),
		},
		start: func() booking.Interviewer { return booking.Interviewer{Active: true} },
		check: func(i *booking.Interviewer, _ []string) (refused booking.Refused) {
			if i.TimeZone == "" {
				i.TimeZone = defaultZone
			}
			*i, refused = i.Normalise()
			return refused
		},
	}
}
