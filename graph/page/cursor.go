package page

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"rehearse/internal/store"
)

// A cursor encodes the value that its list is ordered by, and the id:
//
//	list[:FIELD:DIRECTION].id.value
//
// It names its list and order, because in another list or order it would be a valid but
// wrong position. The first version of cursors was start.id, without a name. The lists
// that had such cursors still accept them, in the list's default order.

func (l List[T]) encode(p store.Position, order store.Order) string {
	text := l.label(order) + "." + strconv.FormatInt(p.ID, 36) + "." + value(p, order.Field.Kind())
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

func (l List[T]) label(order store.Order) string {
	if order == l.order {
		return l.name
	}
	return l.name + ":" + string(order.Field) + ":" + string(order.Direction)
}

func value(p store.Position, kind store.FieldKind) string {
	switch kind {
	case store.KindTime:
		return strconv.FormatInt(p.Start.UnixMicro(), 36)
	case store.KindText:
		return p.Text
	case store.KindID:
	}
	return ""
}

func (l List[T]) decode(cursor string, order store.Order) (at store.Position, ok bool) {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return store.Position{}, false
	}
	id, value, mine := l.split(string(text), order)
	number, err := strconv.ParseInt(id, 36, 64)
	at, ok = position(value, order.Field.Kind())
	if !mine || err != nil || number < 1 || !ok {
		return store.Position{}, false
	}
	at.ID = number
	return at, true
}

// split splits a cursor of this list and order into its parts.
func (l List[T]) split(text string, order store.Order) (id, value string, mine bool) {
	label, rest, _ := strings.Cut(text, ".")
	if label == l.label(order) {
		id, value, mine = strings.Cut(rest, ".")
		return id, value, mine
	}
	if !l.nameless || order != l.order {
		return "", "", false
	}
	value, id = label, rest
	if order.Field.Kind() == store.KindID {
		return id, "", value == noStart
	}
	return id, value, true
}

// noStart is the start in first-version cursors of lists whose objects have no start.
var noStart = strconv.FormatInt(time.Time{}.UnixMicro(), 36)

// position parses the value of a cursor, which clients may have forged.
func position(value string, kind store.FieldKind) (p store.Position, ok bool) {
	switch kind {
	case store.KindTime:
		micros, err := strconv.ParseInt(value, 36, 64)
		p.Start = time.UnixMicro(micros).UTC()
		return p, err == nil && p.Start.Year() > 1 && p.Start.Year() < 10_000
	case store.KindText:
		p.Text = value
		return p, utf8.ValidString(value) && !strings.ContainsRune(value, 0)
	case store.KindID:
	}
	return p, value == ""
}
