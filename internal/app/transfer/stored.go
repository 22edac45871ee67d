package transfer

import (
	"context"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

var importedForm = operation.NewForm(newStoredImported, nil)

// storedImported is the stored outcome of a file's rows.
type storedImported struct {
	Rows []storedRow `json:"rows"`
}

type storedRow struct {
	Line   int              `json:"l"`
	ID     *int64           `json:"i,omitempty"`
	Status ImportRowStatus  `json:"s"`
	Errors []storedRowError `json:"e,omitempty"`
}

type storedRowError struct {
	Column  *string             `json:"column,omitempty"`
	Code    booking.RefusalCode `json:"code"`
	Message string              `json:"message"`
}

func newStoredImported(i *Imported) storedImported {
	stored := storedImported{Rows: make([]storedRow, len(i.Rows))}
	for n, row := range i.Rows {
		stored.Rows[n] = storedRow{Line: row.Line, ID: row.ID, Status: row.Status}
		for _, e := range row.Errors {
			stored.Rows[n].Errors = append(stored.Rows[n].Errors, storedRowError(e))
		}
	}
	return stored
}

func (stored storedImported) Restore(context.Context, *store.Reader) (*Imported, error) {
	i := &Imported{Rows: make([]ImportRow, len(stored.Rows))}
	for n, row := range stored.Rows {
		i.Rows[n] = ImportRow{Line: row.Line, ID: row.ID, Status: row.Status, Errors: []ImportError{}}
		for _, e := range row.Errors {
			i.Rows[n].Errors = append(i.Rows[n].Errors, ImportError(e))
		}
	}
	return i, nil
}
