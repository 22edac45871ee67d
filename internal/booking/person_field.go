package booking

import (
	"fmt"
	"strings"
)

// PersonField is a field of a person of type P. The validation of input, the changes of
// events, the comparison of an import with existing people and the columns of files all
// follow from the tables of fields.
type PersonField[P any] struct {
	Name     string // in the API, in events and in files
	Required bool   // files must contain it
	// At is a function from a *P to a pointer to the field's value, such as
	// func(*Student) *string. The value has one of the types of fieldValue.
	At any

	withheld  bool // events record only whether there is a value
	value     func(*P) any
	normalise func(*P) Refused
}

// fieldValue are the types of fields.
type fieldValue interface {
	string | *string | *int | []string | bool
}

// newField returns a field. The function normalise returns a value in its normal form, or
// refuses it under the name of the field.
func newField[P any, V fieldValue](
	name string, at func(*P) *V, normalise func(name string, value V) (V, Refused),
) PersonField[P] {
	return PersonField[P]{
		Name: name, At: at,
		value: func(p *P) any { return present(*at(p)) },
		normalise: func(p *P) (refused Refused) {
			*at(p), refused = normalise(name, *at(p))
			return refused
		},
	}
}

// required returns the field as one that files must contain.
func (f PersonField[P]) required() PersonField[P] {
	f.Required = true
	return f
}

// withhold returns the field as one whose values are not in events.
func (f PersonField[P]) withhold() PersonField[P] {
	f.withheld = true
	return f
}

// present returns the value itself, or nil for an empty text or a nil pointer.
func present(value any) any {
	switch v := value.(type) {
	case string:
		if v == "" {
			return nil
		}
	case *string:
		if v == nil {
			return nil
		}
		return *v
	case *int:
		if v == nil {
			return nil
		}
		return *v
	}
	return value
}

// change appends the change of the field. For a new person it omits the required fields whose
// values are not in events.
func (f PersonField[P]) change(c Changes, before, after *P) Changes {
	was, is := f.value(before), f.value(after)
	switch {
	case !f.withheld:
		return c.Add(f.Name, was, is)
	case f.Required && was == nil:
		return c
	default:
		return c.Touched(f.Name, asText(was), asText(is))
	}
}

func asText(value any) *string {
	text, is := value.(string)
	if !is {
		return nil
	}
	return &text
}

// formatted converts a value from present to text. The text is empty for nil.
func formatted(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case []string:
		return listed(value)
	default:
		return fmt.Sprint(value)
	}
}

func listed(texts []string) string { return strings.Join(texts, "; ") }

// fields is a table of fields, in the order in which they are checked and written.
type fields[P any] []PersonField[P]

// contact returns the fields that all people have.
func contact[P any](name, email, zone func(*P) *string) fields[P] {
	return fields[P]{
		newField("name", name, normaliseName).required().withhold(),
		newField("email", email, normaliseAddress).required().withhold(),
		newField("timeZone", zone, normaliseZone),
	}
}

func (f fields[P]) names() []string {
	names := make([]string, len(f))
	for i, field := range f {
		names[i] = field.Name
	}
	return names
}

// withheld returns the names of the fields whose values are not in events.
func (f fields[P]) withheld() (names []string) {
	for _, field := range f {
		if field.withheld {
			names = append(names, field.Name)
		}
	}
	return names
}

func (f fields[P]) normalise(person *P) (refused Refused) {
	for _, field := range f {
		refused = append(refused, field.normalise(person)...)
	}
	return refused
}

func (f fields[P]) changes(before, after P) Changes {
	var changes Changes
	for _, field := range f {
		changes = field.change(changes, &before, &after)
	}
	return changes
}

// differences refuses an imported person who differs from the existing one.
func (f fields[P]) differences(there, imported P) (refused Refused) {
	for _, field := range f {
		refused = append(refused,
			differsIn("the person with this e-mail address", field.Name, formatted(field.value(&there)), formatted(field.value(&imported)))...)
	}
	return refused
}
