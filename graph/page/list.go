package page

import (
	"context"
	"fmt"

	"rehearse/graph/scalar"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// List is what all pages of one kind of list have in common.
type List[T any] struct {
	name        string // in its cursors
	usual, most int    // things of a page
	order       store.Order
	at          func(T, store.OrderField) store.Position
	nameless    bool // its first cursors had no name
}

// The lists of the schema. The sizes of their pages are the schema's, the usual
// one for a first that is null.
var (
	Students = List[booking.Student]{
		name: "students", usual: 20, most: 100, order: by(store.ByID), at: studentAt, nameless: true,
	}
	Interviewers = List[booking.Interviewer]{
		name: "interviewers", usual: 20, most: 100, order: by(store.ByID), at: interviewerAt, nameless: true,
	}
	Interviews = List[booking.Interview]{
		name: "interviews", usual: 20, most: 100, order: by(store.ByStart), at: interviewAt, nameless: true,
	}
	Events = List[booking.Event]{
		name: "events", usual: 20, most: 100, order: by(store.ByID),
		at: func(e booking.Event, _ store.OrderField) store.Position { return store.Position{ID: int64(e.ID)} },
	}
	Slots     = List[booking.Slot]{name: "slots", usual: 50, most: 500, order: by(store.ByStart), at: slotAt}
	Available = List[booking.Slot]{
		name: "availableSlots", usual: 50, most: 500, order: by(store.ByStart), at: slotAt, nameless: true,
	}
)

func by(field store.OrderField) store.Order {
	return store.Order{Field: field, Direction: store.Ascending}
}

// Asked reads the arguments of a list. More than the limit is refused, not cut,
// so that nobody takes a part for the whole.
func (l List[T]) Asked(first *int, after *string, order *store.Order) (store.Page, error) {
	page := store.Page{First: l.usual, Order: l.order}
	if first != nil {
		page.First = *first
	}
	if page.First < 1 || page.First > l.most {
		return page, &scalar.InputError{Message: fmt.Sprintf("first is %d; a whole number from 1 to %d is allowed", page.First, l.most)}
	}
	if order != nil {
		page.Order = *order
	}
	if !page.Order.Known() {
		return page, &scalar.InputError{Message: "orderBy is not an order of this list"}
	}
	if after != nil {
		position, err := l.decode(*after, page.Order)
		if err != nil {
			return page, err
		}
		page.After = &position
	}
	return page, nil
}

// Page shapes a page of things. total counts them all when it is asked for.
func (l List[T]) Page(
	asked store.Page, nodes []T, more bool, total func(context.Context) (int, error),
) *Connection[T] {
	c := &Connection[T]{
		Nodes: nodes, total: total,
		cursor:   func(node T) string { return l.encode(l.at(node, asked.Order.Field), asked.Order) },
		PageInfo: Info{HasNextPage: more, HasPreviousPage: asked.After != nil},
	}
	if nodes == nil {
		c.Nodes = []T{}
	}
	if len(nodes) > 0 {
		first, last := c.cursor(nodes[0]), c.cursor(nodes[len(nodes)-1])
		c.PageInfo.StartCursor, c.PageInfo.EndCursor = &first, &last
	}
	return c
}

// The position of each kind of thing in an order of its list.

func slotAt(s booking.Slot, _ store.OrderField) store.Position {
	return store.Position{Start: s.Start, ID: int64(s.ID)}
}

func interviewAt(i booking.Interview, field store.OrderField) store.Position {
	if field == store.ByBooked {
		return store.Position{Start: i.BookedAt, ID: int64(i.ID)}
	}
	return store.Position{Start: i.Start, ID: int64(i.ID)}
}

func studentAt(s booking.Student, field store.OrderField) store.Position {
	at := store.Position{ID: int64(s.ID), Start: s.CreatedAt, Text: s.Name}
	if field == store.ByEmail {
		at.Text = s.Email
	}
	return at
}

func interviewerAt(i booking.Interviewer, field store.OrderField) store.Position {
	at := store.Position{ID: int64(i.ID), Start: i.CreatedAt, Text: i.Name}
	if field == store.ByEmail {
		at.Text = i.Email
	}
	return at
}
