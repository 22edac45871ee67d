package store

import (
	"context"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/spelling"
)

type studentRow struct {
	ID             booking.StudentID
	Name           string
	NameFolded     string // for search and ordering
	Email          string
	TimeZone       string
	InterviewLimit *int
	CreatedAt      time.Time
	AnonymisedAt   *time.Time
	Revised        revised `gorm:"embedded"`
}

// studentColumns are those that are read.
var studentColumns = columnsOf[studentRow]("name_folded")

func (studentRow) TableName() string { return "students" }

func newStudentRow(s booking.Student) studentRow {
	row := studentRow{
		ID: s.ID, Name: s.Name, NameFolded: spelling.Fold(s.Name), Email: s.Email, TimeZone: s.TimeZone,
		InterviewLimit: s.InterviewLimit, CreatedAt: s.CreatedAt, Revised: revised(s.Revision),
	}
	if !s.AnonymisedAt.IsZero() {
		row.AnonymisedAt = &s.AnonymisedAt
	}
	return row
}

func (r studentRow) domain() booking.Student {
	s := booking.Student{
		ID: r.ID, CreatedAt: r.CreatedAt.UTC(), Revision: r.Revised.revision(),
		StudentDetails: booking.StudentDetails{
			Name: r.Name, Email: r.Email, TimeZone: r.TimeZone, InterviewLimit: r.InterviewLimit,
		},
	}
	if r.AnonymisedAt != nil {
		s.AnonymisedAt = r.AnonymisedAt.UTC()
	}
	return s
}

// Student returns one student, or NotFound.
func (r *Reader) Student(ctx context.Context, id booking.StudentID) (booking.Student, error) {
	var found studentRow
	err := r.db.WithContext(ctx).Where("id = ?", id).Take(&found).Error
	return found.domain(), missing(err, "student", "studentId", id)
}

// Students returns a page of students, by default in the order of their ids, and whether
// there are more.
func (r *Reader) Students(ctx context.Context, s Scope, f StudentFilter, p Page) ([]booking.Student, bool, error) {
	var rows []studentRow
	err := pageOfStudents(r.db.WithContext(ctx), s.studentsLike(f), p, &rows)
	page, more := cutPage(domains(rows), p)
	return page, more, fault(err, "list students")
}

// CountStudents counts the students that Students lists.
func (r *Reader) CountStudents(ctx context.Context, s Scope, f StudentFilter) (int, error) {
	return countPeople(r.db.WithContext(ctx), s.studentsLike(f))
}

// StudentsByID returns the students with the given ids. Unknown ids are skipped.
func (r *Reader) StudentsByID(ctx context.Context, keys []booking.StudentID) ([]booking.Student, error) {
	var rows []studentRow
	err := r.db.WithContext(ctx).Where("id = ANY(?)", ids[booking.StudentID](keys)).Find(&rows).Error
	return domains(rows), fault(err, "read %d students", len(keys))
}

// StudentsByEmail returns the students with the e-mail addresses and skips unknown
// addresses.
func (r *Reader) StudentsByEmail(ctx context.Context, emails []string) ([]booking.Student, error) {
	return inBatches(emails, func(batch []string) ([]booking.Student, error) {
		var rows []studentRow
		err := r.db.WithContext(ctx).Where("email = ANY(?::text[])", texts(batch)).Find(&rows).Error
		return domains(rows), fault(err, "read %d students by e-mail", len(batch))
	})
}

// CreateStudent inserts a student and returns it with its id.
func (tx *Tx) CreateStudent(ctx context.Context, s booking.Student) (booking.Student, error) {
	s.Revision = booking.FirstRevision(s.CreatedAt)
	created := newStudentRow(s)
	err := tx.db.WithContext(ctx).Create(&created).Error
	note(tx, changedStudents, created.ID)
	return created.domain(), fault(err, "create a student")
}

// UpdateStudent writes all fields of a student except the id and the creation time, and
// returns the student with the new revision. at is the time of the edit. The student
// must be locked.
func (tx *Tx) UpdateStudent(ctx context.Context, s booking.Student, at time.Time) (booking.Student, error) {
	was := s.Version
	s.Revision = s.Next(at)
	changed := newStudentRow(s)
	note(tx, changedStudents, s.ID)
	return s, tx.edit(ctx, was, &changed, "created_at")
}

// LockStudent locks a student until the transaction ends, and returns it. Other
// operations on the student's interviews wait. It comes first in the lock order.
func (tx *Tx) LockStudent(ctx context.Context, id booking.StudentID) (booking.Student, error) {
	student, err := one(ctx, tx, studentColumns.targets, lockStudent, int64(id))
	return student.domain(), missing(err, "student", "studentId", id)
}

var lockStudent = "SELECT " + studentColumns.String() + " FROM students WHERE id = $1 FOR NO KEY UPDATE"

// LockStudents locks the students, so that other operations on their interviews wait
// until this transaction ends. Students are locked first, in the order of their ids.
func (tx *Tx) LockStudents(ctx context.Context, keys []booking.StudentID) error {
	return lockInOrder(ctx, tx, "students", keys)
}

// LoadStudents writes students.
func (tx *Tx) LoadStudents(ctx context.Context, students []booking.Student) error {
	rows := make([]studentRow, len(students))
	for i, s := range students {
		s.Revision = booking.FirstRevision(s.CreatedAt)
		rows[i] = newStudentRow(s)
		note(tx, changedStudents, s.ID)
	}
	return load(ctx, tx, "students", rows, columnsOf[studentRow]())
}
