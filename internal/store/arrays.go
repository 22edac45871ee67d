package store

import (
	"database/sql/driver"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"rehearse/internal/calendar"
)

// ids is a Postgres array. Unlike `IN ?`, `= ANY(?)` keeps the statement's text and its
// number of parameters independent of the number of ids.
type ids[T ~int64] []T

// Value implements driver.Valuer.
func (a ids[T]) Value() (driver.Value, error) {
	parts := make([]string, len(a))
	for i, id := range a {
		parts[i] = strconv.FormatInt(int64(id), 10)
	}
	return "{" + strings.Join(parts, ",") + "}", nil
}

// Scan implements sql.Scanner.
func (a *ids[T]) Scan(from any) error {
	var numbers []int64
	if err := arrays.SQLScanner(&numbers).Scan(from); err != nil {
		return err
	}
	*a = typed[T](numbers)
	return nil
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

// texts is a Postgres array of texts.
type texts []string

// Value implements driver.Valuer.
func (a texts) Value() (driver.Value, error) {
	text, err := arrays.Encode(pgtype.TextArrayOID, pgtype.TextFormatCode, []string(a), nil)
	if text == nil || err != nil {
		return "{}", err
	}
	return string(text), nil
}

// Scan implements sql.Scanner.
func (a *texts) Scan(from any) error {
	return arrays.SQLScanner((*[]string)(a)).Scan(from)
}

// arrays encodes and decodes arrays. It must not be modified.
var arrays = pgtype.NewMap()

// instants is a Postgres array of timestamps.
type instants []time.Time

// Value implements driver.Valuer.
func (a instants) Value() (driver.Value, error) {
	parts := make([]string, len(a))
	for i, t := range a {
		parts[i] = t.UTC().Format(time.RFC3339Nano)
	}
	return "{" + strings.Join(parts, ",") + "}", nil
}

func bounds(spans []calendar.Span) (starts, ends []time.Time) {
	for _, s := range spans {
		starts, ends = append(starts, s.Start), append(ends, s.End)
	}
	return starts, ends
}
