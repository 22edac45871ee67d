package booking_test

import (
	"reflect"
	"strings"
	"testing"

	"rehearse/internal/booking"
)

func studentChanges(before, after booking.Student) booking.Changes {
	return after.Event(booking.StudentUpdated, before).Changes
}

func interviewerChanges(before, after booking.Interviewer) booking.Changes {
	return after.Changes(before)
}

// TestDetailsAreFields changes each of the details alone, and expects one change in the event
// and one difference from an import, both with the name of the detail.
func TestDetailsAreFields(t *testing.T) {
	t.Parallel()
	t.Run("student", func(t *testing.T) {
		t.Parallel()
		testDetails(t, func(s *booking.Student) any { return &s.StudentDetails }, studentChanges, booking.Student.Differences)
	})
	t.Run("interviewer", func(t *testing.T) {
		t.Parallel()
		testDetails(t, func(i *booking.Interviewer) any { return &i.InterviewerDetails }, interviewerChanges, booking.Interviewer.Differences)
	})
}

func testDetails[P any](
	t *testing.T, details func(*P) any, changes func(before, after P) booking.Changes, differences func(there, imported P) booking.Refused,
) {
	t.Helper()
	before, other := filled[P](1), filled[P](2)
	all := reflect.TypeOf(details(&before)).Elem()
	for i := range all.NumField() {
		after := before
		reflect.ValueOf(details(&after)).Elem().Field(i).Set(reflect.ValueOf(details(&other)).Elem().Field(i))
		name := all.Field(i).Name
		wantOneChange(t, name, changes(before, after))
		if refused := differences(before, after); len(refused) != 1 || !strings.EqualFold(refused[0].Field, name) {
			t.Errorf("an import with another %s is refused with %v, want one difference", name, refused)
		}
	}
}

func wantOneChange(t *testing.T, name string, changes booking.Changes) {
	t.Helper()
	if len(changes) != 1 || !strings.EqualFold(changes[0].Field, name) {
		t.Errorf("a change of %s is recorded as %+v, want one change with its name", name, changes)
	}
}

// TestChangesApplyEachField sets each field of a change alone, and expects that the person
// changes in that field alone.
func TestChangesApplyEachField(t *testing.T) {
	t.Parallel()
	t.Run("student", func(t *testing.T) {
		t.Parallel()
		testChange(t, booking.StudentChange.Apply, studentChanges)
	})
	t.Run("interviewer", func(t *testing.T) {
		t.Parallel()
		testChange(t, booking.InterviewerChange.Apply, interviewerChanges)
	})
}

func testChange[C, P any](t *testing.T, apply func(C, P) P, changes func(before, after P) booking.Changes) {
	t.Helper()
	before := filled[P](1)
	var none C
	if got := changes(before, apply(none, before)); len(got) != 0 {
		t.Errorf("a change of nothing is recorded as %+v", got)
	}
	for i := range reflect.TypeFor[C]().NumField() {
		name := reflect.TypeFor[C]().Field(i).Name
		for _, value := range newValues(reflect.TypeFor[C]().Field(i).Type) {
			var change C
			reflect.ValueOf(&change).Elem().Field(i).Set(reflect.ValueOf(value))
			wantOneChange(t, name, changes(before, apply(change, before)))
		}
	}
}

// newValues returns values that differ from those of filled(1). If the type allows an empty
// value, it is one of them.
func newValues(of reflect.Type) []any {
	number, text := 2, "two"
	switch of {
	case reflect.TypeFor[booking.Optional[int]]():
		return []any{booking.Set(&number), booking.Set[int](nil)}
	case reflect.TypeFor[booking.Optional[string]]():
		return []any{booking.Set(&text), booking.Set[string](nil)}
	default:
		value := reflect.New(of).Elem()
		fill(value, 2)
		return []any{value.Interface()}
	}
}
