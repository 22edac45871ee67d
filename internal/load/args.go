package load

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Options are the options of a run. Complete must be called first.
type Options struct {
	URL     string
	Metrics string // URL of the server's metrics
	Token   string // administrator's token, or empty

	Clients     int     // in a closed loop
	Rate        float64 // requests per second in an open loop; 0 for a closed loop
	MaxInFlight int     // in an open loop

	Mix        Mix
	Seed       uint64
	Duration   time.Duration // measured time, after the warm-up
	WarmUp     time.Duration
	Operations int           // maximum number of requests; 0 for no limit
	Students   int           // number of students to use
	Timeout    time.Duration // per request

	JSON      bool
	AllowShed bool // do not count shed requests as errors

	Now func() time.Time
}

// Complete validates the options and sets derived ones. given reports whether a flag was set.
func (o *Options) Complete(given func(flag string) bool) error {
	at, err := url.Parse(o.URL)
	switch {
	case err != nil || at.Host == "" || (at.Scheme != "http" && at.Scheme != "https"):
		return fmt.Errorf("URL is %q; expected one such as http://127.0.0.1:8080/graphql", o.URL)
	case given("rate") && !(o.Rate > 0 && o.Rate <= maxRate): // written so that NaN fails
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

// inFlight returns the maximum number of concurrent requests.
func (o *Options) inFlight() int {
	if o.Rate > 0 {
		return o.MaxInFlight
	}
	return o.Clients
}

// Mix holds the weight of each kind of work.
type Mix struct{ List, Standing, Book int }

// DefaultMix is the default mix of a run.
var DefaultMix = Mix{List: 90, Standing: 8, Book: 2}

// Type implements pflag.Value.
func (m *Mix) Type() string { return "mix" }

// String implements pflag.Value.
func (m *Mix) String() string {
	return fmt.Sprintf("list=%d,standing=%d,book=%d", m.List, m.Standing, m.Book)
}

// maxWeight keeps the sum of the weights from overflowing.
const maxWeight = 1_000_000

// Set implements pflag.Value. Kinds that are not named get weight 0.
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
