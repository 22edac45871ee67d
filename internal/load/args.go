package load

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Options are what a run is asked to do. ParseArgs has checked every value.
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

// Usage says what the arguments of the command are.
const Usage = `usage: rehearse load [flags] URL

Load-tests the server at URL, such as http://127.0.0.1:8080/graphql, and prints rates and latencies. It needs
an administrator's token unless the server treats everybody as one, and a server with RATE_LIMIT=off
and MAX_OPERATIONS_PER_CALLER=32 and DATABASE_MAX_CONNS_PER_CALLER=32 (all requests are one caller's) unless you
measure the limits. It cancels its own bookings.

  --clients N        closed loop: each client sends a request when its last one was answered (16)
  --rate R           open loop: R requests arrive per second, whether or not earlier ones were answered;
                     latency counts from the moment a request should have been sent
  --max-in-flight N  open loop only: requests beyond this are not sent, but counted (1000)
  --mix KIND=WEIGHT  list=90,standing=8,book=2 by default; list is availableSlots, a week and 50 slots with
                     interviewers; standing is eligibility and interviews; book is a list, a hold, a booking
                     and its cancellation by one student, one step at a time
  --duration D       how long to measure (30s)       --warm-up D   the time before that (5s)
  --operations N     also stop after N operations    --seed N      seed of the random choices (1)
  --students N       maximum number of students (1000)
  --timeout D        timeout of a request (15s)
  --token TOKEN      an administrator's token; LOAD_TOKEN does the same, hidden from process lists
  --metrics URL      where to read the server's CPU and memory (/metrics on the same host)
  --allow-shed       do not count UNAVAILABLE and RATE_LIMITED as errors
  --json             print the result as JSON

Exits with 1 if there were errors. Refusals by rules are not errors.`

const (
	defaultClients     = 16
	defaultMaxInFlight = 1000
)

// ParseArgs reads the arguments of the load command. Its error is flag.ErrHelp
// for who asks for help.
func ParseArgs(args []string) (Options, error) {
	o := Options{Mix: Mix{List: 90, Standing: 8, Book: 2}}
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.IntVar(&o.Clients, "clients", 0, "")
	flags.Float64Var(&o.Rate, "rate", 0, "")
	flags.IntVar(&o.MaxInFlight, "max-in-flight", 0, "")
	flags.Var(&o.Mix, "mix", "")
	flags.DurationVar(&o.Duration, "duration", 30*time.Second, "")
	flags.DurationVar(&o.WarmUp, "warm-up", 5*time.Second, "")
	flags.IntVar(&o.Operations, "operations", 0, "")
	flags.Uint64Var(&o.Seed, "seed", 1, "")
	flags.IntVar(&o.Students, "students", 1000, "")
	flags.DurationVar(&o.Timeout, "timeout", 15*time.Second, "")
	flags.StringVar(&o.Token, "token", "", "")
	flags.StringVar(&o.Metrics, "metrics", "", "")
	flags.BoolVar(&o.AllowShed, "allow-shed", false, "")
	flags.BoolVar(&o.JSON, "json", false, "")
	for {
		if err := flags.Parse(args); err != nil {
			return o, err
		}
		if flags.NArg() == 0 {
			break
		}
		if o.URL != "" {
			return o, fmt.Errorf("unexpected argument %q; exactly one URL is expected", flags.Arg(0))
		}
		o.URL, args = flags.Arg(0), flags.Args()[1:]
	}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	return o, o.complete(given)
}

// complete checks what was given, and sets what was not.
func (o *Options) complete(given map[string]bool) error {
	if o.URL == "" {
		return errors.New("no URL is given; expected one, such as: rehearse load http://127.0.0.1:8080/graphql")
	}
	var errs []error
	check := func(ok bool, name string, value any, allowed string) {
		if !ok {
			errs = append(errs, fmt.Errorf("%s is %q; %s is expected", name, fmt.Sprint(value), allowed))
		}
	}
	at, err := url.Parse(o.URL)
	isURL := err == nil && at.Host != "" && (at.Scheme == "http" || at.Scheme == "https")
	check(isURL, "the URL", o.URL, "one such as http://127.0.0.1:8080/graphql")
	check(!given["clients"] || o.Clients > 0, "--clients", o.Clients, "a number of at least 1")
	check(!given["rate"] || o.Rate > 0 && o.Rate <= maxRate, "--rate", o.Rate, "a positive number of at most 100000")
	check(!given["max-in-flight"] || o.MaxInFlight > 0, "--max-in-flight", o.MaxInFlight, "a number of at least 1")
	check(o.Duration > 0, "--duration", o.Duration, "a positive duration")
	check(o.WarmUp >= 0, "--warm-up", o.WarmUp, "a duration of at least 0s")
	check(o.Operations >= 0, "--operations", o.Operations, "a number of at least 0")
	check(o.Students > 0, "--students", o.Students, "a number of at least 1")
	check(o.Timeout > 0, "--timeout", o.Timeout, "a positive duration")
	if given["clients"] && given["rate"] {
		errs = append(errs, errors.New("--clients and --rate are both given; choose the closed or the open loop"))
	}
	if given["max-in-flight"] && !given["rate"] {
		errs = append(errs, errors.New("--max-in-flight is given without --rate; it applies to the open loop only"))
	}
	if o.Clients == 0 {
		o.Clients = defaultClients
	}
	if o.MaxInFlight == 0 {
		o.MaxInFlight = defaultMaxInFlight
	}
	if o.Metrics == "" && isURL {
		o.Metrics = at.ResolveReference(&url.URL{Path: "/metrics"}).String()
	}
	return errors.Join(errs...)
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

// String implements flag.Value.
func (m *Mix) String() string {
	return fmt.Sprintf("list=%d,standing=%d,book=%d", m.List, m.Standing, m.Book)
}

// maxWeight keeps the sum of weights a number.
const maxWeight = 1_000_000

// Set implements flag.Value. What is not named is not done.
func (m *Mix) Set(text string) error {
	*m = Mix{}
	weights := map[string]*int{"list": &m.List, "standing": &m.Standing, "book": &m.Book}
	for part := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(part, "=")
		weight, err := strconv.Atoi(value)
		if weights[name] == nil || err != nil || weight < 0 || weight > maxWeight {
			return fmt.Errorf("%q is not KIND=WEIGHT; list, standing and book have weights from 0 to %d", part, maxWeight)
		}
		*weights[name] = weight
	}
	if m.total() == 0 {
		return errors.New("at least one weight must be above 0")
	}
	return nil
}

func (m *Mix) total() int { return m.List + m.Standing + m.Book }
