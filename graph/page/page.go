// Package page builds Relay connections: edges, nodes, page info, a total on demand, and
// cursors that encode a position in the list's order.
package page

import (
	"context"

	"rehearse/internal/app/reservation"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// Connections and edges of the schema.
type (
	StudentConnection        = Connection[booking.Student]
	StudentEdge              = Edge[booking.Student]
	InterviewerConnection    = Connection[booking.Interviewer]
	InterviewerEdge          = Edge[booking.Interviewer]
	InterviewConnection      = Connection[booking.Interview]
	InterviewEdge            = Edge[booking.Interview]
	EventConnection          = Connection[booking.Event]
	EventEdge                = Edge[booking.Event]
	BookingRefusalConnection = Connection[booking.BookingRefusal]
	BookingRefusalEdge       = Edge[booking.BookingRefusal]
	AvailabilityConnection   = Connection[booking.Availability]
	AvailabilityEdge         = Edge[booking.Availability]
	BlockConnection          = Connection[booking.Block]
	DeliveryConnection       = Connection[booking.Delivery]
	DeliveryEdge             = Edge[booking.Delivery]
	BlockEdge                = Edge[booking.Block]
	SlotConnection           = Connection[booking.SlotView]
	SlotEdge                 = Edge[booking.SlotView]
)

// Connection is one page of a list.
type Connection[T any] struct {
	Nodes    []T
	PageInfo Info
	cursor   func(T) string
	total    store.Total
}

// Edge is a node of a list and its cursor. Node points into the connection's nodes, so that
// an object is the same whether it is reached by nodes or by edges.
type Edge[T any] struct {
	Node   *T
	Cursor string
}

// Info is the position of a page in its list.
type Info struct {
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     *string
	EndCursor       *string
}

// Edges returns the nodes with their cursors.
func (c *Connection[T]) Edges() []Edge[T] {
	edges := make([]Edge[T], len(c.Nodes))
	for i := range c.Nodes {
		edges[i] = Edge[T]{Node: &c.Nodes[i], Cursor: c.cursor(c.Nodes[i])}
	}
	return edges
}

// TotalCount returns the length of the list, up to store.MostCounted.
func (c *Connection[T]) TotalCount(ctx context.Context) (int, error) { return c.total.Count(ctx) }

// TotalCountIsCapped reports whether the list is longer than TotalCount.
func (c *Connection[T]) TotalCountIsCapped(ctx context.Context) (bool, error) {
	return c.total.IsCapped(ctx)
}

// AvailableSlotConnection is a page of bookable slots with the student's eligibility.
type AvailableSlotConnection struct {
	Connection[booking.SlotView]
	Eligibility booking.Eligibility
	reasons     func(context.Context) ([]booking.EmptyReason, error)
}

// EmptyReasons returns the reasons why the list is empty. It returns none if the list
// is not empty.
func (c *AvailableSlotConnection) EmptyReasons(ctx context.Context) ([]booking.EmptyReason, error) {
	if len(c.Nodes) > 0 || c.PageInfo.HasPreviousPage || c.PageInfo.HasNextPage {
		return []booking.EmptyReason{}, nil
	}
	return c.reasons(ctx)
}

// AvailableSlots returns a page of the slots that a student may book.
func AvailableSlots(a *reservation.AvailableSlots, asked store.Page) *AvailableSlotConnection {
	c := &AvailableSlotConnection{Eligibility: a.Eligibility, reasons: a.EmptyReasons}
	Available.shape(&c.Connection, asked, booking.Views(a.Slots), a.More, a.Total)
	return c
}
