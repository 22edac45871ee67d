package page

import (
	"context"
	"fmt"

	"rehearse/graph/scalar"
	"rehearse/internal/booking"
	"rehearse/internal/spelling"
	"rehearse/internal/store"
)

// List describes a kind of list and its pages.
type List[T any] struct {
	name        string // name in cursors
	usual, most int    // default and maximum page size
	order       store.Order
	at          func(T, store.OrderField) store.Position
	nameless    bool // accepts first-version cursors, which have no name
}

// The lists of the schema. Their page sizes match the schema. The default size also applies if
// the argument first is null.
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
	BookingRefusals = List[booking.BookingRefusal]{
		name: "bookingRefusals", usual: 20, most: 100, order: store.Order{Field: store.ByID, Direction: store.Descending},
		at: func(r booking.BookingRefusal, _ store.OrderField) store.Position {
			return store.Position{ID: int64(r.ID)}
		},
	}
	Availability = List[booking.Availability]{
		name: "availability", usual: 20, most: 100, order: by(store.ByStart),
		at: func(a booking.Availability, _ store.OrderField) store.Position {
			return store.Position{Start: a.Start, ID: int64(a.ID)}
		},
	}
	Blocks = List[booking.Block]{
		name: "blocks", usual: 20, most: 100, order: by(store.ByStart),
		at: func(b booking.Block, _ store.OrderField) store.Position {
			return store.Position{Start: b.Start, ID: int64(b.ID)}
		},
	}
	Deliveries = List[booking.Delivery]{
		name: "deliveries", usual: 20, most: 100, order: store.Order{Field: store.ByID, Direction: store.Descending},
		at: func(d booking.Delivery, _ store.OrderField) store.Position {
			return store.Position{ID: int64(d.ID)}
		},
	}
	Slots     = List[booking.SlotView]{name: "slots", usual: 50, most: 500, order: by(store.ByStart), at: slotAt}
	Available = List[booking.SlotView]{
		name: "availableSlots", usual: 50, most: 500, order: by(store.ByStart), at: slotAt, nameless: true,
	}
)

// UsualSize returns the default page size of a connection type.
func UsualSize(connection string) int {
	if connection == "SlotConnection" || connection == "AvailableSlotConnection" {
		return Slots.usual
	}
	return Students.usual
}

// MaxSize returns the maximum page size of a connection type.
func MaxSize(connection string) int {
	if connection == "SlotConnection" || connection == "AvailableSlotConnection" {
		return Slots.most
	}
	return Students.most
}

func by(field store.OrderField) store.Order {
	return store.Order{Field: field, Direction: store.Ascending}
}

// Args are the pagination arguments of a list.
type Args struct {
	First  *int
	After  *string
	Last   *int
	Before *string
}

// Asked parses the arguments of a list. It rejects a number over the limit instead of
// reducing it, so that no client mistakes a part for the whole list.
func (l List[T]) Asked(args Args, order *store.Order) (store.Page, error) {
	page := store.Page{First: l.usual, Order: l.order}
	if order != nil {
		page.Order = *order
	}
	number, name := args.First, "first"
	if args.Last != nil {
		if args.First != nil {
			return page, &scalar.InputError{Message: "first and last are both set; only one of them is allowed"}
		}
		number, name, page.FromEnd = args.Last, "last", true
	}
	if number != nil {
		page.First = *number
	}
	if page.First < 1 || page.First > l.most {
		return page, &scalar.InputError{Message: fmt.Sprintf("%s is %d; a whole number from 1 to %d is allowed", name, page.First, l.most)}
	}
	var err error
	if page.After, err = l.position("after", args.After, page.Order); err != nil {
		return page, err
	}
	page.Before, err = l.position("before", args.Before, page.Order)
	return page, err
}

// position parses the cursor of an argument, and returns nil if it is missing or empty.
// Apollo Client sends an empty cursor for the end of an empty list.
func (l List[T]) position(argument string, cursor *string, order store.Order) (*store.Position, error) {
	if cursor == nil || *cursor == "" {
		return nil, nil //nolint:nilnil // a missing cursor has no position
	}
	at, ok := l.decode(*cursor, order)
	if !ok {
		return nil, &scalar.InputError{Message: argument + " is not a cursor of this list with this order; a cursor from an edge or from pageInfo is expected"}
	}
	return &at, nil
}

// Edges returns the edges of nodes in the list's default order.
func (l List[T]) Edges(nodes []T) []Edge[T] {
	return l.Page(store.Page{Order: l.order}, nodes, false, nil).Edges()
}

// Page returns a page of nodes. total counts the whole list, and is called on demand.
func (l List[T]) Page(
	asked store.Page, nodes []T, more bool, total func(context.Context) (int, error),
) *Connection[T] {
	c := &Connection[T]{}
	l.shape(c, asked, nodes, more, total)
	return c
}

func (l List[T]) shape(
	c *Connection[T], asked store.Page, nodes []T, more bool, total func(context.Context) (int, error),
) {
	c.Nodes = nodes
	if !more && asked.After == nil && asked.Before == nil {
		c.total.Known(len(nodes)) // the page is the whole list
	} else {
		c.total.Init(total)
	}
	c.cursor = func(node T) string { return l.encode(l.at(node, asked.Order.Field), asked.Order) }
	c.PageInfo = Info{HasNextPage: more || asked.Before != nil, HasPreviousPage: asked.After != nil}
	if asked.FromEnd {
		c.PageInfo.HasNextPage, c.PageInfo.HasPreviousPage = asked.Before != nil, more || asked.After != nil
	}
	if nodes == nil {
		c.Nodes = []T{}
	}
	if len(nodes) > 0 {
		first, last := c.cursor(nodes[0]), c.cursor(nodes[len(nodes)-1])
		c.PageInfo.StartCursor, c.PageInfo.EndCursor = &first, &last
	}
}

// Positions of objects in the orders of their lists.

func slotAt(s booking.SlotView, _ store.OrderField) store.Position {
	return store.Position{Start: s.Start, ID: int64(s.ID)}
}

func interviewAt(i booking.Interview, field store.OrderField) store.Position {
	if field == store.ByBooked {
		return store.Position{Start: i.BookedAt, ID: int64(i.ID)}
	}
	return store.Position{Start: i.Start, ID: int64(i.ID)}
}

func studentAt(s booking.Student, field store.OrderField) store.Position {
	at := store.Position{ID: int64(s.ID), Start: s.CreatedAt, Text: spelling.Fold(s.Name)}
	if field == store.ByEmail {
		at.Text = s.Email
	}
	return at
}

func interviewerAt(i booking.Interviewer, field store.OrderField) store.Position {
	at := store.Position{ID: int64(i.ID), Start: i.CreatedAt, Text: spelling.Fold(i.Name)}
	if field == store.ByEmail {
		at.Text = i.Email
	}
	return at
}
