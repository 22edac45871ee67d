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

var sameInstants = cmp.Comparer(func(a, b instant) bool { return time.Time(a).Equal(time.Time(b)) })

// The columns, the inserts and the scan targets of a row derive from its struct.
func TestColumnsOfARow(t *testing.T) {
	t.Parallel()
	columns := columnsOf[sampleRow]("holder")
	if got, want := columns.of("r."), "r.id, r.photo_url, r.tags, r.waivers, r.day, r.status, r.version, r.updated_at"; got != want {
		t.Errorf("of() = %s, want %s", got, want)
	}
	const insert = "INSERT INTO sample (id, photo_url, tags, waivers, day, status, version, updated_at) " +
		"SELECT given.id, given.photo_url, given.tags::text[], given.waivers::bigint[], given.day, upper(given.status), given.version, given.updated_at FROM "
	const names = " AS given (id, photo_url, tags, waivers, day, status, version, updated_at)"
	const ofRow = "(VALUES ($1::bigint, $2::text, $3::text[], $4::bigint[], $5::date, $6::text, $7::integer, $8::timestamptz))" + names
	const ofRows = "unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::date[], $8::text[], $9::integer[], $10::timestamptz[])" + names
	expressions := map[string]string{"status": "upper(given.status)"}
	if got := columns.insert("sample", columns.row(1), expressions); got != insert+ofRow {
		t.Errorf("insert() of a row = %s, want %s", got, insert+ofRow)
	}
	if got := columns.insert("sample", columns.rows(3), expressions); got != insert+ofRows {
		t.Errorf("insert() of rows = %s, want %s", got, insert+ofRows)
	}
	url, at := "https://a.example", time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	full := sampleRow{
		ID: 1, PhotoURL: &url, Tags: texts{`a "b"`, "c"}, Waivers: ids[booking.WaiverID]{3, 4}, Day: at, Status: booking.SlotOpen,
	}
	one := []any{int64(1), url, []string{`a "b"`, "c"}, []int64{3, 4}, at, "OPEN", 0, &instant{}}
	if diff := cmp.Diff(one, columns.values(&full), sameInstants); diff != "" {
		t.Errorf("values() (-want +got):\n%s", diff)
	}
	none := []any{int64(0), nil, []string{}, []int64{}, time.Time{}, "", 0, &instant{}}
	if diff := cmp.Diff(none, columns.values(&sampleRow{}), sameInstants); diff != "" {
		t.Errorf("values() of the zero row (-want +got):\n%s", diff)
	}
	got := columns.arrays([]sampleRow{full, {ID: 2, Revised: revised{Version: 5, UpdatedAt: at}}})
	want := []any{
		[]int64{1, 2}, []*string{&url, nil}, []string{`{"a \"b\"",c}`, "{}"}, []string{"{3,4}", "{}"}, []time.Time{at, {}},
		[]string{"OPEN", ""}, []int{0, 5}, []time.Time{{}, at},
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
