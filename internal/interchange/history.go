package interchange

import (
	"strings"
	"time"

	"rehearse/internal/booking"
)

// Interview is an interview that was booked elsewhere. The ids of the embedded
// booking.Interview are not set.
type Interview struct {
	Student, Interviewer string // e-mail addresses
	booking.Interview
	BookedAt *time.Time // nil if missing
}

var statuses = []booking.InterviewStatus{
	booking.Booked, booking.Completed, booking.Cancelled, booking.StudentNoShow, booking.InterviewerNoShow,
}

// Interviews returns the format of the interview table. Times without an offset
// are in zone.
func Interviews(zone *time.Location) Format[Interview] {
	return Format[Interview]{columns: []column[Interview]{
		email("studentEmail", func(i *Interview) *string { return &i.Student }),
		email("interviewerEmail", func(i *Interview) *string { return &i.Interviewer }),
		instant("start", zone, func(i *Interview) *time.Time { return &i.Start }),
		instant("end", zone, func(i *Interview) *time.Time { return &i.End }),
		{
			name:  "status",
			read:  readStatus,
			write: func(i Interview) string { return string(i.Status) },
		},
		maybeInt("grade", func(i *Interview) **int { return &i.Grade }),
		words("note", func(i *Interview) **string { return &i.Note }),
		maybeInstant("bookedAt", zone, func(i *Interview) **time.Time { return &i.BookedAt }),
		maybeInstant("completedAt", zone, func(i *Interview) **time.Time { return &i.CompletedAt }),
		maybeInstant("cancelledAt", zone, func(i *Interview) **time.Time { return &i.CancelledAt }),
		words("cancelReason", func(i *Interview) **string { return &i.CancelReason }),
		maybeText("meetingUrl", func(i *Interview) **string { return &i.MeetingURL }),
		words("intake", func(i *Interview) **string { return &i.Intake }),
	}}
}

func readStatus(text string, i *Interview) booking.Refused {
	var names []string
	for _, status := range statuses {
		if text == string(status) {
			i.Status = status
			return nil
		}
		names = append(names, string(status))
	}
	return wrong("status", text, "one of "+strings.Join(names, ", "))
}

// words returns an optional column of prose, which is not trimmed.
func words(name string, field func(*Interview) **string) column[Interview] {
	return column[Interview]{
		name: name, optional: true, raw: true,
		read: func(text string, i *Interview) booking.Refused {
			if text != "" {
				*field(i) = &text
			}
			return nil
		},
		write: func(i Interview) string {
			if text := *field(&i); text != nil {
				return *text
			}
			return ""
		},
	}
}
