package booking

import "fmt"

// NotificationCategory is a group of notifications that a person can turn off.
type NotificationCategory string

// The categories of notifications. Their names are part of links in e-mails that were sent.
const (
	NotifyBookings  NotificationCategory = "BOOKINGS"  // interviews that are booked, moved, cancelled or missed; waivers
	NotifyGrades    NotificationCategory = "GRADES"    // grades and shared notes
	NotifyReminders NotificationCategory = "REMINDERS" // reminders of interviews
	NotifyAgenda    NotificationCategory = "AGENDA"    // an interviewer's interviews of the day
	NotifyFeedback  NotificationCategory = "FEEDBACK"  // interviews that an interviewer has not graded
)

// NotificationPreferences are the notifications that a student or an interviewer wants.
type NotificationPreferences struct {
	StudentID     StudentID     // 0 for an interviewer
	InterviewerID InterviewerID // 0 for a student

	Bookings, Grades, Reminders bool
	Agenda, Feedback            bool // only interviewers get these
}

// DefaultNotifications returns the preferences of a person who has set none: all are on.
func DefaultNotifications(of Actor) NotificationPreferences {
	p := NotificationPreferences{Bookings: true, Grades: true, Reminders: true, Agenda: true, Feedback: true}
	if of.Role == RoleStudent {
		p.StudentID = StudentID(of.ID)
	} else {
		p.InterviewerID = InterviewerID(of.ID)
	}
	return p
}

// Owner returns the person whose preferences they are.
func (p NotificationPreferences) Owner() Actor { return ownerOf(p.StudentID, p.InterviewerID) }

// AgendaOnly returns whether an interviewer wants the agenda, or nil for a student.
func (p NotificationPreferences) AgendaOnly() *bool { return p.ofInterviewer(p.Agenda) }

// FeedbackOnly is like AgendaOnly, for the requests for feedback.
func (p NotificationPreferences) FeedbackOnly() *bool { return p.ofInterviewer(p.Feedback) }

func (p NotificationPreferences) ofInterviewer(wanted bool) *bool {
	if p.InterviewerID == 0 {
		return nil
	}
	return &wanted
}

// field returns the preference for the category, or nil if there is no such category.
func (p *NotificationPreferences) field(c NotificationCategory) *bool {
	switch c {
	case NotifyBookings:
		return &p.Bookings
	case NotifyGrades:
		return &p.Grades
	case NotifyReminders:
		return &p.Reminders
	case NotifyAgenda:
		return &p.Agenda
	case NotifyFeedback:
		return &p.Feedback
	default:
		return nil
	}
}

// Wants reports whether the person wants notifications of the category. Notifications without
// a category cannot be turned off.
func (p NotificationPreferences) Wants(c NotificationCategory) bool {
	wanted := p.field(c)
	return wanted == nil || *wanted
}

// Without returns the preferences with the category turned off.
func (p NotificationPreferences) Without(c NotificationCategory) NotificationPreferences {
	if wanted := p.field(c); wanted != nil {
		*wanted = false
	}
	return p
}

// NotificationChange changes the preferences that are not nil.
type NotificationChange struct{ Bookings, Grades, Reminders, Agenda, Feedback *bool }

// Check refuses a preference that a student does not have.
func (c NotificationChange) Check(of Actor) Refused {
	if of.Role != RoleStudent {
		return nil
	}
	var refused Refused
	for _, only := range []struct {
		field string
		value *bool
	}{{"agenda", c.Agenda}, {"feedback", c.Feedback}} {
		if only.value != nil {
			refused = append(refused, Invalid(only.field, Allowed{Kind: AllowedOther}, fmt.Sprintf(
				"%s is given, but only interviewers get these notifications; omit it for a student.", only.field))...)
		}
	}
	return refused
}

// Apply returns the preferences after the change.
func (c NotificationChange) Apply(to NotificationPreferences) NotificationPreferences {
	Assign(&to.Bookings, c.Bookings)
	Assign(&to.Grades, c.Grades)
	Assign(&to.Reminders, c.Reminders)
	Assign(&to.Agenda, c.Agenda)
	Assign(&to.Feedback, c.Feedback)
	return to
}

// notificationFields are the fields that an event of preferences can contain.
var notificationFields = []string{"bookings", "grades", "reminders", "agenda", "feedback"}

// Event returns the event of a change of the preferences.
func (p NotificationPreferences) Event(before NotificationPreferences) Event {
	return Event{
		Kind: NotificationsUpdated, StudentID: p.StudentID, InterviewerID: p.InterviewerID,
		Changes: Changes{}.
			Add("bookings", before.Bookings, p.Bookings).
			Add("grades", before.Grades, p.Grades).
			Add("reminders", before.Reminders, p.Reminders).
			Add("agenda", before.Agenda, p.Agenda).
			Add("feedback", before.Feedback, p.Feedback),
	}
}
