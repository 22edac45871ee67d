package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"rehearse/internal/booking"
)

// preferencesRow is a row of notification_preferences without its id, which nothing refers to.
type preferencesRow struct {
	StudentID     *booking.StudentID
	InterviewerID *booking.InterviewerID
	Bookings      bool
	Grades        bool
	Reminders     bool
	Agenda        bool
	Feedback      bool
}

func (preferencesRow) TableName() string { return "notification_preferences" }

func (r preferencesRow) domain() booking.NotificationPreferences {
	return booking.NotificationPreferences{
		StudentID: orZero(r.StudentID), InterviewerID: orZero(r.InterviewerID),
		Bookings: r.Bookings, Grades: r.Grades, Reminders: r.Reminders, Agenda: r.Agenda, Feedback: r.Feedback,
	}
}

// PreferencesOfStudents returns the notification preferences of each student.
func (r *Reader) PreferencesOfStudents(
	ctx context.Context, of []booking.StudentID,
) (map[booking.StudentID]booking.NotificationPreferences, error) {
	var rows []preferencesRow
	err := r.db.WithContext(ctx).Where("student_id = ANY(?)", ids[booking.StudentID](of)).Find(&rows).Error
	return preferencesOf(booking.RoleStudent, of, rows, func(p booking.NotificationPreferences) booking.StudentID { return p.StudentID }),
		fault(err, "read the notification preferences of %d students", len(of))
}

// PreferencesOfInterviewers returns the notification preferences of each interviewer.
func (r *Reader) PreferencesOfInterviewers(
	ctx context.Context, of []booking.InterviewerID,
) (map[booking.InterviewerID]booking.NotificationPreferences, error) {
	var rows []preferencesRow
	err := r.db.WithContext(ctx).Where("interviewer_id = ANY(?)", ids[booking.InterviewerID](of)).Find(&rows).Error
	return preferencesOf(booking.RoleInterviewer, of, rows, func(p booking.NotificationPreferences) booking.InterviewerID { return p.InterviewerID }),
		fault(err, "read the notification preferences of %d interviewers", len(of))
}

// preferencesOf returns the preferences by person: the stored ones, or else the default.
func preferencesOf[ID ~int64](
	role booking.Role, of []ID, rows []preferencesRow, id func(booking.NotificationPreferences) ID,
) map[ID]booking.NotificationPreferences {
	found := make(map[ID]booking.NotificationPreferences, len(of))
	for _, one := range of {
		found[one] = booking.DefaultNotifications(booking.Actor{Role: role, ID: int64(one)})
	}
	for _, p := range domains(rows) {
		found[id(p)] = p
	}
	return found
}

// Preferences returns the notification preferences of a student or an interviewer.
func (r *Reader) Preferences(ctx context.Context, of booking.Actor) (booking.NotificationPreferences, error) {
	var found preferencesRow
	err := r.db.WithContext(ctx).Where(ownerColumn(of)+" = ?", of.ID).Take(&found).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return booking.DefaultNotifications(of), nil
	}
	return found.domain(), fault(err, "read the notification preferences of %s %d", of.Role, of.ID)
}

// SetPreferences stores the notification preferences of a person, who must be locked.
func (tx *Tx) SetPreferences(ctx context.Context, p booking.NotificationPreferences) error {
	column := ownerColumn(p.Owner())
	err := tx.db.WithContext(ctx).Exec(`
		INSERT INTO notification_preferences (student_id, interviewer_id, bookings, grades, reminders, agenda, feedback)
		VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (`+column+`) DO UPDATE SET (bookings, grades, reminders, agenda, feedback) =
			(excluded.bookings, excluded.grades, excluded.reminders, excluded.agenda, excluded.feedback)`,
		orNone(p.StudentID), orNone(p.InterviewerID), p.Bookings, p.Grades, p.Reminders, p.Agenda, p.Feedback).Error
	return fault(err, "store the notification preferences of %s %d", p.Owner().Role, p.Owner().ID)
}

// UnsubscribeKey returns the key that signs the links to unsubscribe. It never changes.
func (r *Reader) UnsubscribeKey(ctx context.Context) ([]byte, error) {
	var key []byte
	err := r.db.WithContext(ctx).Raw("SELECT unsubscribe_key FROM school").Row().Scan(&key)
	return key, fault(err, "read the key of the links to unsubscribe")
}

// ownerColumn returns the column that contains the id of a student or an interviewer.
func ownerColumn(of booking.Actor) string {
	if of.Role == booking.RoleStudent {
		return "student_id"
	}
	return "interviewer_id"
}
