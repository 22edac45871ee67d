package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/interchange"
	"rehearse/internal/store"
)

// ImportOptions are the options of an import.
type ImportOptions struct {
	DryRun  bool // report the result without writing anything
	Partial bool // write the valid rows even if other rows fail
	// Exempt imports interviews that break only the limit, pair, grade or interviewer cap
	// rules, and marks them as exempt.
	Exempt   bool
	MaxRows  int
	MaxSlots int            // slots that a file may publish, about 600 bytes of memory each
	Zone     *time.Location // used for times without an offset
	Keyed    Keyed          // makes the import idempotent
}

// ImportRowStatus is the outcome of a row.
type ImportRowStatus string

const (
	RowCreated   ImportRowStatus = "CREATED"
	RowUnchanged ImportRowStatus = "UNCHANGED"
	RowExempted  ImportRowStatus = "EXEMPTED"
	RowFailed    ImportRowStatus = "FAILED"
	RowIgnored   ImportRowStatus = "IGNORED" // nothing to write; the notes say why
	RowSkipped   ImportRowStatus = "SKIPPED" // valid, but not written because other rows failed
)

// ImportRow is the outcome of one row of a file.
type ImportRow struct {
	Line   int
	ID     *int64 // of the imported object; nil if it does not exist
	Status ImportRowStatus
	Errors []ImportError
	Notes  []string // sentences that say what was left out and why
}

// An ImportError is one error in a row.
type ImportError struct {
	Column  *string // nil if the error concerns the whole row
	Code    booking.RefusalCode
	Message string
}

// Imported is the result of an import.
type Imported struct {
	Rows    []ImportRow
	Refused booking.Refused // errors in the file as a whole, or that nothing was written
}

// Count returns the number of rows with the status.
func (i *Imported) Count(status ImportRowStatus) int {
	n := 0
	for _, row := range i.Rows {
		if row.Status == status {
			n++
		}
	}
	return n
}

// Noted returns the number of rows with the status that have a note.
func (i *Imported) Noted(status ImportRowStatus) int {
	n := 0
	for _, row := range i.Rows {
		if row.Status == status && len(row.Notes) > 0 {
			n++
		}
	}
	return n
}

// incoming is a row that is being imported.
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

// importer holds what is specific to one kind of file.
type importer[T any] struct {
	data string // kind of the rows, for the event
	now  time.Time
	// judge takes the locks, reads, and decides about the rows that have not failed. It
	// marks rows as failed, ignored, exempted or unchanged; the others stay CREATED. It
	// returns the function that writes the new rows.
	judge func(ctx context.Context, tx *store.Tx, rows []*incoming[T]) (writer[T], error)
}

// A writer writes the new rows and sets their ids.
type writer[T any] func(ctx context.Context, tx *store.Tx, rows []*incoming[T]) error

// importAttempts limits the retries of an import that conflicts with a concurrent write.
// The next attempt reads what the other writer created.
const importAttempts = 3

// runImport runs one import in one transaction. It decides about all rows under the locks before
// it writes the first, so a failed row does not affect the others.
func runImport[T any](ctx context.Context, t *Transfers, file []interchange.Row[T], o ImportOptions, in importer[T]) (*Imported, error) {
	ctx = o.Keyed.within(ctx)
	for attempt := 1; ; attempt++ {
		w := operation.Options{Now: in.now, DryRun: o.DryRun, Retries: attempt < importAttempts}
		imported, err := operation.Write(ctx, t.store, w, func(tx *store.Tx) (*Imported, error) {
			return in.run(ctx, tx, newRows(file), o)
		})
		var met booking.Refused
		if attempt == importAttempts || !errors.As(err, &met) || met.Has(booking.BusyRetry) {
			return imported, err
		}
	}
}

func (in importer[T]) run(ctx context.Context, tx *store.Tx, rows []*incoming[T], o ImportOptions) (*Imported, error) {
	write, err := in.judge(ctx, tx, filter(rows, func(r *incoming[T]) bool { return r.status != RowFailed }))
	if err != nil {
		return nil, err
	}
	failed := filter(rows, func(r *incoming[T]) bool { return r.status == RowFailed })
	if len(failed) > 0 && !o.Partial {
		tx.Discard()
		return report(rows, reported{skipped: true, dryRun: o.DryRun}), nil
	}
	created := filter(rows, (*incoming[T]).isNew)
	if err := write(ctx, tx, created); err != nil {
		return nil, err
	}
	if len(created) > 0 {
		changes := booking.Changes{}.Add("data", nil, in.data).Add("created", nil, len(created))
		if err := operation.AppendEvents(ctx, tx, in.now, booking.Event{Kind: booking.DataImported, Changes: changes}); err != nil {
			return nil, err
		}
	}
	return report(rows, reported{dryRun: o.DryRun}), nil
}

func newRows[T any](file []interchange.Row[T]) []*incoming[T] {
	rows := make([]*incoming[T], len(file))
	for i, row := range file {
		rows[i] = &incoming[T]{Row: row, status: RowCreated}
		if len(row.Refused) > 0 {
			rows[i].status = RowFailed
		}
	}
	return rows
}

func filter[T any](rows []*incoming[T], wanted func(*incoming[T]) bool) []*incoming[T] {
	var some []*incoming[T]
	for _, row := range rows {
		if wanted(row) {
			some = append(some, row)
		}
	}
	return some
}

// MaxRowErrors is the number of errors reported per row.
const MaxRowErrors = 10

// reported says why the new rows are not in the database.
type reported struct {
	skipped bool // failed rows kept all rows from being written
	dryRun  bool
}

func report[T any](rows []*incoming[T], of reported) *Imported {
	out := &Imported{Rows: make([]ImportRow, len(rows))}
	failed := 0
	for i, row := range rows {
		if of.skipped && row.isNew() {
			row.status, row.id = RowSkipped, 0
		}
		if of.dryRun && row.isNew() {
			row.id = 0 // the id was rolled back; the real import assigns another
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
	if of.skipped {
		out.Refused = booking.Refuse(booking.InvalidInput, interchange.File, fmt.Sprintf(
			"%d of %d rows failed, so nothing was written; correct them, or import only the others (partial).", failed, len(rows)))
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

// read reads a table. The Imported is nil unless the file as a whole is refused.
func read[T any](from io.Reader, f interchange.Format[T], o ImportOptions) ([]interchange.Row[T], *Imported, error) {
	rows, refused, err := f.Read(from, o.MaxRows)
	if len(refused) > 0 {
		return nil, &Imported{Rows: []ImportRow{}, Refused: refused}, nil
	}
	return rows, nil, err
}
