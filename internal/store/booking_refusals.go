package store

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"
	"gorm.io/gorm"

	"rehearse/internal/booking"
)

type bookingRefusalRow struct {
	ID          booking.RefusalID
	At          time.Time
	Operation   booking.BookingOperation
	Codes       texts `gorm:"type:text[]"`
	ActorRole   booking.Role
	ActorID     int64
	RequestID   string
	StudentID   *booking.StudentID
	SlotID      *booking.SlotID
	InterviewID *booking.InterviewID
}

func (bookingRefusalRow) TableName() string { return "booking_refusals" }

func (r bookingRefusalRow) domain() booking.BookingRefusal {
	refusal := booking.BookingRefusal{
		ID: r.ID, At: r.At.UTC(), Operation: r.Operation, Codes: make([]booking.RefusalCode, len(r.Codes)),
		Actor: booking.Actor{Role: r.ActorRole, ID: r.ActorID}, RequestID: r.RequestID,
		StudentID: orZero(r.StudentID), SlotID: orZero(r.SlotID), InterviewID: orZero(r.InterviewID),
	}
	for i, code := range r.Codes {
		refusal.Codes[i] = booking.RefusalCode(code)
	}
	return refusal
}

// StoreBookingRefusal stores a refused booking. An id that does not exist is stored as
// null; for a reschedule, the student is the interview's. The commit is asynchronous:
// a crash may lose the last second.
func (tx *Tx) StoreBookingRefusal(ctx context.Context, r booking.BookingRefusal) error {
	codes := make([]string, len(r.Codes))
	for i, code := range r.Codes {
		codes[i] = string(code)
	}
	tx.state.queue("SET LOCAL synchronous_commit = off")
	return fault(tx.send(ctx, statement{text: `
		INSERT INTO booking_refusals (at, operation, codes, actor_role, actor_id, request_id, student_id, slot_id, interview_id)
		SELECT $1::timestamptz, $2::text, $3::text[], $4::text, $5::bigint, $6::text,
			coalesce((SELECT id FROM students WHERE id = $7), i.student_id), (SELECT id FROM slots WHERE id = $8), i.id
		FROM (SELECT) AS one LEFT JOIN interviews i ON i.id = $9`, args: []any{
		r.At, string(r.Operation), codes, string(r.Actor.Role), r.Actor.ID, r.RequestID,
		int64(r.StudentID), int64(r.SlotID), int64(r.InterviewID),
	}}), "store a refused booking")
}

// lostEvery is the minimum interval between two log messages about lost refusals.
const lostEvery = time.Minute

// lostRefusals counts the refused bookings that could not be stored.
type lostRefusals struct {
	prometheus.Counter
	log    *slog.Logger
	logged rate.Sometimes
}

func newLostRefusals(log *slog.Logger) *lostRefusals {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &lostRefusals{
		Counter: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "rehearse_booking_refusals_lost_total", Help: "Refused bookings that could not be written to `booking_refusals`; the log has the reason, once a minute.",
		}),
		log: log, logged: rate.Sometimes{Interval: lostEvery},
	}
}

// LostBookingRefusal counts a refused booking that could not be stored, and logs the
// reason at most once a minute.
func (s *Store) LostBookingRefusal(ctx context.Context, err error) {
	s.lostRefusals.Inc()
	s.lostRefusals.logged.Do(func() {
		s.lostRefusals.log.WarnContext(ctx, "cannot store a refused booking", "error", err)
	})
}

// DeleteBookingRefusals deletes the refused bookings before the given time and returns
// their number.
func (s *Store) DeleteBookingRefusals(ctx context.Context, before time.Time) (int, error) {
	done := s.db.WithContext(ctx).Exec("DELETE FROM booking_refusals WHERE at < ?", before)
	return int(done.RowsAffected), fault(done.Error, "delete old refused bookings")
}

// BookingRefusalFilter filters the list of refused bookings. The zero value matches all.
type BookingRefusalFilter struct {
	StudentID *booking.StudentID
	Code      *booking.RefusalCode // one of the refusal's codes
	Start     *time.Time           // inclusive
	End       *time.Time           // exclusive
}

func (f BookingRefusalFilter) apply(db *gorm.DB) *gorm.DB {
	if f.StudentID != nil {
		db = db.Where("student_id = ?", *f.StudentID)
	}
	if f.Code != nil {
		db = db.Where("? = ANY (codes)", *f.Code)
	}
	if f.Start != nil {
		db = db.Where("at >= ?", *f.Start)
	}
	if f.End != nil {
		db = db.Where("at < ?", *f.End)
	}
	return db
}

// BookingRefusals returns a page of refused bookings, ordered by id, and reports whether
// there are more.
func (r *Reader) BookingRefusals(ctx context.Context, f BookingRefusalFilter, p Page) ([]booking.BookingRefusal, bool, error) {
	var rows []bookingRefusalRow
	err := p.by(ByID, f.apply(r.db.WithContext(ctx))).Find(&rows).Error
	page, more := cutPage(domains(rows), p)
	return page, more, fault(err, "list refused bookings")
}

// CountBookingRefusals returns the number of items of BookingRefusals on all pages.
func (r *Reader) CountBookingRefusals(ctx context.Context, f BookingRefusalFilter) (int, error) {
	return count(f.apply(r.db.WithContext(ctx).Model(&bookingRefusalRow{})), "refused bookings")
}
