package main

import (
	"bytes"
	"fmt"

	"rehearse/graph"
	"rehearse/internal/booking"
)

func eventsPage() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, generated, "schema.graphqls and internal/booking")
	schema := graph.Schema()
	b.WriteString("# Events\n\n" +
		"The transaction that changes the school's data records the change as an event. `events` lists all events, and\n" +
		"`Interview.events` those of one interview. Events are never changed or deleted. They refer to people by id, and contain no\n" +
		"names, addresses or texts about people.\n\n" +
		"## Kinds\n\n" +
		"New kinds can be added. The `changes` of an event contain those of the listed fields that changed and that the caller may read.\n\n" +
		"| kind | meaning | fields of `changes` |\n|---|---|---|\n")
	for _, kind := range booking.EventKinds() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", kind.Kind,
			oneLine(schema.Types["EventKind"].EnumValues.ForName(string(kind.Kind)).Description), list(kind.Fields))
	}
	b.WriteString("\nA field that ends in `Ids` lists at most " + count(booking.MaxChangedIDs) + " ids; the field with the number, such as `closedSlots` beside `closedSlotIds`, counts all of them.\n\n")
	for _, of := range []struct{ title, name string }{{"Fields of an event", "Event"}, {"Fields of a change", "Change"}} {
		fmt.Fprintf(&b, "## %s\n\n| field | type | meaning |\n|---|---|---|\n", of.title)
		for _, field := range schema.Types[of.name].Fields {
			fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", field.Name, field.Type, oneLine(field.Description))
		}
		b.WriteString("\n")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
