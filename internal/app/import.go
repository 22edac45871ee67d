package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/interchange"
	"rehearse/internal/store"
)

// ImportOptions say how a file is taken in.
type ImportOptions struct {
	DryRun  bool // answer what the import would, and write nothing
	Partial bool // write the rows that can be written, though others fail
	// Exempt takes interviews in that break only the limit, the pair, the grades
	// or the caps of the interviewer, and marks them.
	Exempt  bool
	MaxRows int
	Zone    *time.Location // in which a time without an offset is read
}

// ImportRowStatus is what became of a row.
type ImportRowStatus string

const (
	RowCreated   ImportRowStatus = "CREATED"
	RowUnchanged ImportRowStatus = "UNCHANGED"
	RowExempted  ImportRowStatus = "EXEMPTED"
	RowFailed    ImportRowStatus = "FAILED"
	RowIgnored   ImportRowStatus = "IGNORED" // it asks for nothing that can be written; its notes say why
	RowSkipped   ImportRowStatus = "SKIPPED" // sound, but not written, for others failed
)

// ImportRow is what became of one row of a file.
type ImportRow struct {
	Line   int
	ID     *int64 // of what the row stands for; nil when it is not there
	Status ImportRowStatus
	Errors []ImportError
	Notes  []string // sentences; what was left out of it, and why
}

// ImportError is one thing that is wrong with a row.
type ImportError struct {
	Column  *string // nil: the row as a whole
	Code    booking.RefusalCode
	Message string
}

// Imported is what an import came to.
type Imported struct {
	Rows    []ImportRow
	Refused booking.Refused // what is wrong with the file as a whole, or that nothing was written
}

// Count is how many rows have the status.
func (i *Imported) Count(status ImportRowStatus) int {
	n := 0
	for _, row := range i.Rows {
		if row.Status == status {
			n++
		}
	}
	return n
}

// incoming is a row on its way into the school.
type incoming[T any] struct {
	interchange.Row[T]
	status ImportRowStatus
	id     int64
	notes  []string
}

func (r *incoming[T]) fail(refused booking.Refused) {
	r.status, r.Refused = RowFailed, append(r.Refused, refused...)
}

func (r *incoming[T]) ignore(note string) { r.status, r.notes = RowIgnored, append(r.notes, note) }

func (r *incoming[T]) unchanged(id int64) { r.status, r.id = RowUnchanged, id }

func (r *incoming[T]) isNew() bool { return r.status == RowCreated || r.status == RowExempted }

// intake is what is particular to one kind of file.
type intake[T any] struct {
	data string // what the rows are
	now  time.Time
	// judge locks, reads, and decides about the rows that are not FAILED yet:
	// it fails a row or finds it unchanged; the others stay CREATED. It returns
	// what writes them.
	judge func(ctx context.Context, tx *store.Tx, rows []*incoming[T]) (writer[T], error)
}

// writer writes the rows that are new, and gives them their ids.
type writer[T any] func(ctx context.Context, tx *store.Tx, rows []*incoming[T]) error

// importAttempts: what was created by others between an import's look and its
// write is found by the next look.
const importAttempts = 3

// take runs one import in one transaction. All is decided under the locks
// before the first row is written, so a row that fails harms no other.
func take[T any](ctx context.Context, a *App, file []interchange.Row[T], o ImportOptions, in intake[T]) (*Imported, error) {
	for attempt := 1; ; attempt++ {
		w := writing{now: in.now, dryRun: o.DryRun, retries: attempt < importAttempts}
		imported, err := write(ctx, a, w, func(tx *store.Tx) (*Imported, error) {
			return in.run(ctx, tx, begin(file), o)
		})
		var met booking.Refused
		if attempt == importAttempts || !errors.As(err, &met) || met.Has(booking.BusyRetry) {
			return imported, err
		}
	}
}

func (in intake[T]) run(ctx context.Context, tx *store.Tx, rows []*incoming[T], o ImportOptions) (*Imported, error) {
	write, err := in.judge(ctx, tx, pick(rows, func(r *incoming[T]) bool { return r.status != RowFailed }))
	if err != nil {
		return nil, err
	}
	failed := pick(rows, func(r *incoming[T]) bool { return r.status == RowFailed })
	if len(failed) > 0 && !o.Partial {
		tx.Discard()
		return report(rows, true, o.DryRun), nil
	}
	created := pick(rows, (*incoming[T]).isNew)
	if err := write(ctx, tx, created); err != nil {
		return nil, err
	}
	if len(created) > 0 {
		changes := booking.Changes{}.Add("data", nil, in.data).Add("created", nil, len(created))
		if err := tell(ctx, tx, in.now, booking.Event{Kind: booking.DataImported, Changes: changes}); err != nil {
			return nil, err
		}
	}
	return report(rows, false, o.DryRun), nil
}

func begin[T any](file []interchange.Row[T]) []*incoming[T] {
	rows := make([]*incoming[T], len(file))
	for i, row := range file {
		rows[i] = &incoming[T]{Row: row, status: RowCreated}
		if len(row.Refused) > 0 {
			rows[i].status = RowFailed
		}
	}
	return rows
}

func pick[T any](rows []*incoming[T], wanted func(*incoming[T]) bool) []*incoming[T] {
	var some []*incoming[T]
	for _, row := range rows {
		if wanted(row) {
			some = append(some, row)
		}
	}
	return some
}

// MaxRowErrors is how many errors of a row are reported.
const MaxRowErrors = 10

func report[T any](rows []*incoming[T], nothingWritten, dryRun bool) *Imported {
	out := &Imported{Rows: make([]ImportRow, len(rows))}
	failed := 0
	for i, row := range rows {
		if nothingWritten && row.isNew() {
			row.status, row.id = RowSkipped, 0
		}
		if dryRun && row.isNew() {
			row.id = 0 // it was rolled back, and will be another
		}
		if row.status == RowFailed {
			failed++
		}
		out.Rows[i] = ImportRow{Line: row.Line, Status: row.status, Errors: []ImportError{}, Notes: append([]string{}, row.notes...)}
		if row.id != 0 {
			out.Rows[i].ID = &row.id
		}
		for _, r := range row.Refused[:min(len(row.Refused), MaxRowErrors)] {
			out.Rows[i].Errors = append(out.Rows[i].Errors, importError(r))
		}
	}
	if nothingWritten {
		out.Refused = booking.Refuse(booking.InvalidInput, interchange.File, fmt.Sprintf(
			"%d of %d rows failed, so nothing was written; correct them, or set partial to import the other rows.", failed, len(rows)))
	}
	return out
}

func importError(r booking.Refusal) ImportError {
	e := ImportError{Code: r.Code, Message: r.Message}
	if r.Field != "" {
		e.Column = &r.Field
	}
	return e
}

// read reads a table; the answer is nil when it could be read.
func read[T any](from io.Reader, f interchange.Format[T], o ImportOptions) ([]interchange.Row[T], *Imported, error) {
	rows, refused, err := f.Read(from, o.MaxRows)
	if len(refused) > 0 {
		return nil, &Imported{Rows: []ImportRow{}, Refused: refused}, nil
	}
	return rows, nil, err
}
