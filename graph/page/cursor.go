package page

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"rehearse/graph/scalar"
	"rehearse/internal/store"
)

// A cursor is the value its list is ordered by, and the id:
//
//	list[:FIELD:DIRECTION].id.value
//
// In the default order of the first lists it is start.id, as it always was. A
// cursor says which order of which list it belongs to, because in another one
// it would be a place, too, and the page after it a wrong one.

var year1 = time.Time{}.UnixMicro()

func (l List[T]) encode(p store.Position, order store.Order) string {
	id := strconv.FormatInt(p.ID, 36)
	text := l.label(order) + "." + id + "." + value(p, order.Field.Kind())
	if l.plain(order) {
		start := year1 // of things that have none
		if order.Field.Kind() == store.KindTime {
			start = p.Start.UnixMicro()
		}
		text = strconv.FormatInt(start, 36) + "." + id
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// plain: the cursors of the order have no label.
func (l List[T]) plain(order store.Order) bool { return l.plainCursors && order == l.order }

func (l List[T]) label(order store.Order) string {
	if order == l.order {
		return l.name
	}
	return l.name + ":" + string(order.Field) + ":" + string(order.Direction)
}

func value(p store.Position, kind store.Kind) string {
	switch kind {
	case store.KindTime:
		return strconv.FormatInt(p.Start.UnixMicro(), 36)
	case store.KindText:
		return p.Text
	case store.KindID:
	}
	return ""
}

func (l List[T]) decode(cursor string, order store.Order) (store.Position, error) {
	bad := &scalar.InputError{Message: "after is not a cursor of this list; take it from an edge or from pageInfo"}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return store.Position{}, bad
	}
	id, value, mine := l.split(string(text), order)
	number, err := strconv.ParseInt(id, 36, 64)
	at, ok := position(value, order.Field.Kind())
	if !mine || err != nil || number < 1 || !ok {
		return store.Position{}, bad
	}
	at.ID = number
	return at, nil
}

// split takes a cursor of this list and order apart.
func (l List[T]) split(text string, order store.Order) (id, value string, mine bool) {
	if l.plain(order) {
		value, id, mine = strings.Cut(text, ".")
		if order.Field.Kind() == store.KindID {
			value, mine = "", mine && value == strconv.FormatInt(year1, 36)
		}
		return id, value, mine
	}
	label, rest, _ := strings.Cut(text, ".")
	id, value, mine = strings.Cut(rest, ".")
	return id, value, mine && label == l.label(order)
}

// position reads the value of a cursor, which anybody may have written.
func position(value string, kind store.Kind) (p store.Position, ok bool) {
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
