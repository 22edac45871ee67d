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
	ByName:    {"name", KindText},
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

// by cuts the page out of rows in its order, or in that of the field.
func (p Page) by(field OrderField, db *gorm.DB) *gorm.DB {
	order := p.Order.orDefault(field)
	if p.After != nil {
		after, values := p.after(order)
		db = db.Where(after, values...)
	}
	return db.Order(order.text()).Limit(p.limit())
}

// after is the condition on what comes after the page's position.
func (p Page) after(order Order) (condition string, values []any) {
	than := " > "
	if order.Direction == Descending {
		than = " < "
	}
	columns := "(" + order.columns("") + ")"
	switch order.Field.Kind() {
	case KindTime:
		return columns + than + "(?, ?)", []any{p.After.Start, p.After.ID}
	case KindText:
		return columns + than + "(?, ?)", []any{p.After.Text, p.After.ID}
	case KindID:
	}
	return "id" + than + "?", []any{p.After.ID}
}
