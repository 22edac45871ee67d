package load

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSchedule(t *testing.T) {
	t.Parallel()
	const n, rate = 100_000, 500.0
	s, again, other := newSchedule(rate, 7), newSchedule(rate, 7), newSchedule(rate, 8)
	gaps := make([]float64, n)
	var before time.Duration
	same := true
	for i := range gaps {
		at := s.next()
		if at < before {
			t.Fatalf("arrival %d is at %v, before the previous one at %v", i, at, before)
		}
		if at != again.next() {
			t.Fatalf("arrival %d differs with the same seed", i)
		}
		same = same && at == other.next()
		gaps[i], before = (at-before).Seconds()*rate, at // in units of the mean gap
	}
	if same {
		t.Error("different seeds give the same arrivals")
	}
	if got := before.Seconds() * rate / n; math.Abs(got-1) > 0.02 {
		t.Errorf("the mean gap is %.3f times 1/rate", got)
	}
	// The share of exponential gaps longer than x times the mean is e^-x.
	for _, x := range []float64{0.1, 1, 3} {
		longer := 0
		for _, gap := range gaps {
			if gap > x {
				longer++
			}
		}
		if got, want := float64(longer)/n, math.Exp(-x); math.Abs(got-want) > 0.01 {
			t.Errorf("got %.3f of the gaps longer than %g means, want %.3f", got, x, want)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	const url = "http://127.0.0.1:1/graphql"
	given := func(flags ...string) func(string) bool {
		return func(flag string) bool { return slices.Contains(flags, flag) }
	}
	o := Options{URL: url, Clients: 16}
	if err := o.Complete(given()); err != nil || o.Metrics != "http://127.0.0.1:1/metrics" || o.inFlight() != 16 {
		t.Errorf("the defaults: got %+v, %v", o, err)
	}
	o = Options{URL: url, Rate: 12.5, Clients: 16, MaxInFlight: 1000, Metrics: "http://127.0.0.1:2/figures"}
	if err := o.Complete(given("rate", "max-in-flight")); err != nil || o.Metrics != "http://127.0.0.1:2/figures" || o.inFlight() != 1000 {
		t.Errorf("an open loop: got %+v, %v", o, err)
	}
	for name, test := range map[string]struct {
		options Options
		given   []string
		want    string // part of the error
	}{
		"no scheme":                   {Options{URL: "127.0.0.1:8080"}, nil, `URL is "127.0.0.1:8080"; expected one such as http://`},
		"another scheme":              {Options{URL: "ftp://127.0.0.1/graphql"}, nil, "expected one such as"},
		"no rate":                     {Options{URL: url}, []string{"rate"}, `--rate is "0"; expected a positive number of at most 100000`},
		"a rate of NaN":               {Options{URL: url, Rate: math.NaN()}, []string{"rate"}, `--rate is "NaN"`},
		"options of both loops":       {Options{URL: url, Rate: 1, Clients: 1}, []string{"rate", "clients"}, "--clients and --rate are both given"},
		"an option of the other loop": {Options{URL: url, MaxInFlight: 1}, []string{"max-in-flight"}, "without --rate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := test.options.Complete(given(test.given...)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got the error %v, want %s", err, test.want)
			}
		})
	}
}

func TestMix(t *testing.T) {
	t.Parallel()
	var m Mix
	if err := m.Set("list=1,book=3"); err != nil || m != (Mix{List: 1, Book: 3}) {
		t.Errorf("got %+v, %v", m, err)
	}
	for text, want := range map[string]string{
		"list": `"list" is not KIND=WEIGHT; expected list, standing and book with weights`, "swim=1": `"swim=1" is not KIND=WEIGHT`,
		"list=-1": "weights from 0 to 1000000", "list=0": "expected at least one weight above 0",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			if err := new(Mix).Set(text); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got the error %v, want %s", err, want)
			}
		})
	}
}

// Refusals are responses and not errors. Shed requests are errors unless allowed. Responses
// that are not GraphQL are always errors.
func TestResult(t *testing.T) {
	t.Parallel()
	r := &run{recorder: newRecorder(), Options: Options{Rate: 100, Mix: Mix{List: 1}}}
	r.measured = time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	r.end = r.measured.Add(10 * time.Second)
	r.ended = r.end.Add(time.Second)
	for i := range 1000 {
		r.recorder.record(kindList, time.Duration(i+1)*time.Millisecond, nil, nil)
	}
	r.recorder.record(kindHold, time.Millisecond, []string{"SLOT_HELD"}, nil)
	r.recorder.record(kindHold, time.Millisecond, nil, &failure{code: "UNAVAILABLE", says: "later"})
	r.recorder.record(kindBook, time.Millisecond, nil, &failure{code: "INTERNAL", says: "a fault"})
	r.recorder.record(kindBook, time.Millisecond, nil, &failure{code: "timeout", transport: true, says: "too late"})
	r.recorder.notSent()
	result := r.result()
	if got := result.Errors(false); got != 3 {
		t.Errorf("got %d errors", got)
	}
	if got := result.Errors(true); got != 2 {
		t.Errorf("got %d errors without shed requests", got)
	}
	list := result.Operations[0]
	if list.Name != kindList || list.Count != 1000 || list.Rate != 100 {
		t.Errorf("the list operations: got %+v", list)
	}
	for name, times := range map[string][2]float64{
		"p50": {list.P50, 500}, "p90": {list.P90, 900}, "p99": {list.P99, 990}, "p99.9": {list.P999, 999}, "max": {list.Max, 1000},
	} {
		if math.Abs(times[0]-times[1]) > times[1]/500 {
			t.Errorf("%s: got %v ms, want %v", name, times[0], times[1])
		}
	}
	if names := []string{result.Operations[1].Name, result.Operations[2].Name}; !slices.Equal(names, []string{kindHold, kindBook}) {
		t.Errorf("got the other operations %v", names)
	}
	var table, asJSON strings.Builder
	if err := errors.Join(result.WriteTable(&table), result.WriteJSON(&asJSON)); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		"open loop, 100 a second", "hold refused: SLOT_HELD 1", "hold failed: UNAVAILABLE 1", "book failed: INTERNAL 1",
		"book not answered: timeout 1", "in flight: 1", "server: no metrics",
	} {
		if !strings.Contains(table.String(), part) {
			t.Errorf("the table lacks %q:\n%s", part, &table)
		}
	}
	for _, part := range []string{`"transportErrors": {`, `"refusals": {`, `"p99.9": `, `"unsent": 1`} {
		if !strings.Contains(asJSON.String(), part) {
			t.Errorf("the JSON lacks %s:\n%s", part, &asJSON)
		}
	}
}
