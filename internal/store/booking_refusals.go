package store

import (
	"context"
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
// null; for a reschedule, the student is the interview's. It commits lazily: a crash
// of Postgres may lose the last second.
func (tx *Tx) StoreBookingRefusal(ctx context.Context, r booking.BookingRefusal) error {
	row := bookingRefusalRow{
		At: r.At, Operation: r.Operation, Codes: make(texts, len(r.Codes)), ActorRole: r.Actor.Role, ActorID: r.Actor.ID, RequestID: r.RequestID,
		StudentID: orNone(r.StudentID), SlotID: orNone(r.SlotID), InterviewID: orNone(r.InterviewID),
	}
	for i, code := range r.Codes {
		row.Codes[i] = string(code)
	}
	tx.CommitLazily()
	return fault(tx.send(ctx, statement{text: insertBookingRefusal, args: newRefusalColumns.values(&row)}), "store a refused booking")
}

var (
	newRefusalColumns    = columnsOf[bookingRefusalRow]("id")
	insertBookingRefusal = newRefusalColumns.insert("booking_refusals",
		newRefusalColumns.row(1)+" LEFT JOIN interviews i ON i.id = given.interview_id", map[string]string{
			"student_id":   "coalesce((SELECT id FROM students WHERE id = given.student_id), i.student_id)",
			"slot_id":      "(SELECT id FROM slots WHERE id = given.slot_id)",
			"interview_id": "i.id",
		})
)

// lostEvery is the minimum interval between two log messages about lost refusals.
const lostEvery = time.Minute

// lostRefusals counts the refused bookings that could not be stored.
type lostRefusals struct {
	prometheus.Counter
	logged rate.Sometimes
}

func newLostRefusals() *lostRefusals {
	return &lostRefusals{
		Counter: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "rehearse_booking_refusals_lost_total", Help: "Refused bookings that could not be written to `booking_refusals`; the log has the reason, once a minute.",
		}),
		logged: rate.Sometimes{Interval: lostEvery},
	}
}

// LostBookingRefusal counts a refused booking that could not be stored, and logs the
// reason at most once a minute.
func (s *Store) LostBookingRefusal(ctx context.Context, err error) {
	s.lostRefusals.Inc()
	s.lostRefusals.logged.Do(func() {
		s.log.WarnContext(ctx, "cannot store a refused booking", "error", err)
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
