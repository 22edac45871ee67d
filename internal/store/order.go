package store

import "gorm.io/gorm"

// OrderField is what a list can be ordered by.
type OrderField string

const (
	ByID      OrderField = "ID"
	ByName    OrderField = "NAME"
	ByEmail   OrderField = "EMAIL"
	ByCreated OrderField = "CREATED_AT"
	ByStart   OrderField = "START"
	ByBooked  OrderField = "BOOKED_AT"
)

// Direction is which end of an order comes first.
type Direction string

const (
	Ascending  Direction = "ASC"
	Descending Direction = "DESC"
)

// Order is a field and a direction. Equal values are ordered by id, in the same
// direction, which makes every order total. The zero value is a list's default.
type Order struct {
	Field     OrderField
	Direction Direction
}

// Known reports whether the field and the direction are some of those above.
func (o Order) Known() bool {
	_, known := fields[o.Field]
	return known && (o.Direction == Ascending || o.Direction == Descending)
}

// Kind is what the values of a field are.
type Kind int

const (
	KindID Kind = iota // the id itself: nothing comes before it
	KindTime
	KindText
)

// fields says where each field stands in its table. Its names come into
// statements as they are, so no text of a client may ever be among them.
var fields = map[OrderField]struct {
	column string
	kind   Kind
}{
	ByID:      {"id", KindID},
	ByName:    {"name_folded", KindText},
	ByEmail:   {"email", KindText},
	ByCreated: {"created_at", KindTime},
	ByStart:   {"starts_at", KindTime},
	ByBooked:  {"booked_at", KindTime},
}

// Kind is what the field's values are.
func (f OrderField) Kind() Kind { return fields[f].kind }

// orDefault is the order, or the list's own where none was asked for.
func (o Order) orDefault(field OrderField) Order {
	if o.Field == "" {
		return Order{Field: field, Direction: Ascending}
	}
	return o
}

// columns names what the order goes by, each with the direction after it.
func (o Order) columns(direction string) string {
	if o.Field == ByID {
		return "id" + direction
	}
	return fields[o.Field].column + direction + ", id" + direction
}

// text is the order as ORDER BY has it.
func (o Order) text() string {
	if o.Direction == Descending {
		return o.columns(" DESC")
	}
	return o.columns("")
}

// reversed is the order from its other end.
func (o Order) reversed() Order {
	if o.Direction == Descending {
		o.Direction = Ascending
	} else {
		o.Direction = Descending
	}
	return o
}

// scan is the order in which the rows of the page are read: the list's, or from
// its end, with the list's own order by the field.
func (p Page) scan(field OrderField) Order {
	order := p.Order.orDefault(field)
	if p.FromEnd {
		return order.reversed()
	}
	return order
}

// by cuts the page out of rows in its order, or in that of the field.
func (p Page) by(field OrderField, db *gorm.DB) *gorm.DB {
	for _, bound := range p.bounds(field) {
		db = db.Where(bound.condition, bound.values...)
	}
	return db.Order(p.scan(field).text()).Limit(p.limit())
}

// bound is a condition on what lies on one side of a position.
type bound struct {
	condition string
	values    []any
}

// bounds are the conditions on what lies between the page's positions.
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

// beyond is the condition on what comes after the position in the order.
func (o Order) beyond(p Position) bound {
	than := " > "
	if o.Direction == Descending {
		than = " < "
	}
	columns := "(" + o.columns("") + ")"
	switch o.Field.Kind() {
	case KindTime:
		return bound{columns + than + "(?, ?)", []any{p.Start, p.ID}}
	case KindText:
		return bound{columns + than + "(?, ?)", []any{p.Text, p.ID}}
	case KindID:
	}
	return bound{"id" + than + "?", []any{p.ID}}
}
