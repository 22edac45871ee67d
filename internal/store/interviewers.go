package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"rehearse/internal/booking"
)

// PeopleFilter narrows a list of people. The zero value matches everyone.
type PeopleFilter struct {
	Search string // part of the name or the e-mail; ignores case and accents
	Active *bool  // interviewers only

	// Interviewers only: they must have all of these.
	Tags, Languages []string

	Public bool // the students' view: active interviewers, searched by name only

	StandingFilter // students only
}

func (f PeopleFilter) apply(db *gorm.DB) *gorm.DB { return f.narrow(db, false) }

// narrow adds the filter's conditions to a query. all tells it that the query reads
// every match, not only a page.
func (f PeopleFilter) narrow(db *gorm.DB, all bool) *gorm.DB {
	if f.Search != "" {
		db = search(db, f.Search, !all, f.Public)
	}
	db = f.StandingFilter.apply(db)
	if f.Active != nil {
		db = db.Where("active = ?", *f.Active)
	}
	if len(f.Tags) > 0 {
		db = db.Where("tags @> ?::text[]", texts(f.Tags))
	}
	if len(f.Languages) > 0 {
		db = db.Where("languages @> ?::text[]", texts(f.Languages))
	}
	if f.Public {
		db = db.Where("active")
	}
	return db
}

// Student returns one student, or NotFound.
func (r *Reader) Student(ctx context.Context, id booking.StudentID) (booking.Student, error) {
	var found studentRow
	err := r.db.WithContext(ctx).Where("id = ?", id).Take(&found).Error
	return found.domain(), missing(err, "student", "studentId", id)
}

// Students returns a page of students, by default in the order of their ids, and whether
// there are more.
func (r *Reader) Students(ctx context.Context, f PeopleFilter, p Page) ([]booking.Student, bool, error) {
	var rows []studentRow
	err := pageOfStudents(r.db.WithContext(ctx), f, p, &rows)
	page, more := cutPage(domains(rows), p)
	return page, more, fault(err, "list students")
}

// CountStudents counts the students that match the filter.
func (r *Reader) CountStudents(ctx context.Context, f PeopleFilter) (int, error) {
	return countPeople(r.db.WithContext(ctx), f, "students")
}

// StudentsByID returns the students with the given ids. Unknown ids are skipped.
func (r *Reader) StudentsByID(ctx context.Context, keys []booking.StudentID) ([]booking.Student, error) {
	var rows []studentRow
	err := r.db.WithContext(ctx).Where("id = ANY(?)", ids[booking.StudentID](keys)).Find(&rows).Error
	return domains(rows), fault(err, "read %d students", len(keys))
}

// Interviewer returns one interviewer, or NotFound.
func (r *Reader) Interviewer(ctx context.Context, id booking.InterviewerID) (booking.Interviewer, error) {
	var found interviewerRow
	err := r.db.WithContext(ctx).Where("id = ?", id).Take(&found).Error
	return found.domain(), missing(err, "interviewer", "interviewerId", id)
}

// Interviewers returns a page of interviewers, by default in the order of their ids, and
// whether there are more.
func (r *Reader) Interviewers(ctx context.Context, f PeopleFilter, p Page) ([]booking.Interviewer, bool, error) {
	var rows []interviewerRow
	err := p.by(ByID, f.apply(r.db.WithContext(ctx))).Find(&rows).Error
	page, more := cutPage(domains(rows), p)
	return page, more, fault(err, "list interviewers")
}

// CountInterviewers counts the interviewers that match the filter.
func (r *Reader) CountInterviewers(ctx context.Context, f PeopleFilter) (int, error) {
	return countPeople(r.db.WithContext(ctx), f, "interviewers")
}

// TagsInUse returns the tags of active interviewers with the number of interviewers who
// have each, the most frequent first.
func (r *Reader) TagsInUse(ctx context.Context, most int) (tags []booking.TagCount, err error) {
	err = r.db.WithContext(ctx).Raw(`SELECT tag, count(*) AS interviewers FROM interviewers, unnest(tags) AS tag
		WHERE active GROUP BY tag ORDER BY count(*) DESC, tag COLLATE "C" LIMIT ?`, most).Scan(&tags).Error
	return tags, fault(err, "count tags")
}

const interviewerColumns = "id, name, email, time_zone, tags, max_per_day, max_per_week, meeting_url, " +
	"headline, bio, photo_url, languages, active, created_at, " + revisionColumns

func interviewerPlaces(i *booking.Interviewer) []any {
	return []any{
		(*int64)(&i.ID), &i.Name, &i.Email, &i.TimeZone, &i.Tags, &i.MaxPerDay, &i.MaxPerWeek, &i.MeetingURL,
		&i.Headline, &i.Bio, &i.PhotoURL, &i.Languages, &i.Active, (*instant)(&i.CreatedAt),
		&i.Version, (*instant)(&i.UpdatedAt),
	}
}

// KnownInterviewers returns the cached interviewers among the given ids. They may be
// slightly stale.
func (r *Reader) KnownInterviewers(keys []booking.InterviewerID) map[booking.InterviewerID]*booking.Interviewer {
	return r.known.get(keys)
}

// InterviewersByID returns the interviewers with the given ids and caches them. Unknown
// ids are skipped.
func (r *Reader) InterviewersByID(ctx context.Context, keys []booking.InterviewerID) ([]booking.Interviewer, error) {
	at := r.known.at()
	found := make([]booking.Interviewer, 0, len(keys))
	err := r.send(ctx, statement{
		"SELECT " + interviewerColumns + " FROM interviewers WHERE id = ANY($1)", []any{numbers(keys)},
		each(&found, interviewerPlaces)})
	if err == nil {
		r.known.keep(at, found)
	}
	return found, fault(err, "read %d interviewers", len(keys))
}

// CreateStudent inserts a student and returns it with its id.
func (tx *Tx) CreateStudent(ctx context.Context, s booking.Student) (booking.Student, error) {
	s.Revision = booking.FirstRevision(s.CreatedAt)
	created := newStudentRow(s)
	err := tx.db.WithContext(ctx).Create(&created).Error
	return created.domain(), fault(err, "create a student")
}

// Empty reports whether there are neither students nor interviewers.
func (r *Reader) Empty(ctx context.Context) (bool, error) {
	var empty bool
	err := r.db.WithContext(ctx).Raw("SELECT NOT EXISTS (SELECT FROM students) AND NOT EXISTS (SELECT FROM interviewers)").
		Scan(&empty).Error
	return empty, fault(err, "check whether the school is empty")
}

// UpdateStudent writes all fields of a student except the id and the creation time, and
// returns the student with the new revision. at is the time of the edit. The student
// must be locked.
func (tx *Tx) UpdateStudent(ctx context.Context, s booking.Student, at time.Time) (booking.Student, error) {
	was := s.Version
	s.Revision = s.Next(at)
	changed := newStudentRow(s)
	return s, tx.edit(ctx, was, &changed, "name", "name_folded", "email", "time_zone", "interview_limit", "anonymised_at")
}

// LockStudent locks a student until the transaction ends, and returns it. Other
// operations on the student's interviews wait. It comes first in the lock order.
func (tx *Tx) LockStudent(ctx context.Context, id booking.StudentID) (booking.Student, error) {
	tx.in.students = append(tx.in.students, id)
	student, err := one(ctx, tx, studentPlaces, lockStudent, int64(id))
	return student, missing(err, "student", "studentId", id)
}

const lockStudent = "SELECT id, name, email, time_zone, interview_limit, created_at, anonymised_at, " + revisionColumns +
	" FROM students WHERE id = $1 FOR NO KEY UPDATE"

func studentPlaces(s *booking.Student) []any {
	return []any{
		(*int64)(&s.ID), &s.Name, &s.Email, &s.TimeZone, &s.LimitOverride, (*instant)(&s.CreatedAt), (*instant)(&s.AnonymisedAt),
		&s.Version, (*instant)(&s.UpdatedAt),
	}
}

// CreateInterviewer inserts an interviewer and returns it with its id.
func (tx *Tx) CreateInterviewer(ctx context.Context, i booking.Interviewer) (booking.Interviewer, error) {
	i.Revision = booking.FirstRevision(i.CreatedAt)
	created := newInterviewerRow(i)
	err := tx.db.WithContext(ctx).Create(&created).Error
	return created.domain(), fault(err, "create an interviewer")
}

// UpdateInterviewer writes all fields of an interviewer except the id and the creation
// time, and returns the interviewer with the new revision. at is the time of the edit.
// The interviewer must be locked.
func (tx *Tx) UpdateInterviewer(ctx context.Context, i booking.Interviewer, at time.Time) (booking.Interviewer, error) {
	was := i.Version
	i.Revision = i.Next(at)
	changed := newInterviewerRow(i)
	tx.in.changesInterviewers = true
	return i, tx.edit(ctx, was, &changed, "name", "name_folded", "email", "time_zone", "tags", "max_per_day", "max_per_week", "meeting_url",
		"headline", "bio", "photo_url", "languages", "active")
}

// LockInterviewer locks an interviewer until the transaction ends, and returns it. Other
// changes of the interviewer and of their availabilities wait.
func (tx *Tx) LockInterviewer(ctx context.Context, id booking.InterviewerID) (booking.Interviewer, error) {
	return tx.lockInterviewer(ctx, id, lockInterviewer)
}

// ShareInterviewer takes a shared lock: the interviewer cannot change until the
// transaction ends, but other transactions can take the same lock.
func (tx *Tx) ShareInterviewer(ctx context.Context, id booking.InterviewerID) (booking.Interviewer, error) {
	return tx.lockInterviewer(ctx, id, shareInterviewer)
}

const (
	lockInterviewer  = "SELECT " + interviewerColumns + " FROM interviewers WHERE id = $1 FOR NO KEY UPDATE"
	shareInterviewer = "SELECT " + interviewerColumns + " FROM interviewers WHERE id = $1 FOR SHARE"
)

func (tx *Tx) lockInterviewer(ctx context.Context, id booking.InterviewerID, text string) (booking.Interviewer, error) {
	interviewer, err := one(ctx, tx, interviewerPlaces, text, int64(id))
	return interviewer, missing(err, "interviewer", "interviewerId", id)
}
