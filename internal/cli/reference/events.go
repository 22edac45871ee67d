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
		prose("Each change of the school's data is recorded as an event, in the same transaction. The query `events` lists all events, "+
			"and `Interview.events` those of one interview. `eventsAfter` and the subscription `eventAdded` return events in the order in which they "+
			"are committed ([how to process every event](../how-to/process-events.md)). Events are never changed or deleted. They refer to people by id, and "+
			"contain no names, addresses or texts about people.") +
		"## Kinds\n\n" +
		prose("New kinds can be added. The `changes` of an event contain only listed fields that changed and that the caller may read.") +
		"| kind | meaning | fields of `changes` |\n|---|---|---|\n")
	for _, kind := range booking.EventKinds() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", kind.Kind,
			oneLine(schema.Types["EventKind"].EnumValues.ForName(string(kind.Kind)).Description), list(kind.Fields))
	}
	b.WriteString("\n" + prose("A field that ends in `Ids` lists at most "+count(booking.MaxChangedIDs)+" ids. The field without `Ids` counts all "+
		"of them: `closedSlots` is the number of closed slots, and `closedSlotIds` lists them."))
	for _, of := range []struct{ title, name string }{{"Fields of an event", "Event"}, {"Fields of a change", "Change"}} {
		fmt.Fprintf(&b, "## %s\n\n| field | type | meaning |\n|---|---|---|\n", of.title)
		for _, field := range schema.Types[of.name].Fields {
			fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", field.Name, field.Type, oneLine(field.Description))
		}
		b.WriteString("\n")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
