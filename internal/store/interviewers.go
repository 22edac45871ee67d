package store

import (
	"context"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/spelling"
)

type interviewerRow struct {
	ID         booking.InterviewerID
	Name       string
	NameFolded string // for search and ordering
	Email      string
	TimeZone   string
	Tags       texts `gorm:"type:text[]"`
	MaxPerDay  *int
	MaxPerWeek *int
	MeetingURL *string
	Headline   *string
	Bio        *string
	PhotoURL   *string
	Languages  texts `gorm:"type:text[]"`
	Active     bool
	CreatedAt  time.Time
	Revised    revised `gorm:"embedded"`
}

// interviewerColumns are those that are read.
var interviewerColumns = columnsOf[interviewerRow]("name_folded")

func (interviewerRow) TableName() string { return "interviewers" }

func newInterviewerRow(i booking.Interviewer) interviewerRow {
	return interviewerRow{
		ID: i.ID, Name: i.Name, NameFolded: spelling.Fold(i.Name), Email: i.Email, TimeZone: i.TimeZone, Tags: i.Tags, Active: i.Active, CreatedAt: i.CreatedAt,
		MaxPerDay: i.MaxPerDay, MaxPerWeek: i.MaxPerWeek, MeetingURL: i.MeetingURL,
		Headline: i.Headline, Bio: i.Bio, PhotoURL: i.PhotoURL, Languages: i.Languages, Revised: revised(i.Revision),
	}
}

func (r interviewerRow) domain() booking.Interviewer {
	return booking.Interviewer{
		ID: r.ID, Active: r.Active, CreatedAt: r.CreatedAt.UTC(), Revision: r.Revised.revision(),
		InterviewerDetails: booking.InterviewerDetails{
			Name: r.Name, Email: r.Email, TimeZone: r.TimeZone, Tags: r.Tags,
			MaxPerDay: r.MaxPerDay, MaxPerWeek: r.MaxPerWeek, MeetingURL: r.MeetingURL,
			Headline: r.Headline, Bio: r.Bio, PhotoURL: r.PhotoURL, Languages: r.Languages,
		},
	}
}

// Interviewer returns one interviewer, or NotFound.
func (r *Reader) Interviewer(ctx context.Context, id booking.InterviewerID) (booking.Interviewer, error) {
	var found interviewerRow
	err := r.db.WithContext(ctx).Where("id = ?", id).Take(&found).Error
	return found.domain(), missing(err, "interviewer", "interviewerId", id)
}

// Interviewers returns a page of interviewers, by default in the order of their ids, and
// whether there are more.
func (r *Reader) Interviewers(ctx context.Context, s Scope, f InterviewerFilter, p Page) ([]booking.Interviewer, bool, error) {
	var rows []interviewerRow
	err := p.by(ByID, s.interviewersLike(f).apply(r.db.WithContext(ctx))).Find(&rows).Error
	page, more := cutPage(domains(rows), p)
	return page, more, fault(err, "list interviewers")
}

// CountInterviewers counts the interviewers that Interviewers lists.
func (r *Reader) CountInterviewers(ctx context.Context, s Scope, f InterviewerFilter) (int, error) {
	return countPeople(r.db.WithContext(ctx), s.interviewersLike(f))
}

// TagsInUse returns the tags of active interviewers with the number of interviewers who
// have each, the most frequent first.
func (r *Reader) TagsInUse(ctx context.Context, most int) (tags []booking.TagCount, err error) {
	err = r.db.WithContext(ctx).Raw(`SELECT tag, count(*) AS interviewers FROM interviewers, unnest(tags) AS tag
		WHERE active GROUP BY tag ORDER BY count(*) DESC, tag COLLATE "C" LIMIT ?`, most).Scan(&tags).Error
	return tags, fault(err, "count tags")
}

// CachedInterviewers returns the interviewers among the given ids that are in memory. They
// are at most as old as the last read of the change log.
func (r *Reader) CachedInterviewers(keys []booking.InterviewerID) map[booking.InterviewerID]*booking.Interviewer {
	if r.interviewers == nil {
		return nil
	}
	return r.interviewers.GetAll(keys)
}

// InterviewersByID returns the interviewers with the given ids and keeps them in memory.
// Unknown ids are skipped.
func (r *Reader) InterviewersByID(ctx context.Context, keys []booking.InterviewerID) ([]booking.Interviewer, error) {
	return inBatches(keys, func(batch []booking.InterviewerID) ([]booking.Interviewer, error) {
		keep := func(map[booking.InterviewerID]*booking.Interviewer) {}
		if r.interviewers != nil {
			keep = r.interviewers.Reserve(batch...)
		}
		rows := make([]interviewerRow, 0, len(batch))
		err := r.send(ctx, statement{
			readInterviewers, []any{numbers(batch)},
			each(&rows, interviewerColumns.targets)})
		found := domains(rows)
		byID := make(map[booking.InterviewerID]*booking.Interviewer, len(found))
		for _, one := range found {
			byID[one.ID] = &one
		}
		if _, stale := StaleSince(ctx); stale {
			byID = nil // stale rows are not cached: the change that they lack may already have been read
		}
		keep(byID)
		return found, fault(err, "read %d interviewers", len(batch))
	})
}

// InterviewersByEmail returns the interviewers with the e-mail addresses and skips unknown
// addresses.
func (r *Reader) InterviewersByEmail(ctx context.Context, emails []string) ([]booking.Interviewer, error) {
	return inBatches(emails, func(batch []string) ([]booking.Interviewer, error) {
		var rows []interviewerRow
		err := r.db.WithContext(ctx).Where("email = ANY(?::text[])", texts(batch)).Find(&rows).Error
		return domains(rows), fault(err, "read %d interviewers by e-mail", len(batch))
	})
}

// CreateInterviewer inserts an interviewer and returns it with its id.
func (tx *Tx) CreateInterviewer(ctx context.Context, i booking.Interviewer) (booking.Interviewer, error) {
	i.Revision = booking.FirstRevision(i.CreatedAt)
	created := newInterviewerRow(i)
	err := tx.db.WithContext(ctx).Create(&created).Error
	note(tx, changedInterviewers, created.ID)
	return created.domain(), fault(err, "create an interviewer")
}

// UpdateInterviewer writes all fields of an interviewer except the id and the creation
// time, and returns the interviewer with the new revision. at is the time of the edit.
// The interviewer must be locked.
func (tx *Tx) UpdateInterviewer(ctx context.Context, i booking.Interviewer, at time.Time) (booking.Interviewer, error) {
	was := i.Version
	i.Revision = i.Next(at)
	changed := newInterviewerRow(i)
	tx.noteInterviewer(i)
	return i, tx.edit(ctx, was, &changed, "created_at")
}

// LockInterviewer locks an interviewer until the transaction ends, and returns it. Other
// changes of the interviewer and of their availabilities wait.
func (tx *Tx) LockInterviewer(ctx context.Context, id booking.InterviewerID) (booking.Interviewer, error) {
	locked, err := tx.lockInterviewer(ctx, id, lockInterviewer)
	tx.state.interviewer = locked
	return locked, err
}

// ShareInterviewer takes a shared lock: the interviewer cannot change until the
// transaction ends, but other transactions can take the same lock.
func (tx *Tx) ShareInterviewer(ctx context.Context, id booking.InterviewerID) (booking.Interviewer, error) {
	return tx.lockInterviewer(ctx, id, shareInterviewer)
}

var (
	readInterviewers = "SELECT " + interviewerColumns.String() + " FROM interviewers WHERE id = ANY($1)"
	lockInterviewer  = "SELECT " + interviewerColumns.String() + " FROM interviewers WHERE id = $1 FOR NO KEY UPDATE"
	shareInterviewer = "SELECT " + interviewerColumns.String() + " FROM interviewers WHERE id = $1 FOR SHARE"
)

func (tx *Tx) lockInterviewer(ctx context.Context, id booking.InterviewerID, text string) (booking.Interviewer, error) {
	interviewer, err := one(ctx, tx, interviewerColumns.targets, text, int64(id))
	return interviewer.domain(), missing(err, "interviewer", "interviewerId", id)
}

// LockInterviewers locks the interviewers, so that other changes to them and to what they
// publish wait until this transaction ends. Interviewers are locked after the students,
// in the order of their ids.
func (tx *Tx) LockInterviewers(ctx context.Context, keys []booking.InterviewerID) error {
	return lockInOrder(ctx, tx, "interviewers", keys)
}

// LoadInterviewers writes interviewers.
func (tx *Tx) LoadInterviewers(ctx context.Context, interviewers []booking.Interviewer) error {
	rows := make([]interviewerRow, len(interviewers))
	for i, one := range interviewers {
		one.Revision = booking.FirstRevision(one.CreatedAt)
		rows[i] = newInterviewerRow(one)
		note(tx, changedInterviewers, one.ID)
	}
	return load(ctx, tx, "interviewers", rows, columnsOf[interviewerRow]())
}
