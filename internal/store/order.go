package store

import "gorm.io/gorm"

// OrderField is a field by which a list can be ordered.
type OrderField string

const (
	ByID      OrderField = "ID"
	ByName    OrderField = "NAME"
	ByEmail   OrderField = "EMAIL"
	ByCreated OrderField = "CREATED_AT"
	ByStart   OrderField = "START"
	ByBooked  OrderField = "BOOKED_AT"
)

// Direction is the direction of an order.
type Direction string

const (
	Ascending  Direction = "ASC"
	Descending Direction = "DESC"
)

// Order is a field and a direction. Ties are broken by id in the same direction, so
// every order is total. The zero value means the list's default order.
type Order struct {
	Field     OrderField
	Direction Direction
}

// Known reports whether the field and the direction are valid.
func (o Order) Known() bool {
	_, known := fields[o.Field]
	return known && (o.Direction == Ascending || o.Direction == Descending)
}

// FieldKind is the type of a field's values.
type FieldKind int

const (
	KindID FieldKind = iota // the id itself, without a preceding value
	KindTime
	KindText
)

// fields maps each field to its column. The column names become part of SQL text, so
// they must never come from a client.
var fields = map[OrderField]struct {
	column string
	kind   FieldKind
}{
	ByID:      {"id", KindID},
	ByName:    {"name_folded", KindText},
	ByEmail:   {"email", KindText},
	ByCreated: {"created_at", KindTime},
	ByStart:   {"starts_at", KindTime},
	ByBooked:  {"booked_at", KindTime},
}

// Kind returns the type of the field's values.
func (f OrderField) Kind() FieldKind { return fields[f].kind }

// orDefault returns the order, or the ascending order by field if no order was
// requested.
func (o Order) orDefault(field OrderField) Order {
	if o.Field == "" {
		return Order{Field: field, Direction: Ascending}
	}
	return o
}

// columns returns the columns of the order, each followed by direction.
func (o Order) columns(direction string) string {
	if o.Field == ByID {
		return "id" + direction
	}
	return fields[o.Field].column + direction + ", id" + direction
}

// text returns the order as the operand of ORDER BY.
func (o Order) text() string {
	if o.Direction == Descending {
		return o.columns(" DESC")
	}
	return o.columns("")
}

// reversed returns the opposite order.
func (o Order) reversed() Order {
	if o.Direction == Descending {
		o.Direction = Ascending
	} else {
		o.Direction = Descending
	}
	return o
}

// scan returns the order in which the rows of the page are read, with field as the
// default. It is reversed if the page is taken from the end.
func (p Page) scan(field OrderField) Order {
	order := p.Order.orDefault(field)
	if p.FromEnd {
		return order.reversed()
	}
	return order
}

// by restricts a query to the page, with field as the default order.
func (p Page) by(field OrderField, db *gorm.DB) *gorm.DB {
	for _, bound := range p.bounds(field) {
		db = db.Where(bound.text(func(any) string { return "?" }), bound.values...)
	}
	return db.Order(p.scan(field).text()).Limit(p.limit())
}

// bounds returns the conditions that select the rows between the page's positions.
func (p Page) bounds(field OrderField) []bound {
	order := p.Order.orDefault(field)
	var bounds []bound
	if p.After != nil {
		bounds = append(bounds, order.beyond(*p.After))
	}
	if p.Before != nil {
		bounds = append(bounds, order.reversed().beyond(*p.Before))
	}
	return bounds
}

// beyond returns the condition that selects the rows after a position in the order.
func (o Order) beyond(p Position) bound {
	than := " > "
	if o.Direction == Descending {
		than = " < "
	}
	columns := "(" + o.columns("") + ")"
	switch o.Field.Kind() {
	case KindTime:
		return bound{columns + than, []any{p.Start, p.ID}}
	case KindText:
		return bound{columns + than, []any{p.Text, p.ID}}
	case KindID:
	}
	return bound{"id" + than, []any{p.ID}}
}

// A bound is a condition that selects the rows on one side of a position.
type bound struct {
	than   string // the columns and the comparison
	values []any  // one for each column
}

// text returns the condition; parameter returns the placeholder of a value.
func (b bound) text(parameter func(any) string) string {
	if len(b.values) == 1 {
		return b.than + parameter(b.values[0])
	}
	return b.than + "(" + parameter(b.values[0]) + ", " + parameter(b.values[1]) + ")"
}
