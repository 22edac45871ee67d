package store

import (
	"database/sql/driver"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"rehearse/internal/calendar"
)

// GORM expands a slice to one parameter for each element. It sends the types below as one
// parameter, which pgx encodes as an array: the statement's text does not depend on the
// number of elements. Their values have basic types, which pgx can encode in every mode.

// ids is an array of ids.
type ids[T ~int64] []T

// Value implements driver.Valuer.
func (a ids[T]) Value() (driver.Value, error) { return numbers(a), nil }

// Scan implements sql.Scanner.
func (a *ids[T]) Scan(from any) error {
	var numbers []int64
	if err := scanArray(from, &numbers); err != nil {
		return err
	}
	*a = typed[T](numbers)
	return nil
}

// texts is an array of texts.
type texts []string

// Value implements driver.Valuer.
func (a texts) Value() (driver.Value, error) { return append([]string{}, a...), nil }

// Scan implements sql.Scanner.
func (a *texts) Scan(from any) error { return scanArray(from, (*[]string)(a)) }

// integers is an array of numbers.
type integers []int

// Value implements driver.Valuer.
func (a integers) Value() (driver.Value, error) { return append([]int{}, a...), nil }

// Scan implements sql.Scanner.
func (a *integers) Scan(from any) error { return scanArray(from, (*[]int)(a)) }

// instants is an array of times.
type instants []time.Time

// Value implements driver.Valuer.
func (a instants) Value() (driver.Value, error) { return append([]time.Time{}, a...), nil }

// arrayTypes holds maps of pgx that convert arrays from and to text. A map caches its plans,
// so it is not safe for concurrent use, and it is expensive to make (BenchmarkScanArray).
var arrayTypes = sync.Pool{New: func() any { return pgtype.NewMap() }}

// scanArray decodes an array that database/sql has received as text.
func scanArray[T any](from any, into *[]T) error {
	types, _ := arrayTypes.Get().(*pgtype.Map)
	defer arrayTypes.Put(types)
	return types.SQLScanner(into).Scan(from)
}

// numbers converts ids to an array that pgx can encode.
func numbers[T ~int64](ids []T) []int64 {
	list := make([]int64, len(ids))
	for i, id := range ids {
		list[i] = int64(id)
	}
	return list
}

// typed converts numbers to ids. It returns nil for an empty slice.
func typed[T ~int64](numbers []int64) []T {
	var list []T
	for _, n := range numbers {
		list = append(list, T(n))
	}
	return list
}

// valuesOf returns one value of each row as an array. The value must have a basic type or be
// a pointer to one; nil becomes NULL.
func valuesOf[R, V any](rows []R, value func(R) V) *[]V {
	list := make([]V, len(rows))
	for i, row := range rows {
		list[i] = value(row)
	}
	return &list // GORM expands a slice, but not a pointer to one
}

func bounds(spans []calendar.Span) (starts, ends []time.Time) {
	for _, s := range spans {
		starts, ends = append(starts, s.Start), append(ends, s.End)
	}
	return starts, ends
}
