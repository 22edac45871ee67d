package calendar_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/teambition/rrule-go"

	"rehearse/internal/calendar"
)

const wallFormat = "20060102T150405"

func wall(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(wallFormat, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// expand returns up to most times of a rule, and the steps used.
func expand(t *testing.T, rule string, first, from, last time.Time, most int) (times []string, steps int) {
	t.Helper()
	r, err := calendar.ParseRecurrence(rule)
	if err != nil {
		t.Fatalf("%s: %v", rule, err)
	}
	work := &calendar.Work{Left: math.MaxInt32}
	times = []string{}
	err = r.Each(first, from, last, work, func(at time.Time) bool {
		if !at.Before(from) {
			times = append(times, at.Format(wallFormat))
		}
		return len(times) < most
	})
	if err != nil {
		t.Fatalf("%s: %v", rule, err)
	}
	return times, math.MaxInt32 - work.Left
}

// TestRecurrences tests the examples of RFC 5545, 3.8.5.3, and further rules at
// the end.
func TestRecurrences(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ rule, first, want string }{
		{"FREQ=DAILY;COUNT=3", "19970902T090000", "0902 0903 0904"},
		{"FREQ=DAILY;INTERVAL=10;COUNT=5", "19970902T090000", "0902 0912 0922 1002 1012"},
		{"FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", "19970902T090000", "0902 0904 0916 0918 0930 1002 1014 1016"},
		{"FREQ=MONTHLY;COUNT=3;BYDAY=1FR", "19970905T090000", "0905 1003 1107"},
		{"FREQ=MONTHLY;INTERVAL=2;COUNT=4;BYDAY=1SU,-1SU", "19970907T090000", "0907 0928 1102 1130"},
		{"FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=3", "19970928T090000", "0928 1029 1128"},
		{"FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=2", "19970902T090000", "0213 0313"},
		{"FREQ=YEARLY;BYDAY=20MO;COUNT=2", "19970519T090000", "0519 0518"},
		{"FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=3", "19970512T090000", "0512 0511 0517"},
		{"FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8;COUNT=2", "19961105T090000", "1105 1107"},
		{"FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "19970904T090000", "0904 1007 1106"},
		{"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=3", "19970929T090000", "0929 1030 1127"},
		{"FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "19970805T090000", "0805 0810 0819 0824"},
		{"FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "19970805T090000", "0805 0817 0819 0831"},
		{"FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "20070115T090000", "0115 0130 0215 0315 0330"},
		{"FREQ=YEARLY;COUNT=3", "20240229T090000", "0229 0229 0229"},
		{"FREQ=YEARLY;BYYEARDAY=-1;COUNT=2", "20231231T090000", "1231 1231"},
		{"FREQ=MONTHLY;BYDAY=MO,2TU;COUNT=4", "20260601T090000", "0601 0608 0609 0615"},
		{"freq=weekly; byday=mo,MO ;count=2;", "20240101T090000", "0101 0108"},
	} {
		t.Run(row.rule, func(t *testing.T) {
			t.Parallel()
			first := wall(t, row.first)
			times, _ := expand(t, row.rule, first, first, first.AddDate(30, 0, 0), 100)
			for i := range times {
				times[i] = times[i][4:8]
			}
			if got := strings.Join(times, " "); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

func TestSubdailyRecurrences(t *testing.T) {
	t.Parallel()
	first := wall(t, "20240101T090000")
	for rule, want := range map[string][]string{
		"FREQ=HOURLY;INTERVAL=3;COUNT=3":                           {"20240101T090000", "20240101T120000", "20240101T150000"},
		"FREQ=MINUTELY;INTERVAL=90;COUNT=3":                        {"20240101T090000", "20240101T103000", "20240101T120000"},
		"FREQ=DAILY;BYHOUR=9,14;BYMINUTE=0,30;COUNT=3":             {"20240101T090000", "20240101T093000", "20240101T140000"},
		"FREQ=HOURLY;BYDAY=WE;BYHOUR=9,10;COUNT=3":                 {"20240103T090000", "20240103T100000", "20240110T090000"},
		"FREQ=DAILY;BYHOUR=9,10,11;BYMINUTE=0;BYSETPOS=-1;COUNT=2": {"20240101T110000", "20240102T110000"},
	} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			times, _ := expand(t, rule, first, first, first.AddDate(1, 0, 0), 100)
			if diff := cmp.Diff(want, times); diff != "" {
				t.Errorf("times (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRecurrencesOverCenturies tests spans beyond the 292 years of a
// time.Duration.
func TestRecurrencesOverCenturies(t *testing.T) {
	t.Parallel()
	first, from := wall(t, "16010101T090000"), wall(t, "20260601T000000")
	for rule, want := range map[string][]string{
		"FREQ=DAILY":                            {"20260601T090000", "20260602T090000"},
		"FREQ=WEEKLY":                           {"20260601T090000", "20260608T090000"}, // 1601 started on a Monday
		"FREQ=MINUTELY;INTERVAL=720":            {"20260601T090000", "20260601T210000"},
		"FREQ=HOURLY;INTERVAL=24;COUNT=1000000": {"20260601T090000", "20260602T090000"},
	} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			times, _ := expand(t, rule, first, from, from.AddDate(0, 0, 30), 2)
			if diff := cmp.Diff(want, times); diff != "" {
				t.Errorf("times (-want +got):\n%s", diff)
			}
		})
	}
}

func TestInvalidRecurrences(t *testing.T) {
	t.Parallel()
	for rule, names := range map[string]string{
		"": "FREQ", "nonsense": "nonsense", "FREQ=FORTNIGHTLY": "FORTNIGHTLY", "FREQ=SECONDLY": "SECONDLY", "FREQ=DAILY;FREQ=DAILY": "twice",
		"FREQ=DAILY;INTERVAL=0": "INTERVAL", "FREQ=DAILY;INTERVAL=-1": "-1", "FREQ=DAILY;INTERVAL=99999999999999999999": "INTERVAL",
		"FREQ=DAILY;COUNT=0": "COUNT", "FREQ=DAILY;COUNT=2;UNTIL=20260101": "UNTIL", "FREQ=DAILY;UNTIL=soon": "SOON",
		"FREQ=WEEKLY;BYDAY=1MO": "BYDAY", "FREQ=MONTHLY;BYDAY=0MO": "0MO", "FREQ=MONTHLY;BYDAY=XX": "XX", "FREQ=MONTHLY;BYDAY=M": "M",
		"FREQ=YEARLY;BYMONTH=13": "BYMONTH", "FREQ=YEARLY;BYMONTH=-1": "BYMONTH", "FREQ=MONTHLY;BYMONTHDAY=0": "BYMONTHDAY",
		"FREQ=YEARLY;BYEASTER=1": "BYEASTER", "FREQ=DAILY;BYSECOND=60": "BYSECOND", "FREQ=DAILY;BYSETPOS=1": "BYSETPOS",
		"FREQ=MONTHLY;BYWEEKNO=1": "BYWEEKNO", "FREQ=DAILY;BYYEARDAY=1": "BYYEARDAY", "FREQ=WEEKLY;BYMONTHDAY=1": "BYMONTHDAY",
		"FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO": "BYWEEKNO", "FREQ=YEARLY;RSCALE=HEBREW": "HEBREW", "FREQ=YEARLY;SKIP=FORWARD": "FORWARD",
		"FREQ=DAILY;WKST=MONDAY": "WKST", "FREQ=": "FREQ=", "FREQ=DAILY;X-ODD=1": "X-ODD",
		"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31": "has no occurrence", "FREQ=MONTHLY;BYMONTH=2,4;BYMONTHDAY=31,-31": "has no occurrence",
	} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			if _, err := calendar.ParseRecurrence(rule); err == nil || !strings.Contains(err.Error(), names) {
				t.Errorf("got %v, want an error that contains %s", err, names)
			}
		})
	}
}

func TestRecurrenceTooLong(t *testing.T) {
	t.Parallel()
	const want = "10023 bytes; at most 10000"
	_, err := calendar.ParseRecurrence("FREQ=DAILY;BYMONTHDAY=1" + strings.Repeat(",1", 5000))
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want an error that contains %s", err, want)
	}
}

// TestRecurrenceStepLimit counts steps, which are independent of the machine.
func TestRecurrenceStepLimit(t *testing.T) {
	t.Parallel()
	first := wall(t, "20000101T090000")
	from, last := wall(t, "20260601T000000"), wall(t, "20261201T000000")
	for _, row := range []struct {
		rule  string
		steps int
	}{
		{"FREQ=DAILY", 2 * 190},
		{"FREQ=DAILY;UNTIL=99991231", 2 * 190},
		{"FREQ=DAILY;COUNT=10000", 2 * 190},
		{"FREQ=DAILY;COUNT=100", 2},
		{"FREQ=WEEKLY;BYDAY=TU,TH;COUNT=3000", 8 + 29*9},
		{"FREQ=WEEKLY;INTERVAL=3;COUNT=50", 8},
		{"FREQ=HOURLY;INTERVAL=6;COUNT=1000000", 8 * 190},
		{"FREQ=MINUTELY;COUNT=1000000", 2},
		{"FREQ=DAILY;BYMONTH=12", 3},
		{"FREQ=DAILY;INTERVAL=7;BYDAY=FR", 30},
		{"FREQ=DAILY;BYMONTH=2,4;BYMONTHDAY=29,30;COUNT=500", 61 * 28},
		{"FREQ=WEEKLY;BYMONTH=2;COUNT=1000000", 27 * 60},
		{"FREQ=YEARLY", 2 * (11 + 31)},
		{"FREQ=YEARLY;INTERVAL=1000000", 31 + 2},
		{"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=1000000", 27 * (29 + 12)},
		{"FREQ=MONTHLY;INTERVAL=999;COUNT=1000000", 32},
		{"FREQ=HOURLY;INTERVAL=24;BYHOUR=5", 190},
		{"FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=29", 2},
		{"FREQ=MINUTELY;INTERVAL=1000000;BYMINUTE=7", 190},
	} {
		t.Run(row.rule, func(t *testing.T) {
			t.Parallel()
			times, steps := expand(t, row.rule, first, from, last, 1_000_000)
			if steps > row.steps {
				t.Errorf("got %d steps for %d times, want at most %d", steps, len(times), row.steps)
			}
		})
	}
}

func TestRecurrenceStopsAtStepLimit(t *testing.T) {
	t.Parallel()
	first := wall(t, "20000101T090000")
	from, last := wall(t, "20260601T000000"), wall(t, "20261201T000000")
	for name, rule := range map[string]string{
		"every second of every weekday": "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=" + list(0, 23) + ";BYMINUTE=" + list(0, 59) + ";BYSECOND=" + list(0, 59),
		"every minute of every day":     "FREQ=MINUTELY;BYDAY=MO,TU,WE,TH,FR,SA,SU;COUNT=1000000",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := calendar.ParseRecurrence(rule)
			if err != nil {
				t.Fatal(err)
			}
			yielded := 0
			err = r.Each(first, from, last, &calendar.Work{Left: 10_000}, func(time.Time) bool { yielded++; return true })
			if !errors.Is(err, calendar.ErrTooMuchWork) || yielded > 10_000 {
				t.Errorf("got %v after %d times, want ErrTooMuchWork", err, yielded)
			}
		})
	}
}

func list(from, to int) string {
	var words []string
	for n := from; n <= to; n++ {
		words = append(words, strconv.Itoa(n))
	}
	return strings.Join(words, ",")
}

// TestRecurrencesAgreeWithRRuleGo compares the times of random rules
// with those of rrule-go. Because rrule-go expands every rule to the year 9999,
// even if few times are requested, the rules start shortly before it. Hourly rules
// with hours are excluded, because rrule-go does not terminate for some of them.
func TestRecurrencesAgreeWithRRuleGo(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 11))
	for range 500 {
		rule := drawRecurrence(random)
		first := time.Date(9960+random.IntN(35), time.Month(1+random.IntN(12)), 1+random.IntN(31), random.IntN(24), random.IntN(60), 0, 0, time.UTC)
		last := first.AddDate(3, 0, 0)
		from := first.AddDate(0, random.IntN(24), random.IntN(30))
		option, err := rrule.StrToROption(rule)
		if err != nil {
			t.Fatalf("%s: %v", rule, err)
		}
		option.Dtstart, option.Until = first, last
		other, err := rrule.NewRRule(*option)
		if err != nil {
			t.Fatalf("%s: %v", rule, err)
		}
		want := []string{}
		next := other.Iterator()
		for at, more := next(); more && len(want) < 1000; at, more = next() {
			if !at.Before(from) {
				want = append(want, at.Format(wallFormat))
			}
		}
		got := []string{}
		if _, err := calendar.ParseRecurrence(rule); err == nil || !strings.Contains(err.Error(), "has no occurrence") {
			got, _ = expand(t, rule, first, from, last, 1000)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s of %s from %s (-rrule-go +ours):\n%s", rule, first, from, diff)
		}
	}
}

func drawRecurrence(random *rand.Rand) string {
	frequencies := []string{"YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY"}
	frequency := frequencies[random.IntN(len(frequencies))]
	parts := []string{"FREQ=" + frequency, fmt.Sprintf("INTERVAL=%d", 1+random.IntN(4)), "WKST=" + []string{"SU", "MO", "WE"}[random.IntN(3)]}
	some := func(name string, least, most int, negative bool) {
		var values []string
		for range 1 + random.IntN(3) {
			n := least + random.IntN(most-least+1)
			if negative && random.IntN(3) == 0 {
				n = -n
			}
			if value := strconv.Itoa(n); !slices.Contains(values, value) { // rrule-go counts duplicates twice
				values = append(values, value)
			}
		}
		parts = append(parts, name+"="+strings.Join(values, ","))
	}
	maybe := func(one int, then func()) {
		if random.IntN(one) == 0 {
			then()
		}
	}
	days := func(nth bool) {
		var values []string
		nth = nth && random.IntN(2) == 0 // all or none: rrule-go reads MO,2TU as the Mondays that are a second Tuesday
		for range 1 + random.IntN(3) {
			day := []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}[random.IntN(7)]
			if nth {
				day = []string{"1", "2", "4", "-1", "-2"}[random.IntN(5)] + day
			}
			values = append(values, day)
		}
		parts = append(parts, "BYDAY="+strings.Join(values, ","))
	}
	weeks := frequency == "YEARLY" && random.IntN(4) == 0
	maybe(3, func() { some("BYMONTH", 1, 12, false) })
	if weeks {
		some("BYWEEKNO", 1, 53, true)
		days(false)
	} else {
		maybe(2, func() { days(frequency == "YEARLY" || frequency == "MONTHLY") })
	}
	if frequency != "WEEKLY" {
		maybe(3, func() { some("BYMONTHDAY", 1, 31, true) })
	}
	if frequency == "YEARLY" && !weeks {
		maybe(4, func() { some("BYYEARDAY", 1, 366, true) })
	}
	if frequency != "HOURLY" && frequency != "MINUTELY" {
		maybe(4, func() { some("BYHOUR", 0, 23, false) })
		maybe(4, func() { some("BYMINUTE", 0, 59, false) })
	}
	if slices.ContainsFunc(parts, func(p string) bool { return strings.HasPrefix(p, "BY") }) && frequency != "HOURLY" && frequency != "MINUTELY" {
		maybe(3, func() { some("BYSETPOS", 1, 4, true) })
	}
	maybe(3, func() { parts = append(parts, fmt.Sprintf("COUNT=%d", 1+random.IntN(40))) })
	return strings.Join(parts, ";")
}
