package transfer

import (
	"context"
	"fmt"
	"io"
	"slices"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/interchange"
	"rehearse/internal/store"
)

// ImportStudents creates the students of a table. Existing students, matched by e-mail, are
// not changed.
func (t *Transfers) ImportStudents(ctx context.Context, csv io.Reader, o ImportOptions) (*Imported, error) {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return nil, err
	}
	rows, bad, err := read(csv, interchange.Students(), o)
	if err != nil || bad != nil {
		return bad, err
	}
	now := t.now()
	people := people[booking.Student]{
		noun:   "student",
		table:  store.StudentsTable,
		email:  func(s booking.Student) string { return s.Email },
		id:     func(s booking.Student) int64 { return int64(s.ID) },
		differ: booking.Student.Differences,
		known: func(ctx context.Context, tx *store.Tx, emails []string) ([]booking.Student, error) {
			return tx.StudentsByEmail(ctx, emails)
		},
		others: func(ctx context.Context, tx *store.Tx, emails []string) (map[string]string, error) {
			found, err := tx.InterviewersByEmail(ctx, emails)
			return notesOn(found, func(i booking.Interviewer) (string, string) {
				return i.Email, fmt.Sprintf("The e-mail address belongs to interviewer %d, who is then also a student.", i.ID)
			}), err
		},
	}
	return runImport(ctx, t, rows, o, importer[booking.Student]{
		data: "students", now: now,
		judge: people.judge(func(ctx context.Context, tx *store.Tx, rows []*incoming[booking.Student]) error {
			created, err := numbered(ctx, tx, store.StudentsTable, rows, func(s *booking.Student, id int64) {
				s.ID, s.CreatedAt = booking.StudentID(id), now
			})
			if err != nil {
				return err
			}
			return tx.LoadStudents(ctx, created)
		}),
	})
}

// ImportInterviewers creates the interviewers of a table. Existing interviewers, matched by
// e-mail, are not changed.
func (t *Transfers) ImportInterviewers(ctx context.Context, csv io.Reader, o ImportOptions) (*Imported, error) {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return nil, err
	}
	rows, bad, err := read(csv, interchange.Interviewers(), o)
	if err != nil || bad != nil {
		return bad, err
	}
	now := t.now()
	people := people[booking.Interviewer]{
		noun:   "interviewer",
		table:  store.InterviewersTable,
		email:  func(i booking.Interviewer) string { return i.Email },
		id:     func(i booking.Interviewer) int64 { return int64(i.ID) },
		differ: booking.Interviewer.Differences,
		known: func(ctx context.Context, tx *store.Tx, emails []string) ([]booking.Interviewer, error) {
			return tx.InterviewersByEmail(ctx, emails)
		},
		others: func(ctx context.Context, tx *store.Tx, emails []string) (map[string]string, error) {
			found, err := tx.StudentsByEmail(ctx, emails)
			return notesOn(found, func(s booking.Student) (string, string) {
				return s.Email, fmt.Sprintf("The e-mail address belongs to student %d, who is then also an interviewer.", s.ID)
			}), err
		},
	}
	return runImport(ctx, t, rows, o, importer[booking.Interviewer]{
		data: "interviewers", now: now,
		judge: people.judge(func(ctx context.Context, tx *store.Tx, rows []*incoming[booking.Interviewer]) error {
			created, err := numbered(ctx, tx, store.InterviewersTable, rows, func(i *booking.Interviewer, id int64) {
				i.ID, i.CreatedAt = booking.InterviewerID(id), now
			})
			if err != nil {
				return err
			}
			return tx.LoadInterviewers(ctx, created)
		}),
	})
}

// people holds what differs between importing students and interviewers.
type people[P any] struct {
	noun   string
	table  store.Table
	email  func(P) string
	id     func(P) int64
	differ func(there, imported P) booking.Refused
	known  func(context.Context, *store.Tx, []string) ([]P, error)
	// others returns a note for each e-mail address of a person of the other kind. A person may
	// be both, but the note reveals a file that was imported into the wrong table.
	others func(context.Context, *store.Tx, []string) (map[string]string, error)
}

// notesOn returns the note on each person by their e-mail address.
func notesOn[P any](found []P, note func(P) (email, text string)) map[string]string {
	notes := map[string]string{}
	for _, person := range found {
		email, text := note(person)
		notes[email] = text
	}
	return notes
}

// judge returns an importer's judge function, with write as its writer.
func (k people[P]) judge(write writer[P]) func(context.Context, *store.Tx, []*incoming[P]) (writer[P], error) {
	return func(ctx context.Context, tx *store.Tx, rows []*incoming[P]) (writer[P], error) {
		return write, k.find(ctx, tx, rows)
	}
}

// find marks a row as unchanged if its person already exists. It fails a row that differs from
// the existing person, or that repeats an earlier line.
func (k people[P]) find(ctx context.Context, tx *store.Tx, rows []*incoming[P]) error {
	if err := tx.LockImports(ctx, k.table); err != nil {
		return err
	}
	emails := make([]string, len(rows))
	for i, row := range rows {
		emails[i] = k.email(row.Value)
	}
	found, err := k.known(ctx, tx, emails)
	if err != nil {
		return err
	}
	notes, err := k.others(ctx, tx, emails)
	if err != nil {
		return err
	}
	there := map[string]P{}
	for _, person := range found {
		there[k.email(person)] = person
	}
	lines := map[string]int{}
	for i, row := range rows {
		if line, twice := lines[emails[i]]; twice {
			row.fail(booking.Refuse(booking.InvalidInput, "email", fmt.Sprintf(
				"email is %q, as on line %d; each %s is allowed once in a file.", emails[i], line, k.noun)))
			continue
		}
		lines[emails[i]] = row.Line
		person, known := there[emails[i]]
		if !known {
			if note, also := notes[emails[i]]; also {
				row.notes = append(row.notes, note)
			}
			continue
		}
		refused := slices.DeleteFunc(k.differ(person, row.Value), func(r booking.Refusal) bool {
			return slices.Contains(row.Blank, r.Field) // blank cells are not compared
		})
		if len(refused) > 0 {
			row.fail(refused)
			continue
		}
		row.unchanged(k.id(person))
	}
	return nil
}

// numbered assigns an id to each row, in the order of the file.
func numbered[T any](
	ctx context.Context, tx *store.Tx, table store.Table, rows []*incoming[T], set func(*T, int64),
) ([]T, error) {
	taken, err := tx.ReserveIDs(ctx, table, len(rows))
	if err != nil {
		return nil, err
	}
	values := make([]T, len(rows))
	for i, row := range rows {
		row.id = taken[i]
		set(&row.Value, taken[i])
		values[i] = row.Value
	}
	return values, nil
}
