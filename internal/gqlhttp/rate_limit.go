package gqlhttp

import (
	"context"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"rehearse/graph"
	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/ratelimit"
)

// RateLimits says how much everybody may ask for. A person has buckets of his
// own; who has no name, and the local administrator, have those of their address.
type RateLimits struct {
	Points ratelimit.Buckets // what operations cost
	// Bookings are holds, bookings and reschedules, which take slots from others. An
	// administrator makes them for everybody, and has no such bucket.
	Bookings ratelimit.Buckets
	// TrustedProxies are believed about whom they ask for, in X-Forwarded-For.
	TrustedProxies []netip.Prefix
	// EventsAhead is how many points subscriptions take at once for events to come,
	// where taking is expensive.
	EventsAhead int
	Now         func() time.Time
}

// charge is what an operation costs one bucket, and what is left in it.
type charge struct {
	Bucket          string  `json:"bucket,omitempty"` // empty if nothing is limited
	Requested       int     `json:"requested"`
	Remaining       int     `json:"remaining"`
	Burst           int     `json:"burst"`
	RestorePerSec   float64 `json:"restorePerSecond"`
	RetryAfterInSec int     `json:"retryAfterSeconds,omitempty"`
}

// bill is what an operation costs its sender. When something cannot be paid, it
// is the last charge.
type bill struct {
	points   charge
	bookings *charge // nil if none was asked for
}

func (b bill) last() charge {
	if b.bookings != nil {
		return *b.bookings
	}
	return b.points
}

// Headers of an answer, as the IETF's draft of RateLimit header fields has them
// (draft-ietf-httpapi-ratelimit-headers), but for the cost.
const (
	rateLimitHeader       = "RateLimit"
	rateLimitPolicyHeader = "RateLimit-Policy"
	retryAfterHeader      = "Retry-After"
)

// headers says what was paid and what is left.
func (b bill) headers(set func(name, value string)) {
	set(costHeader, strconv.Itoa(b.points.Requested))
	if b.points.Burst == 0 { // nothing is limited
		return
	}
	policy, left := b.points.fields()
	if b.bookings != nil {
		policyOfBookings, leftOfBookings := b.bookings.fields()
		policy, left = policy+", "+policyOfBookings, left+", "+leftOfBookings
	}
	set(rateLimitPolicyHeader, policy)
	set(rateLimitHeader, left)
}

// fields writes the bucket's size and the seconds in which it fills, and what is
// left and the seconds until it is full.
func (c charge) fields() (policy, left string) {
	return c.field(";q=", c.Burst, ";w=", c.Burst), c.field(";r=", c.Remaining, ";t=", c.Burst-c.Remaining)
}

// field writes a number of points of the bucket, and the seconds that it takes to
// restore so many.
func (c charge) field(amount string, points int, seconds string, restored int) string {
	text := strconv.AppendQuote(make([]byte, 0, 64), c.Bucket)
	text = strconv.AppendInt(append(text, amount...), int64(points), 10)
	if c.RestorePerSec > 0 {
		text = strconv.AppendFloat(append(text, seconds...), math.Ceil(float64(restored)/c.RestorePerSec), 'f', 0, 64)
	}
	return string(text)
}

// take takes the points of an operation, or those of reading it if it is refused.
// refused is nil unless there is too little, or the operation costs more than a
// bucket holds.
func (l *RateLimits) take(ctx context.Context, caller string, o *graphql.OperationContext, points, reading int) (bill, *gqlerror.Error, error) {
	if l == nil {
		return bill{points: charge{Requested: points}}, nil, nil
	}
	bookings := bookingsOf(o)
	if app.CallerOf(ctx).Actor.Role == booking.RoleAdmin {
		bookings = 0
	}
	if tooLarge := l.neverPayable(points, bookings); tooLarge != nil {
		b, refused, err := l.takeReading(ctx, caller, reading)
		if err == nil && refused == nil {
			refused = tooLarge
		}
		return b, refused, err
	}
	return l.takeAll(ctx, caller, points, bookings, reading)
}

func (l *RateLimits) takeAll(ctx context.Context, caller string, points, bookings, reading int) (b bill, refused *gqlerror.Error, err error) {
	now := l.Now()
	b.points, refused, err = pay(ctx, l.Points, pointsBucket, caller, points, now)
	if err != nil {
		return b, nil, err
	}
	if refused != nil { // reading was not for nothing
		if least := min(reading, b.points.Remaining); least > 0 {
			_, _, err = pay(ctx, l.Points, pointsBucket, caller, least, now)
		}
		return b, refused, err
	}
	if bookings == 0 {
		return b, nil, nil
	}
	paid, refused, err := pay(ctx, l.Bookings, bookingsBucket, caller, bookings, now)
	b.bookings = &paid
	if err == nil && refused != nil { // the operation is not executed, and costs as little as any that is refused
		b.points, _, err = pay(ctx, l.Points, pointsBucket, caller, min(0, reading-points), now)
		b.points.Requested = reading
	}
	return b, refused, err
}

// takeReading takes what reading an operation costs, for one that is refused.
func (l *RateLimits) takeReading(ctx context.Context, caller string, reading int) (b bill, refused *gqlerror.Error, err error) {
	if l == nil {
		return bill{points: charge{Requested: reading}}, nil, nil
	}
	b.points, refused, err = pay(ctx, l.Points, pointsBucket, caller, min(reading, l.Points.Limit().Burst), l.Now())
	return b, refused, err
}

// refuseEmpty refuses a caller whose bucket is known to hold less than a point.
func (l *RateLimits) refuseEmpty(caller string) (b bill, refused *gqlerror.Error) {
	if l == nil {
		return b, nil
	}
	verdict, empty := l.Points.Empty(caller, l.Now())
	if !empty {
		return b, nil
	}
	b.points, refused = judged(l.Points, pointsBucket, costOfRefused, verdict)
	return b, refused
}

// costOfRefused is what an operation costs that is refused after it was read.
const costOfRefused = 1

// What it costs to read what a client has sent.
const (
	bytesForAPoint  = 4 << 10 // of a body or message, beyond freeBytes
	freeBytes       = 16 << 10
	valuesForAPoint = 100 // of the JSON of variables and extensions
	textForAPoint   = 100 // bytes of the document: the least that an operation costs
)

// costOfJSON is what a body or message costs beside its operation.
func costOfJSON(bytes int64, values int) int {
	return int(max(0, bytes-freeBytes)/bytesForAPoint) + values/valuesForAPoint
}

// costOfText is the least that an operation costs with its document, which is
// parsed and validated.
func costOfText(document string) int { return max(costOfRefused, len(document)/textForAPoint) }

// The buckets as clients know them, in headers and errors.
const (
	pointsBucket   = "points"
	bookingsBucket = "bookings"
)

// neverPayable refuses what a full bucket does not pay for: waiting does not help.
func (l *RateLimits) neverPayable(points, bookings int) *gqlerror.Error {
	return firstOf(
		exceeds("rateLimitPoints", "the operation costs %d points, more than a full rate limit has", points, l.Points.Limit().Burst),
		exceeds("rateLimitBookings", "the operation makes %d holds, bookings and reschedules, more than a full rate limit has", bookings, l.Bookings.Limit().Burst))
}

func pay(ctx context.Context, from ratelimit.Buckets, bucket, caller string, points int, now time.Time) (charge, *gqlerror.Error, error) {
	verdict, err := from.Take(ctx, caller, points, now)
	paid, refused := judged(from, bucket, points, verdict)
	if err != nil {
		refused = nil
	}
	return paid, refused, err
}

// judged returns the charge of points that were taken, or the refusal if they were not.
func judged(from ratelimit.Buckets, bucket string, points int, verdict ratelimit.Verdict) (charge, *gqlerror.Error) {
	paid := charge{
		Bucket: bucket, Requested: points, Remaining: verdict.Remaining, Burst: from.Limit().Burst, RestorePerSec: from.Limit().PerSecond,
	}
	if verdict.OK {
		return paid, nil
	}
	paid.RetryAfterInSec = int(math.Ceil(min(verdict.RetryAfter, 24*time.Hour).Seconds()))
	refused := graph.RequestError(graph.CodeRateLimited, fmt.Sprintf(
		"the rate limit of %s is exceeded: the operation costs %d, and %d are left", bucket, points, paid.Remaining))
	refused.Extensions["cost"] = paid
	return paid, refused
}

// callerKey is who pays.
func (l *RateLimits) callerKey(ctx context.Context, r *http.Request) string {
	if actor := app.CallerOf(ctx).Actor; actor.ID != 0 {
		return string(actor.Role) + ":" + strconv.FormatInt(actor.ID, 10)
	}
	return "address:" + l.address(r)
}

// address is the client's: the nearest that no trusted proxy stands for. What
// stands before it in X-Forwarded-For may be anything.
func (l *RateLimits) address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	var hops []string
	for _, header := range r.Header.Values("X-Forwarded-For") {
		hops = append(hops, strings.Split(header, ",")...)
	}
	for _, hop := range slices.Backward(hops) {
		if !l.trusts(host) {
			break
		}
		host = strings.TrimSpace(hop)
	}
	if address, err := netip.ParseAddr(host); err == nil {
		return wide(address)
	}
	return "unknown"
}

// wide: who has one IPv6 address has the 2^64 beside it.
func wide(address netip.Addr) string {
	address = address.Unmap().WithZone("")
	if address.Is4() {
		return address.String()
	}
	return netip.PrefixFrom(address, 64).Masked().String()
}

func (l *RateLimits) trusts(host string) bool {
	address, err := netip.ParseAddr(host)
	return err == nil && l != nil && slices.ContainsFunc(l.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(address.Unmap()) })
}

// bookingsOf counts the holds, bookings and reschedules that an operation asks for.
// A dry run takes no slot from anybody, and its refusal is not stored.
func bookingsOf(o *graphql.OperationContext) int {
	if o.Operation.Operation != ast.Mutation {
		return 0
	}
	n := 0
	for _, field := range graphql.CollectFields(o, o.Operation.SelectionSet, nil) {
		switch field.Name {
		case "holdSlot":
			n++
		case "bookSlot", "rescheduleInterview":
			if !isDryRun(o, field) {
				n++
			}
		}
	}
	return n
}

// isDryRun reports whether the input of a booking asks for a dry run. It looks at
// the one value and does not decode the others.
func isDryRun(o *graphql.OperationContext, field graphql.CollectedField) bool {
	argument := field.Arguments.ForName("input")
	if argument == nil {
		return false
	}
	if argument.Value.Kind == ast.Variable {
		input, _ := o.Variables[argument.Value.Raw].(map[string]any)
		return input["dryRun"] == true
	}
	value := argument.Value.Children.ForName("dryRun")
	if value == nil {
		return false
	}
	if value.Kind == ast.Variable {
		return o.Variables[value.Raw] == true
	}
	return value.Raw == "true"
}
