package operation

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rehearse/internal/booking"
)

// fill sets every exported field of a struct except the named ones to a nonzero value.
func fill(t *testing.T, v reflect.Value, but ...string) {
	t.Helper()
	for i := range v.NumField() {
		field := v.Field(i)
		if v.Type().Field(i).IsExported() && !contains(but, v.Type().Field(i).Name) {
			fillOne(t, field)
		}
	}
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

func fillOne(t *testing.T, field reflect.Value) {
	t.Helper()
	switch {
	case field.Type() == reflect.TypeFor[time.Time]():
		field.Set(reflect.ValueOf(time.Date(2026, 6, 1, 8, 0, 0, 1000, time.UTC)))
	case field.Kind() == reflect.Pointer:
		field.Set(reflect.New(field.Type().Elem()))
		fillOne(t, field.Elem())
	case field.Kind() == reflect.Slice:
		field.Set(reflect.MakeSlice(field.Type(), 1, 1))
		fillOne(t, field.Index(0))
	case field.Kind() == reflect.Struct:
		fill(t, field, "Waivers")
	case field.Kind() == reflect.String:
		field.SetString("X")
	case field.Kind() == reflect.Bool:
		field.SetBool(true)
	case field.CanInt():
		field.SetInt(7)
	default:
		t.Fatalf("unexpected type %s of a field", field.Type())
	}
}

// A stored refusal keeps every field except the alternatives, which are found anew, and
// the slots and waivers, which are read again.
func TestStoredRefusalKeepsAllFields(t *testing.T) {
	t.Parallel()
	var refusal booking.Refusal
	fill(t, reflect.ValueOf(&refusal).Elem(), "Alternatives", "Conflicting")
	text, err := encodeResponse(WaiverForm, nil, booking.Refused{refusal})
	if err != nil {
		t.Fatal(err)
	}
	_, got, err := decodeResponse(t.Context(), nil, WaiverForm, text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(booking.Refused{refusal}, got); diff != "" {
		t.Errorf("refusal (-stored +read):\n%s", diff)
	}
}

func TestStoredResponseOfAnotherVersionIsNotRead(t *testing.T) {
	t.Parallel()
	if _, _, err := decodeResponse(t.Context(), nil, WaiverForm, `{"version": 0, "result": {"id": 1}}`); err == nil {
		t.Error("decodeResponse() of another version succeeds, want an error")
	}
	if _, err := formOf[booking.Interview](keyedRequest{form: WaiverForm}); err == nil {
		t.Error("an interview was stored as a waiver")
	}
}
