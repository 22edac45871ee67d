// Package scalar reads and writes the scalars of the schema. It reads strictly, and writes
// one canonical form.
package scalar

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"rehearse/internal/booking"
)

// InputError is an error in client input. Its message is for the client.
type InputError struct{ Message string }

func (e *InputError) Error() string { return e.Message }

func inputErrorf(format string, args ...any) error {
	return &InputError{Message: fmt.Sprintf(format, args...)}
}

// Ids are positive decimal numbers, encoded as strings or integer literals.

func marshalID[T ~int64](id T) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = w.Write(AppendID(nil, id))
	})
}

func unmarshalID[T ~int64](v any) (T, error) {
	var text string
	switch v := v.(type) {
	case string:
		text = v
	case json.Number:
		text = v.String()
	case int64:
		text = strconv.FormatInt(v, 10)
	case int:
		text = strconv.Itoa(v)
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || text[0] < '1' || text[0] > '9' { // signs and leading zeros are not allowed
		return 0, inputErrorf("%s is not an id; a whole number from 1 to 9223372036854775807 is expected", Describe(v))
	}
	return T(id), nil
}

// Clip truncates text that is too long for a message.
func Clip(text string) string {
	const most = 40
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}

// Marshalers and unmarshalers that gqlgen binds to the id types.

func MarshalID(id int64) graphql.Marshaler                            { return marshalID(id) }
func UnmarshalID(v any) (int64, error)                                { return unmarshalID[int64](v) }
func MarshalStudentID(id booking.StudentID) graphql.Marshaler         { return marshalID(id) }
func UnmarshalStudentID(v any) (booking.StudentID, error)             { return unmarshalID[booking.StudentID](v) }
func MarshalInterviewerID(id booking.InterviewerID) graphql.Marshaler { return marshalID(id) }
func UnmarshalInterviewerID(v any) (booking.InterviewerID, error) {
	return unmarshalID[booking.InterviewerID](v)
}
func MarshalAvailabilityID(id booking.AvailabilityID) graphql.Marshaler { return marshalID(id) }
func UnmarshalAvailabilityID(v any) (booking.AvailabilityID, error) {
	return unmarshalID[booking.AvailabilityID](v)
}
func MarshalSlotID(id booking.SlotID) graphql.Marshaler           { return marshalID(id) }
func UnmarshalSlotID(v any) (booking.SlotID, error)               { return unmarshalID[booking.SlotID](v) }
func MarshalInterviewID(id booking.InterviewID) graphql.Marshaler { return marshalID(id) }
func UnmarshalInterviewID(v any) (booking.InterviewID, error) {
	return unmarshalID[booking.InterviewID](v)
}

func MarshalBlockID(id booking.BlockID) graphql.Marshaler { return marshalID(id) }
func UnmarshalBlockID(v any) (booking.BlockID, error)     { return unmarshalID[booking.BlockID](v) }

func MarshalHoldID(id booking.HoldID) graphql.Marshaler { return marshalID(id) }
func UnmarshalHoldID(v any) (booking.HoldID, error)     { return unmarshalID[booking.HoldID](v) }

func MarshalWaiverID(id booking.WaiverID) graphql.Marshaler { return marshalID(id) }
func UnmarshalWaiverID(v any) (booking.WaiverID, error)     { return unmarshalID[booking.WaiverID](v) }

func MarshalRefusalID(id booking.RefusalID) graphql.Marshaler { return marshalID(id) }
func UnmarshalRefusalID(v any) (booking.RefusalID, error)     { return unmarshalID[booking.RefusalID](v) }

func MarshalCalendarFeedID(id booking.CalendarFeedID) graphql.Marshaler { return marshalID(id) }
func UnmarshalCalendarFeedID(v any) (booking.CalendarFeedID, error) {
	return unmarshalID[booking.CalendarFeedID](v)
}

func MarshalEventID(id booking.EventID) graphql.Marshaler { return marshalID(id) }
func UnmarshalEventID(v any) (booking.EventID, error)     { return unmarshalID[booking.EventID](v) }

func MarshalWebhookID(id booking.WebhookID) graphql.Marshaler { return marshalID(id) }
func UnmarshalWebhookID(v any) (booking.WebhookID, error)     { return unmarshalID[booking.WebhookID](v) }

func MarshalDeliveryID(id booking.DeliveryID) graphql.Marshaler { return marshalID(id) }
func UnmarshalDeliveryID(v any) (booking.DeliveryID, error) {
	return unmarshalID[booking.DeliveryID](v)
}
