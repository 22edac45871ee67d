package store

import (
	"context"
	"time"

	"rehearse/internal/booking"
)

// calendarFeedRow is a row of calendar_feeds without the hash of the secret, which is written
// once and only compared.
type calendarFeedRow struct {
	ID            booking.CalendarFeedID
	StudentID     *booking.StudentID
	InterviewerID *booking.InterviewerID
	CreatedAt     time.Time
	LastReadAt    *time.Time
	ContentHash   []byte
	ChangedAt     *time.Time
}

func (calendarFeedRow) TableName() string { return "calendar_feeds" }

func (r calendarFeedRow) domain() booking.CalendarFeed {
	feed := booking.CalendarFeed{
		ID: r.ID, StudentID: orZero(r.StudentID), InterviewerID: orZero(r.InterviewerID),
		CreatedAt: r.CreatedAt.UTC(), LastReadAt: utc(r.LastReadAt),
	}
	copy(feed.Content.Hash[:], r.ContentHash)
	if r.ChangedAt != nil {
		feed.Content.ChangedAt = r.ChangedAt.UTC()
	}
	return feed
}

// CalendarFeed returns the feed with the id, or NotFound if it does not exist.
func (r *Reader) CalendarFeed(ctx context.Context, id booking.CalendarFeedID) (booking.CalendarFeed, error) {
	var found calendarFeedRow
	err := r.db.WithContext(ctx).Where("id = ?", id).Take(&found).Error
	return found.domain(), missing(err, "calendar feed", "feedId", id)
}

// CalendarFeedBySecret returns the feed whose secret has the hash, or NotFound if it does not
// exist. The lookup by hash takes the same time for every secret that does not exist.
func (r *Reader) CalendarFeedBySecret(ctx context.Context, hash [32]byte) (booking.CalendarFeed, error) {
	var found calendarFeedRow
	err := r.db.WithContext(ctx).Where("secret_hash = ?", hash[:]).Take(&found).Error
	return found.domain(), missing(err, "calendar feed", "", found.ID)
}

// CalendarFeedsOfStudents returns the feeds of each student, oldest first.
func (r *Reader) CalendarFeedsOfStudents(ctx context.Context, of []booking.StudentID) (map[booking.StudentID][]booking.CalendarFeed, error) {
	var rows []calendarFeedRow
	err := r.db.WithContext(ctx).Where("student_id = ANY(?)", ids[booking.StudentID](of)).Order("student_id, id").Find(&rows).Error
	found := grouped(of, domains(rows), func(f booking.CalendarFeed) booking.StudentID { return f.StudentID })
	return found, fault(err, "read the calendar feeds of %d students", len(of))
}

// CalendarFeedsOfInterviewers returns the feeds of each interviewer, oldest first.
func (r *Reader) CalendarFeedsOfInterviewers(
	ctx context.Context, of []booking.InterviewerID,
) (map[booking.InterviewerID][]booking.CalendarFeed, error) {
	var rows []calendarFeedRow
	err := r.db.WithContext(ctx).Where("interviewer_id = ANY(?)", ids[booking.InterviewerID](of)).Order("interviewer_id, id").Find(&rows).Error
	found := grouped(of, domains(rows), func(f booking.CalendarFeed) booking.InterviewerID { return f.InterviewerID })
	return found, fault(err, "read the calendar feeds of %d interviewers", len(of))
}

// SchoolID returns the id of the school, which never changes.
func (r *Reader) SchoolID(ctx context.Context) (string, error) {
	var id string
	err := r.db.WithContext(ctx).Raw("SELECT id FROM school").Take(&id).Error
	return id, fault(err, "read the id of the school")
}

// CountCalendarFeeds returns the number of feeds of a student or an interviewer, who must be
// locked.
func (tx *Tx) CountCalendarFeeds(ctx context.Context, owner booking.Actor) (int, error) {
	var n int64
	err := tx.db.WithContext(ctx).Model(&calendarFeedRow{}).Where(ownerColumn(owner)+" = ?", owner.ID).Count(&n).Error
	return int(n), fault(err, "count the calendar feeds")
}

// CreateCalendarFeed inserts a feed with the hash of its secret and returns it with its id.
func (tx *Tx) CreateCalendarFeed(ctx context.Context, f booking.CalendarFeed, secretHash [32]byte) (booking.CalendarFeed, error) {
	err := tx.db.WithContext(ctx).Raw(
		"INSERT INTO calendar_feeds (student_id, interviewer_id, secret_hash, created_at) VALUES (?, ?, ?, ?) RETURNING id",
		orNone(f.StudentID), orNone(f.InterviewerID), secretHash[:], f.CreatedAt).Scan(&f.ID).Error
	return f, fault(err, "create a calendar feed")
}

// LockCalendarFeed locks a feed and returns it, or NotFound if it does not exist.
func (tx *Tx) LockCalendarFeed(ctx context.Context, id booking.CalendarFeedID) (booking.CalendarFeed, error) {
	var found calendarFeedRow
	err := tx.db.WithContext(ctx).Raw("SELECT * FROM calendar_feeds WHERE id = ? FOR NO KEY UPDATE", id).Take(&found).Error
	return found.domain(), missing(err, "calendar feed", "feedId", id)
}

// UpdateCalendarFeed stores when the feed was read, and its content. The feed must be locked.
func (tx *Tx) UpdateCalendarFeed(ctx context.Context, f booking.CalendarFeed) error {
	err := tx.db.WithContext(ctx).Exec("UPDATE calendar_feeds SET last_read_at = ?, content_hash = ?, changed_at = ? WHERE id = ?",
		f.LastReadAt, f.Content.Hash[:], f.Content.ChangedAt, f.ID).Error
	return fault(err, "update calendar feed %d", f.ID)
}

// DeleteCalendarFeed deletes a feed, or returns NotFound if it does not exist.
func (tx *Tx) DeleteCalendarFeed(ctx context.Context, id booking.CalendarFeedID) error {
	done := tx.db.WithContext(ctx).Exec("DELETE FROM calendar_feeds WHERE id = ?", id)
	if done.Error == nil && done.RowsAffected == 0 {
		return booking.Missing("calendar feed", "feedId")
	}
	return fault(done.Error, "delete calendar feed %d", id)
}
