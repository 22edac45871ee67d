package booking_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rehearse/internal/booking"
)

// filled returns a value without zero fields. The fields of different seeds differ.
func filled[T any](seed int) T {
	var value T
	fill(reflect.ValueOf(&value).Elem(), seed)
	return value
}

func fill(v reflect.Value, seed int) {
	switch v.Kind() {
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(seed))
	case reflect.String:
		v.SetString([]string{"", "one", "two"}[seed])
	case reflect.Bool:
		v.SetBool(seed == 1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), seed)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), seed)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 6, seed, 8, 0, 0, 0, time.UTC)))
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i), seed)
			}
		}
	default:
	}
}

// TestEventKindsListTheirFields compares the fields of each kind with those that are recorded
// for a new subject and for a changed one.
func TestEventKindsListTheirFields(t *testing.T) {
	t.Parallel()
	listed := map[booking.EventKind][]string{}
	for _, kind := range booking.EventKinds() {
		listed[kind.Kind] = kind.Fields
	}
	held := filled[booking.HeldSlot](1)
	for kind, changes := range map[booking.EventKind][][]booking.Change{
		booking.InterviewBooked: {
			filled[booking.Interview](1).Event("", booking.Interview{}).Changes,
			filled[booking.Interview](1).Event("", filled[booking.Interview](2)).Changes,
		},
		booking.HoldPlaced: {held.Event("", nil).Changes, filled[booking.HeldSlot](2).Event("", &held).Changes},
		booking.WaiverGranted: {
			filled[booking.Waiver](1).Event("", booking.Waiver{}).Changes,
			filled[booking.Waiver](1).Event("", filled[booking.Waiver](2)).Changes,
		},
		booking.NotificationsUpdated: {filled[booking.NotificationPreferences](1).Event(filled[booking.NotificationPreferences](2)).Changes},
		booking.PolicyUpdated:        {filled[booking.Policy](1).Event(filled[booking.Policy](2)).Changes},
		booking.StudentUpdated:       {filled[booking.Student](1).Event("", filled[booking.Student](2)).Changes},
		booking.InterviewerCreated: {
			filled[booking.Interviewer](1).Event("", filled[booking.Interviewer](2)).Changes,
		},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			var recorded []string
			for _, part := range changes {
				for _, change := range part {
					recorded = append(recorded, change.Field)
				}
			}
			want := slices.Clone(listed[kind])
			slices.Sort(recorded)
			slices.Sort(want)
			if diff := cmp.Diff(want, slices.Compact(recorded)); diff != "" {
				t.Errorf("fields (-listed +recorded):\n%s", diff)
			}
		})
	}
	for _, change := range append(
		filled[booking.Availability](1).Changes(booking.Availability{}), filled[booking.Availability](1).Changes(filled[booking.Availability](2))...,
	) {
		if !slices.Contains(listed[booking.AvailabilityUpdated], change.Field) {
			t.Errorf("availability records the field %s, which is not listed", change.Field)
		}
	}
}
