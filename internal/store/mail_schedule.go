package store

import (
	"context"
	"time"

	"rehearse/internal/booking"
)

// ScheduleMail adds the messages that have become due by the clock since the last call. Those
// that became due before e-mail was first on, or more than booking.MailWindow ago, are not added.
func (s *Store) ScheduleMail(ctx context.Context, now time.Time) error {
	_, err := InTx(ctx, s, func(tx *Tx) (Nothing, error) { return Nothing{}, tx.scheduleMail(ctx, now) })
	return err
}

// scheduleMail looks for the messages that became due after the last call. If the clock has
// been set back, the messages of the repeated time are there already.
func (tx *Tx) scheduleMail(ctx context.Context, now time.Time) error {
	var since *time.Time
	if err := tx.db.WithContext(ctx).Raw("SELECT until FROM mail_schedule FOR UPDATE").Row().Scan(&since); err != nil {
		return fault(err, "lock the schedule of messages")
	}
	if oldest := now.Add(-booking.MailWindow); since != nil && since.Before(oldest) {
		since = &oldest
	}
	if since != nil && since.Before(now) {
		messages, err := tx.mailDue(ctx, *since, now)
		if err != nil {
			return err
		}
		if err := tx.AddMail(ctx, now, messages); err != nil {
			return err
		}
	}
	err := tx.db.WithContext(ctx).Exec("UPDATE mail_schedule SET until = ?", now).Error
	return fault(err, "advance the schedule of messages")
}

// mailDue returns the messages that became due after since and are still useful at now.
func (tx *Tx) mailDue(ctx context.Context, since, now time.Time) ([]booking.Mail, error) {
	policy, err := tx.Policy(ctx)
	if err != nil {
		return nil, err
	}
	reminders, err := tx.remindersDue(ctx, policy, since, now)
	if err != nil {
		return nil, err
	}
	agendas, err := tx.agendasDue(ctx, policy, since, now)
	if err != nil {
		return nil, err
	}
	feedback, err := tx.feedbackDue(ctx, policy, since, now)
	return append(append(reminders, agendas...), feedback...), err
}

// remindersDue returns the reminders of interviews. It skips an interview that was booked or
// moved after the reminder was due, because its parties have just had a message.
func (tx *Tx) remindersDue(ctx context.Context, p booking.Policy, since, now time.Time) (due []booking.Mail, err error) {
	for _, seconds := range p.ReminderLeadSeconds {
		lead := time.Duration(seconds) * time.Second
		var rows []interviewRow
		err := tx.db.WithContext(ctx).
			Where("status = ? AND starts_at > ? AND starts_at > ? AND starts_at <= ?", booking.Booked, now, since.Add(lead), now.Add(lead)).
			Order("starts_at, id").Find(&rows).Error
		if err != nil {
			return nil, fault(err, "read the interviews that start in %s", lead)
		}
		for _, i := range domains(rows) {
			if !i.UpdatedAt.After(i.ReminderMoment(seconds)) {
				due = append(due, p.Reminders(i, now)...)
			}
		}
	}
	return due, nil
}

// agendasDue returns the agendas of the interviewers who have interviews that they already knew
// of when the agenda was due.
func (tx *Tx) agendasDue(ctx context.Context, p booking.Policy, since, now time.Time) (due []booking.Mail, err error) {
	var zones []string
	if err := tx.db.WithContext(ctx).Raw("SELECT DISTINCT time_zone FROM interviewers ORDER BY time_zone").Scan(&zones).Error; err != nil {
		return nil, fault(err, "read the time zones of interviewers")
	}
	for _, name := range zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			zone = time.UTC
		}
		agenda, sent := p.AgendaOf(zone, now)
		if !sent || !agenda.From.After(since) {
			continue
		}
		var of []booking.InterviewerID
		err = tx.db.WithContext(ctx).Raw(`
			SELECT DISTINCT i.interviewer_id FROM interviews i JOIN interviewers v ON v.id = i.interviewer_id
			WHERE v.time_zone = ? AND i.status = ? AND i.starts_at >= ? AND i.starts_at < ? AND i.ends_at > ? AND i.updated_at <= ?
			ORDER BY i.interviewer_id`, name, booking.Booked, agenda.From, agenda.Until, now, agenda.From).Scan(&of).Error
		if err != nil {
			return nil, fault(err, "read the interviewers who have interviews in %s", name)
		}
		for _, id := range of {
			due = append(due, agenda.Mail(id))
		}
	}
	return due, nil
}

// feedbackDue returns the messages about interviews that are not graded.
func (tx *Tx) feedbackDue(ctx context.Context, p booking.Policy, since, now time.Time) (due []booking.Mail, err error) {
	delay := time.Duration(p.FeedbackOverdueSeconds) * time.Second
	if delay == 0 {
		return nil, nil
	}
	const longest = booking.MaxSlotMinutes * time.Minute // an interview that starts earlier ended earlier
	var rows []interviewRow
	err = tx.db.WithContext(ctx).
		Where("starts_at > ? AND starts_at <= ? AND ends_at > ? AND ends_at <= ?", since.Add(-delay-longest), now.Add(-delay), since.Add(-delay), now.Add(-delay)).
		Order("starts_at, id").Find(&rows).Error
	for _, i := range domains(rows) {
		if p.FeedbackOverdue(i, now) {
			due = append(due, i.FeedbackMail())
		}
	}
	return due, fault(err, "read the interviews that have ended")
}

// InterviewsIn returns the booked interviews of an interviewer that start in the time of the
// agenda and have not ended at now, by start.
func (r *Reader) InterviewsIn(ctx context.Context, a booking.DailyAgenda, of booking.InterviewerID, now time.Time) ([]booking.Interview, error) {
	var rows []interviewRow
	err := r.db.WithContext(ctx).
		Where("interviewer_id = ? AND status = ? AND starts_at >= ? AND starts_at < ? AND ends_at > ?", of, booking.Booked, a.From, a.Until, now).
		Order("starts_at, id").Find(&rows).Error
	return domains(rows), fault(err, "read the agenda of interviewer %d", of)
}
