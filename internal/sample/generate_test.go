package sample

import (
	"testing"
	"time"

	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// generated is the time of the generated data. Its past year has a leap day and both
// clock changes, and it is not a whole minute.
var generated = time.Date(2028, 10, 18, 13, 47, 11, 5_000, time.UTC)

// load loads the data set S into its own database.
func load(t *testing.T, seed uint64) (pgtest.Database, *store.Store) {
	t.Helper()
	database := pgtest.New(t)
	database.WantLoggedWrites(t)
	s := database.Open(t, store.Options{})
	if err := (Request{Size: "S", Seed: seed}).Load(t.Context(), s, generated); err != nil {
		t.Fatalf("generate data set S: %v", err)
	}
	return database, s
}

func TestGeneratedSchoolHoldsInvariants(t *testing.T) {
	t.Parallel()
	_, s := load(t, 1)
	checkIsClean(t, s, generated)
}

func checkIsClean(t *testing.T, s *store.Store, now time.Time) {
	t.Helper()
	findings, err := s.Check(t.Context(), now)
	if err != nil {
		t.Fatalf("check: %v", err)
	}
	for _, f := range findings {
		t.Errorf("%s: %s", f.Invariant, f.Detail)
	}
}

func TestGeneratedSchoolProportions(t *testing.T) {
	t.Parallel()
	database, _ := load(t, 1)
	db := database.SQL(t)
	for _, test := range []struct {
		name, query string
		low, high   float64
	}{
		{"students", "SELECT count(*) FROM students", 1000, 1000},
		{"interviewers", "SELECT count(*) FROM interviewers", 100, 100},
		{"slots", "SELECT count(*) FROM slots", 20_000, 20_000},
		{"share of open future slots", "SELECT avg((status = 'OPEN')::int) FROM slots WHERE starts_at > $1", 0.67, 0.73},
		{"share of future slots", "SELECT avg((starts_at > $1)::int) FROM slots", 0.32, 0.35},
		{"share of low grades", "SELECT avg((grade <= 1)::int) FROM interviews WHERE grade IS NOT NULL", 0.04, 0.06},
		{"share of ungraded interviews", "SELECT avg((grade IS NULL)::int) FROM interviews WHERE status = 'COMPLETED'", 0.05, 0.11},
		{"live interviews", "SELECT count(*) FROM interviews WHERE status <> 'CANCELLED'", 7_200, 7_500},
		{"cancelled interviews", "SELECT count(*) FROM interviews WHERE status = 'CANCELLED'", 4_800, 5_600},
		{"no-shows", "SELECT count(*) FROM interviews WHERE status LIKE '%NO_SHOW'", 150, 450},
		{"past interviews without a report", "SELECT count(*) FROM interviews WHERE status = 'BOOKED' AND ends_at <= $1", 1, 100},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got float64
			// Every query receives the parameter, even if it does not need it.
			if err := db.QueryRowContext(t.Context(), "SELECT n::float8 FROM ("+test.query+") AS x (n) WHERE $1::timestamptz IS NOT NULL", generated).Scan(&got); err != nil {
				t.Fatal(err)
			}
			if got < test.low || got > test.high {
				t.Errorf("got %v, want %v to %v", got, test.low, test.high)
			}
		})
	}
}

// The rows satisfy the rules that no constraint enforces: no student exceeds their
// limit, and no student booked while a grade known at that time prevented it.
func TestGeneratedBookingsObeyRules(t *testing.T) {
	t.Parallel()
	database, _ := load(t, 2)
	db := database.SQL(t)
	for _, test := range []struct{ name, offenders string }{
		{"limit", `
			SELECT count(*) FROM (SELECT FROM interviews WHERE status IN ('BOOKED', 'COMPLETED', 'STUDENT_NO_SHOW')
				GROUP BY student_id HAVING count(*) > 15) AS x`},
		{"grades", `
			SELECT count(*) FROM interviews i WHERE EXISTS (
				SELECT FROM (SELECT grade FROM interviews g
					WHERE g.student_id = i.student_id AND g.grade IS NOT NULL AND g.completed_at <= i.booked_at
					ORDER BY g.starts_at DESC, g.id DESC LIMIT 2) AS latest
				WHERE grade <= 1)`},
		{"booked before the start", "SELECT count(*) FROM interviews WHERE booked_at >= starts_at"},
		{"booked by now", "SELECT count(*) FROM interviews WHERE booked_at > $1"},
		{"cancelled between booking and start", `
			SELECT count(*) FROM interviews WHERE cancelled_at < booked_at OR cancelled_at >= starts_at OR cancelled_at > $1`},
		{"completed between end and now", "SELECT count(*) FROM interviews WHERE completed_at < ends_at OR completed_at > $1"},
		{"one live interview per slot", `
			SELECT count(*) FROM interviews a JOIN interviews b ON a.slot_id = b.slot_id AND a.id < b.id
			WHERE a.cancelled_at > b.booked_at`},
		{"published before it was booked", `
			SELECT count(*) FROM interviews i JOIN slots s ON s.id = i.slot_id JOIN availabilities a ON a.id = s.availability_id
			WHERE i.booked_at < a.created_at`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var offenders int
			if err := db.QueryRowContext(t.Context(), "SELECT n FROM ("+test.offenders+") AS x (n) WHERE $1::timestamptz IS NOT NULL", generated).Scan(&offenders); err != nil {
				t.Fatal(err)
			}
			if offenders > 0 {
				t.Errorf("got %d interviews that break the rule, want none", offenders)
			}
		})
	}
}

func TestSameSeedSameSchool(t *testing.T) {
	t.Parallel()
	first, _ := load(t, 7)
	again, _ := load(t, 7)
	other, _ := load(t, 8)
	want := fingerprint(t, first)
	if fingerprint(t, again) != want {
		t.Error("the same seed generated different schools")
	}
	if fingerprint(t, other) == want {
		t.Error("different seeds generated the same school")
	}
}

// fingerprint returns a hash of every row.
func fingerprint(t *testing.T, d pgtest.Database) string {
	t.Helper()
	var hashes string
	for _, table := range []string{"students", "interviewers", "availabilities", "slots", "interviews"} {
		var hash string
		err := d.SQL(t).QueryRowContext(t.Context(),
			"SELECT md5(string_agg(to_jsonb(r)::text, ';' ORDER BY id)) FROM "+table+" AS r").Scan(&hash)
		if err != nil {
			t.Fatalf("hash %s: %v", table, err)
		}
		hashes += hash
	}
	return hashes
}

func TestLoadRequiresEmptyDatabase(t *testing.T) {
	t.Parallel()
	_, s := load(t, 1)
	if err := (Request{Size: "school"}).Load(t.Context(), s, generated); err == nil {
		t.Error("sample data was loaded into a school with people")
	}
}

// New ids must not collide with the loaded ones.
func TestSequencesAfterLoad(t *testing.T) {
	t.Parallel()
	database, _ := load(t, 1)
	for _, table := range []string{"students", "interviewers", "availabilities", "slots", "interviews"} {
		t.Run(table, func(t *testing.T) {
			var next, highest int64
			err := database.SQL(t).QueryRowContext(t.Context(),
				"SELECT nextval(pg_get_serial_sequence('"+table+"', 'id')), max(id) FROM "+table).Scan(&next, &highest)
			if err != nil {
				t.Fatal(err)
			}
			if next != highest+1 {
				t.Errorf("the next id is %d, want %d", next, highest+1)
			}
		})
	}
}
