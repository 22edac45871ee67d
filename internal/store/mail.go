package store

import (
	"context"
	"time"

	"rehearse/internal/booking"
)

type mailRow struct {
	ID            booking.MailID
	Kind          booking.MailKind
	Source        string
	RecipientRole booking.Role
	RecipientID   int64
	EventID       *booking.EventID
	InterviewID   *booking.InterviewID
	Status        booking.MailStatus
	Attempts      int
	CreatedAt     time.Time
	NextAttemptAt *time.Time
	Result        string
}

func (mailRow) TableName() string { return "mail" }

func (r mailRow) domain() booking.Mail {
	return booking.Mail{
		ID: r.ID, Kind: r.Kind, Source: r.Source, Recipient: booking.Actor{Role: r.RecipientRole, ID: r.RecipientID},
		EventID: orZero(r.EventID), InterviewID: orZero(r.InterviewID), Status: r.Status, Attempts: r.Attempts,
		CreatedAt: r.CreatedAt.UTC(), NextAt: utc(r.NextAttemptAt), Result: r.Result,
	}
}

var mailColumns = columnsOf[mailRow]()

// AddMail adds messages, which are due at once. It skips those whose recipient already has one
// from the same source.
func (tx *Tx) AddMail(ctx context.Context, now time.Time, messages []booking.Mail) error {
	if len(messages) == 0 {
		return nil
	}
	err := tx.db.WithContext(ctx).Exec(`
		INSERT INTO mail (kind, source, recipient_role, recipient_id, event_id, interview_id, status, attempts, created_at, next_attempt_at, result)
		SELECT kind, source, role, recipient, nullif(event, 0), nullif(interview, 0), 'PENDING', 0, ?::timestamptz, ?::timestamptz, ''
		FROM unnest(?::text[], ?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[]) WITH ORDINALITY
			AS given (kind, source, role, recipient, event, interview, place) ORDER BY place
		ON CONFLICT (source, recipient_role, recipient_id) DO NOTHING`,
		now, now,
		valuesOf(messages, func(m booking.Mail) string { return string(m.Kind) }),
		valuesOf(messages, func(m booking.Mail) string { return m.Source }),
		valuesOf(messages, func(m booking.Mail) string { return string(m.Recipient.Role) }),
		valuesOf(messages, func(m booking.Mail) int64 { return m.Recipient.ID }),
		valuesOf(messages, func(m booking.Mail) int64 { return int64(m.EventID) }),
		valuesOf(messages, func(m booking.Mail) int64 { return int64(m.InterviewID) }),
	).Error
	return fault(err, "add %d messages", len(messages))
}

// claimMail claims messages. A message is not due while an earlier one to the same recipient
// about the same interview is pending.
var claimMail = `
	WITH due AS (
		SELECT id FROM mail m WHERE status = 'PENDING' AND next_attempt_at <= $1::timestamptz AND NOT EXISTS (
			SELECT FROM mail earlier WHERE earlier.interview_id = m.interview_id AND earlier.recipient_role = m.recipient_role
				AND earlier.recipient_id = m.recipient_id AND earlier.status = 'PENDING' AND earlier.id < m.id
		) ORDER BY next_attempt_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
	)
	UPDATE mail m SET attempts = m.attempts + 1, next_attempt_at = $3::timestamptz FROM due WHERE m.id = due.id
	RETURNING ` + mailColumns.of("m.")

// ClaimMail claims messages that are due, at most as many as size. The last parameter is the
// time at which the claims expire. Each claim counts as an attempt.
func (s *Store) ClaimMail(ctx context.Context, size int, now, expires time.Time) ([]booking.Mail, error) {
	var rows []mailRow
	err := s.send(ctx, statement{claimMail, []any{now, size, expires}, each(&rows, mailColumns.targets)})
	return domains(rows), fault(err, "claim messages")
}

// RecordMail writes the results of attempts. It skips a message that was claimed again since.
func (s *Store) RecordMail(ctx context.Context, done []booking.Mail) error {
	err := s.db.WithContext(ctx).Exec(`
		UPDATE mail m SET status = given.status, next_attempt_at = given.next_attempt_at, result = given.result
		FROM unnest(?::bigint[], ?::bigint[], ?::text[], ?::timestamptz[], ?::text[]) AS given (id, attempts, status, next_attempt_at, result)
		WHERE m.id = given.id AND m.attempts = given.attempts AND m.status = 'PENDING'`,
		valuesOf(done, func(m booking.Mail) int64 { return int64(m.ID) }),
		valuesOf(done, func(m booking.Mail) int64 { return int64(m.Attempts) }),
		valuesOf(done, func(m booking.Mail) string { return string(m.Status) }),
		valuesOf(done, func(m booking.Mail) *time.Time { return m.NextAt }),
		valuesOf(done, func(m booking.Mail) string { return m.Result }),
	).Error
	return fault(err, "record %d messages", len(done))
}

// OldestMail returns when the oldest pending message was created, or nil if there is none.
func (s *Store) OldestMail(ctx context.Context) (oldest *time.Time, err error) {
	err = s.db.WithContext(ctx).Raw("SELECT min(created_at) FROM mail WHERE status = 'PENDING'").Row().Scan(&oldest)
	return utc(oldest), fault(err, "look for the oldest pending message")
}

// DeleteMail deletes the messages that were created before the given time, and returns their
// number.
func (s *Store) DeleteMail(ctx context.Context, before time.Time) (int, error) {
	done := s.db.WithContext(ctx).Exec("DELETE FROM mail WHERE created_at < ?", before)
	return int(done.RowsAffected), fault(done.Error, "delete old messages")
}
