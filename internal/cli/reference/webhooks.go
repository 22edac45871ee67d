package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"rehearse/graph"
	"rehearse/internal/booking"
	"rehearse/internal/webhook"
)

// webhookSchema returns the JSON Schema of the bodies that webhooks receive. Fields and kinds
// of events can be added, so it allows those that it does not know.
func webhookSchema() ([]byte, error) {
	words := func(enum string) *jsonschema.Schema {
		s := &jsonschema.Schema{Type: "string"}
		for _, value := range graph.Schema().Types[enum].EnumValues {
			s.Examples = append(s.Examples, value.Name)
		}
		return s
	}
	schema, err := jsonschema.For[webhook.Body](&jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[json.RawMessage]():         {},
		reflect.TypeFor[time.Time]():               {Type: "string", Format: "date-time"},
		reflect.TypeFor[booking.EventKind]():       words("EventKind"),
		reflect.TypeFor[booking.Role]():            words("Role"),
		reflect.TypeFor[booking.InterviewStatus](): words("InterviewStatus"),
	}})
	if err != nil {
		return nil, fmt.Errorf("describe the body of a webhook: %w", err)
	}
	open(schema)
	schema.Schema = "https://json-schema.org/draft/2020-12/schema"
	schema.Title = "The body of a request to a webhook"
	schema.Properties["data"].Properties["version"].Const = jsonschema.Ptr[any](webhook.Version)
	text, err := json.MarshalIndent(schema, "", "  ")
	return append(text, '\n'), err
}

// open makes objects accept properties that the schema does not list.
func open(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	if s.Properties != nil {
		s.AdditionalProperties = nil
	}
	for _, property := range s.Properties {
		open(property)
	}
	open(s.Items)
}
