package store

import (
	"context"
	"slices"
	"time"

	"rehearse/internal/booking"
)

// ChangeRetention is how long the change log keeps its rows.
const ChangeRetention = time.Hour

// maxLoggedIDs is the number of ids of a kind that a transaction logs. If it changes more,
// it logs that any of them may have changed.
const maxLoggedIDs = 10_000

// changeKind is a column of the change log.
type changeKind int

const (
	changedSlots changeKind = iota
	changedInterviews
	changedStudents // own row, interviews, holds or waivers
	changedInterviewers
	retagged // interviewers with slots whose tags changed
	changeKinds
)

// changeColumns are the names of the columns.
var changeColumns = [changeKinds]string{"slots", "interviews", "students", "interviewers", "retagged"}

// changeNotes are the changes of a transaction. Notes are only appended, so the copy that
// Try restores is as it was.
type changeNotes struct {
	ids    [changeKinds][]int64
	every  [changeKinds]bool
	events bool // events were appended; every row of the log tells readers to look for them
}

// note notes that rows of a kind have changed. Every method that writes rows of a kind
// notes them, and the notes are written with the commit, so no caller can omit them.
func note[ID ~int64](tx *Tx, kind changeKind, ids ...ID) {
	noted := &tx.state.changes.ids[kind]
	for _, id := range ids {
		*noted = append(*noted, int64(id))
	}
}

// noteEveryStudent notes that the record of any student may have changed.
func (tx *Tx) noteEveryStudent() { tx.state.changes.every[changedStudents] = true }

// noteInterviews notes that interviews have changed, and with them the records of their
// students.
func (tx *Tx) noteInterviews(changed ...booking.Interview) {
	for _, i := range changed {
		note(tx, changedInterviews, i.ID)
		note(tx, changedStudents, i.StudentID)
	}
}

// noteInterviewer notes the edit of an interviewer. Unless the interviewer is the last one that
// the transaction locked, it notes more than has changed.
func (tx *Tx) noteInterviewer(i booking.Interviewer) {
	note(tx, changedInterviewers, i.ID)
	was := tx.state.interviewer
	known := was.ID == i.ID
	if !known || was.Email != i.Email {
		tx.noteEveryStudent()
	}
	if !known || !slices.Equal(was.Tags, i.Tags) {
		note(tx, retagged, i.ID)
	}
}

// writeChanges queues the transaction's row of the change log, which is sent with the
// commit.
func (t *transaction) writeChanges() {
	if !t.changed() {
		return
	}
	args := make([]any, 0, changeKinds+1)
	var every []string
	for kind, ids := range t.changes.ids {
		slices.Sort(ids)
		ids = slices.Compact(ids)
		if t.changes.every[kind] || len(ids) > maxLoggedIDs {
			every, ids = append(every, changeColumns[kind]), nil
		}
		args = append(args, ids)
	}
	t.queue(insertChanges, append(args, every)...)
}

const insertChanges = `INSERT INTO changes (slots, interviews, students, interviewers, retagged, every)
	VALUES (coalesce($1::bigint[], '{}'), coalesce($2::bigint[], '{}'), coalesce($3::bigint[], '{}'),
		coalesce($4::bigint[], '{}'), coalesce($5::bigint[], '{}'), coalesce($6::text[], '{}'))`

// changed reports whether the transaction has noted changes.
func (t *transaction) changed() bool {
	for kind, ids := range t.changes.ids {
		if t.changes.every[kind] || len(ids) > 0 {
			return true
		}
	}
	return t.changes.events
}

// DeleteChanges deletes the rows of the change log that are older than ChangeRetention and
// returns their number. It uses the clock of the database, which also set the
// time of the rows.
func (s *Store) DeleteChanges(ctx context.Context) (int, error) {
	done := s.db.WithContext(ctx).Exec("DELETE FROM changes WHERE at < now() - make_interval(secs => ?)", ChangeRetention.Seconds())
	return int(done.RowsAffected), fault(done.Error, "delete old changes")
}
