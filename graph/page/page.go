// Package page shapes lists as Relay connections: edges, nodes, page info, a
// total on demand, and cursors that are a position in the list's order.
package page

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rehearse/graph/scalar"
	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// The connections and edges of the schema.
type (
	StudentConnection     = Connection[booking.Student]
	StudentEdge           = Edge[booking.Student]
	InterviewerConnection = Connection[booking.Interviewer]
	InterviewerEdge       = Edge[booking.Interviewer]
	InterviewConnection   = Connection[booking.Interview]
	InterviewEdge         = Edge[booking.Interview]
	SlotEdge              = Edge[booking.Slot]
)

// Connection is one page of a list.
type Connection[T any] struct {
	Edges    []Edge[T]
	Nodes    []T
	PageInfo Info
	total    func(context.Context) (int, error)
}

// Edge is one thing of a list and its place.
type Edge[T any] struct {
	Node   T
	Cursor string
}

// Info says where a page lies in the whole.
type Info struct {
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     *string
	EndCursor       *string
}

// TotalCount counts the things of all pages.
func (c *Connection[T]) TotalCount(ctx context.Context) (int, error) { return c.total(ctx) }

// AvailableSlotConnection is a page of bookable slots with the verdict on the
// student.
type AvailableSlotConnection struct {
	Connection[booking.Slot]
	Eligibility booking.Eligibility
	reasons     func(context.Context) ([]booking.EmptyReason, error)
}

// EmptyReasons explains a list that is empty, and nothing else.
func (c *AvailableSlotConnection) EmptyReasons(ctx context.Context) ([]booking.EmptyReason, error) {
	if len(c.Nodes) > 0 || c.PageInfo.HasPreviousPage {
		return []booking.EmptyReason{}, nil
	}
	return c.reasons(ctx)
}

// AvailableSlots shapes the answer to what a student may book.
func AvailableSlots(a *app.AvailableSlots, asked store.Page) *AvailableSlotConnection {
	return &AvailableSlotConnection{
		Connection:  *New(asked, a.Slots, a.More, SlotPosition, a.Total),
		Eligibility: a.Eligibility,
		reasons:     a.EmptyReasons,
	}
}

// New shapes a page of things. total counts them all when it is asked for.
func New[T any](
	asked store.Page, nodes []T, more bool, at func(T) store.Position, total func(context.Context) (int, error),
) *Connection[T] {
	c := &Connection[T]{
		Nodes: nodes, Edges: make([]Edge[T], len(nodes)), total: total,
		PageInfo: Info{HasNextPage: more, HasPreviousPage: asked.After != nil},
	}
	for i, node := range nodes {
		c.Edges[i] = Edge[T]{Node: node, Cursor: encode(at(node))}
	}
	if len(nodes) > 0 {
		c.PageInfo.StartCursor = &c.Edges[0].Cursor
		c.PageInfo.EndCursor = &c.Edges[len(nodes)-1].Cursor
	}
	return c
}

// The position of each kind of thing in its list.

func SlotPosition(s booking.Slot) store.Position {
	return store.Position{Start: s.Start, ID: int64(s.ID)}
}

func InterviewPosition(i booking.Interview) store.Position {
	return store.Position{Start: i.Start, ID: int64(i.ID)}
}

func StudentPosition(s booking.Student) store.Position { return store.Position{ID: int64(s.ID)} }

func InterviewerPosition(i booking.Interviewer) store.Position {
	return store.Position{ID: int64(i.ID)}
}

// Limit says how many things a page of a list holds.
type Limit struct{ Default, Most int }

// Asked reads the arguments of a list. More than the limit is refused, not cut,
// so that nobody takes a part for the whole.
func (l Limit) Asked(first *int, after *string) (store.Page, error) {
	page := store.Page{First: l.Default}
	if first != nil {
		page.First = *first
	}
	if page.First < 1 || page.First > l.Most {
		return page, &scalar.InputError{Message: fmt.Sprintf("first is %d; a whole number from 1 to %d is allowed", page.First, l.Most)}
	}
	if after != nil {
		position, err := decode(*after)
		if err != nil {
			return page, err
		}
		page.After = &position
	}
	return page, nil
}

func encode(p store.Position) string {
	return base64.RawURLEncoding.EncodeToString(
		[]byte(strconv.FormatInt(p.Start.UnixMicro(), 36) + "." + strconv.FormatInt(p.ID, 36)))
}

func decode(cursor string) (store.Position, error) {
	bad := &scalar.InputError{Message: "after is not a cursor of this list; take it from an edge or from pageInfo"}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return store.Position{}, bad
	}
	start, id, found := strings.Cut(string(text), ".")
	micros, errStart := strconv.ParseInt(start, 36, 64)
	number, errID := strconv.ParseInt(id, 36, 64)
	if !found || errStart != nil || errID != nil || number < 1 {
		return store.Position{}, bad
	}
	return store.Position{Start: time.UnixMicro(micros).UTC(), ID: number}, nil
}
