package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rehearse/internal/booking"
)

type sampleRow struct {
	ID       booking.SlotID
	PhotoURL *string
	Holder   *booking.StudentID
	Tags     texts                 `gorm:"type:text[]"`
	Waivers  ids[booking.WaiverID] `gorm:"type:bigint[]"`
	Day      time.Time             `gorm:"type:date"`
	Status   booking.SlotStatus
	Revised  revised `gorm:"embedded"`
}

// The columns, the insert and the scan targets of a row derive from its struct.
func TestColumnsOfARow(t *testing.T) {
	t.Parallel()
	columns := columnsOf[sampleRow]("holder")
	if got, want := columns.of("r."), "r.id, r.photo_url, r.tags, r.waivers, r.day, r.status, r.version, r.updated_at"; got != want {
		t.Errorf("of() = %s, want %s", got, want)
	}
	const insert = "INSERT INTO sample (id, photo_url, tags, waivers, day, status, version, updated_at) " +
		"SELECT id::bigint, photo_url::text, tags::text[], waivers::bigint[], day::date, status::text, version::integer, updated_at::timestamptz " +
		"FROM unnest(?::bigint[], ?::text[], ?::text[], ?::text[], ?::date[], ?::text[], ?::integer[], ?::timestamptz[]) " +
		"AS given (id, photo_url, tags, waivers, day, status, version, updated_at)"
	if got := columns.insert("sample"); got != insert {
		t.Errorf("insert() = %s, want %s", got, insert)
	}
	url, at := "https://a.example", time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	got := columns.arrays([]sampleRow{
		{ID: 1, PhotoURL: &url, Tags: texts{`a "b"`, "c"}, Waivers: ids[booking.WaiverID]{3, 4}, Day: at, Status: booking.SlotOpen},
		{ID: 2, Revised: revised{Version: 5, UpdatedAt: at}},
	})
	want := []any{
		&[]int64{1, 2}, &[]*string{&url, nil}, &[]string{`{"a \"b\"",c}`, "{}"}, &[]string{"{3,4}", "{}"}, &[]time.Time{at, {}},
		&[]string{"OPEN", ""}, &[]int{0, 5}, &[]time.Time{{}, at},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("arrays() (-want +got):\n%s", diff)
	}

	var row sampleRow
	targets := columns.targets(&row)
	*targets[0].(*int64), *targets[2].(*[]string), *targets[5].(*string), *targets[6].(*int) = 7, []string{"go"}, "BOOKED", 2
	if row.ID != 7 || row.Tags[0] != "go" || row.Status != booking.SlotBooked || row.Revised.Version != 2 {
		t.Errorf("after assignments to its targets, the row is %+v", row)
	}
}
