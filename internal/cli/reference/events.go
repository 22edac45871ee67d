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
		"Every change of the school is recorded as an event, in the transaction that makes it. The query `events` reads them, and an\n" +
		"interview has its own. Events are never changed or deleted. They refer to people by id, and contain no names, addresses or\n" +
		"texts about people.\n\n" +
		"## Kinds\n\n" +
		"New kinds can be added. An event has those of the listed fields in `changes` that it changed and that the caller may read.\n\n" +
		"| kind | meaning | fields of `changes` |\n|---|---|---|\n")
	for _, kind := range booking.EventKinds() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", kind.Kind,
			oneLine(schema.Types["EventKind"].EnumValues.ForName(string(kind.Kind)).Description), list(kind.Fields))
	}
	b.WriteString("\nA field that ends in `Ids` lists at most " + count(booking.MaxChangedIDs) + " ids; the field with the number counts all of them.\n\n")
	for _, of := range []struct{ title, name string }{{"Fields of an event", "Event"}, {"Fields of a change", "Change"}} {
		fmt.Fprintf(&b, "## %s\n\n| field | type | meaning |\n|---|---|---|\n", of.title)
		for _, field := range schema.Types[of.name].Fields {
			fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", field.Name, field.Type, oneLine(field.Description))
		}
		b.WriteString("\n")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
