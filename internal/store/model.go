package store

import (
	"database/sql/driver"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"rehearse/internal/booking"
)

// A row type mirrors its table. Its domain method converts it to the type of package
// booking.

// revised is the revision of a row. GORM must not set the time, because an operation
// uses one clock throughout.
type revised struct {
	Version   int
	UpdatedAt time.Time `gorm:"autoUpdateTime:false"`
}

func (r revised) revision() booking.Revision {
	return booking.Revision{Version: r.Version, UpdatedAt: r.UpdatedAt.UTC()}
}

// row is implemented by every row type.
type row[T any] interface{ domain() T }

func domains[T any, R row[T]](rows []R) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = r.domain()
	}
	return out
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}

// instant is a time that pgx reads and writes without a copy. A scan converts to UTC, and
// NULL to the zero time.
type instant time.Time

// ScanTimestamptz implements pgtype.TimestamptzScanner.
func (t *instant) ScanTimestamptz(v pgtype.Timestamptz) error {
	*t = instant(v.Time.UTC())
	return nil
}

// TimestamptzValue implements pgtype.TimestamptzValuer.
func (t *instant) TimestamptzValue() (pgtype.Timestamptz, error) {
	return pgtype.Timestamptz{Time: time.Time(*t), Valid: true}, nil
}

// Value implements driver.Valuer, which pgx uses where it does not know the type of a
// parameter, as in the modes for poolers.
func (t *instant) Value() (driver.Value, error) { return time.Time(*t), nil }

// orNone returns the id, or nil for 0, which is stored as null.
func orNone[ID ~int64](id ID) *ID {
	if id == 0 {
		return nil
	}
	return &id
}

func orZero[ID ~int64](id *ID) ID {
	if id == nil {
		return 0
	}
	return *id
}
