package load

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Options are what a run is asked to do. Complete has to check them.
type Options struct {
	URL     string
	Metrics string // where the server's figures are read
	Token   string // of an administrator; empty for none

	Clients     int     // of the closed loop
	Rate        float64 // of the open loop, a second; 0 for the closed one
	MaxInFlight int     // of the open loop

	Mix        Mix
	Seed       uint64
	Duration   time.Duration // measured, after the warm-up
	WarmUp     time.Duration
	Operations int           // ends the run, too; 0 for none
	Students   int           // to work with
	Timeout    time.Duration // of a request

	JSON      bool
	AllowShed bool // what the server sheds is no error

	Now func() time.Time
}

// Complete checks what was given, by the names of flags, and derives the rest.
func (o *Options) Complete(given func(flag string) bool) error {
	at, err := url.Parse(o.URL)
	switch {
	case err != nil || at.Host == "" || (at.Scheme != "http" && at.Scheme != "https"):
		return fmt.Errorf("URL is %q; expected one such as http://127.0.0.1:8080/graphql", o.URL)
	case given("rate") && !(o.Rate > 0 && o.Rate <= maxRate): // nor is NaN
		return fmt.Errorf("--rate is %q; expected a positive number of at most %d", fmt.Sprint(o.Rate), maxRate)
	case given("clients") && given("rate"):
		return errors.New("--clients and --rate are both given; expected one of them, for a closed or an open loop")
	case given("max-in-flight") && !given("rate"):
		return errors.New("--max-in-flight is given without --rate; it applies to the open loop only")
	}
	if o.Metrics == "" {
		o.Metrics = at.ResolveReference(&url.URL{Path: "/metrics"}).String()
	}
	return nil
}

const maxRate = 100_000

// inFlight is how many requests may be under way at once.
func (o *Options) inFlight() int {
	if o.Rate > 0 {
		return o.MaxInFlight
	}
	return o.Clients
}

// Mix is how often each kind of work is done, as weights.
type Mix struct{ List, Standing, Book int }

// DefaultMix is the mix of a run that names none.
var DefaultMix = Mix{List: 90, Standing: 8, Book: 2}

// Type implements pflag.Value.
func (m *Mix) Type() string { return "mix" }

// String implements pflag.Value.
func (m *Mix) String() string {
	return fmt.Sprintf("list=%d,standing=%d,book=%d", m.List, m.Standing, m.Book)
}

// maxWeight keeps the sum of weights a number.
const maxWeight = 1_000_000

// Set implements pflag.Value. A kind that is not named has no weight.
func (m *Mix) Set(text string) error {
	*m = Mix{}
	weights := map[string]*int{"list": &m.List, "standing": &m.Standing, "book": &m.Book}
	for part := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(part, "=")
		weight, err := strconv.Atoi(value)
		if weights[name] == nil || err != nil || weight < 0 || weight > maxWeight {
			return fmt.Errorf("%q is not KIND=WEIGHT; expected list, standing and book with weights from 0 to %d", part, maxWeight)
		}
		*weights[name] = weight
	}
	if m.total() == 0 {
		return errors.New("expected at least one weight above 0")
	}
	return nil
}

func (m *Mix) total() int { return m.List + m.Standing + m.Book }
