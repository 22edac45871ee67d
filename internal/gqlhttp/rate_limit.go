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
	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/errorcode"
	"rehearse/internal/ratelimit"
)

// RateLimits are the rate limits of callers. Each person has their own buckets; anonymous
// callers and the local administrator share those of their address.
type RateLimits struct {
	Points ratelimit.Buckets // bucket for the cost of operations
	// Bookings limits holds, bookings and reschedules, which take slots from others. It
	// does not apply to administrators, who make them for everybody.
	Bookings ratelimit.Buckets
	// TrustedProxies are the proxies whose X-Forwarded-For is trusted.
	TrustedProxies []netip.Prefix
	// EventsAhead is the number of points that subscriptions take in advance, for buckets
	// where each take is expensive.
	EventsAhead int
	Now         func() time.Time
}

// charge is the cost of an operation to one bucket, and the points left in it.
type charge struct {
	Bucket          string  `json:"bucket,omitempty"` // empty without rate limits
	Requested       int     `json:"requested"`
	Remaining       int     `json:"remaining"`
	Burst           int     `json:"burst"`
	RestorePerSec   float64 `json:"restorePerSecond"`
	RetryAfterInSec int     `json:"retryAfterSeconds,omitempty"`
}

// bill is the cost of an operation to its sender. If a charge cannot be paid, it is the
// last one.
type bill struct {
	points   charge
	bookings *charge // nil if the operation makes none
}

func (b bill) last() charge {
	if b.bookings != nil {
		return *b.bookings
	}
	return b.points
}

// Response headers, as in the IETF draft of RateLimit header fields
// (draft-ietf-httpapi-ratelimit-headers). The cost header is not part of the draft.
const (
	rateLimitHeader       = "RateLimit"
	rateLimitPolicyHeader = "RateLimit-Policy"
	retryAfterHeader      = "Retry-After"
)

// headers sets the headers for the charges and the points left.
func (b bill) headers(set func(name, value string)) {
	set(costHeader, strconv.Itoa(b.points.Requested))
	if b.points.Burst == 0 { // no rate limits
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

// fields returns the policy field, with the bucket's size and the seconds in which it
// fills, and the limit field, with the points left and the seconds until it is full.
func (c charge) fields() (policy, left string) {
	return c.field(";q=", c.Burst, ";w=", c.Burst), c.field(";r=", c.Remaining, ";t=", c.Burst-c.Remaining)
}

// field formats a number of points of the bucket, and the seconds that it takes to restore
// the given points.
func (c charge) field(amount string, points int, seconds string, restored int) string {
	text := strconv.AppendQuote(make([]byte, 0, 64), c.Bucket)
	text = strconv.AppendInt(append(text, amount...), int64(points), 10)
	if c.RestorePerSec > 0 {
		text = strconv.AppendFloat(append(text, seconds...), math.Ceil(float64(restored)/c.RestorePerSec), 'f', 0, 64)
	}
	return string(text)
}

// take charges the bookings and the points of an operation, or only those of reading it if the operation is
// refused. refused is nil unless the bucket has too few points or the operation costs more
// than a full bucket.
func (l *RateLimits) take(ctx context.Context, caller string, bookings, points, reading int) (bill, *gqlerror.Error, error) {
	if l == nil {
		return bill{points: charge{Requested: points}}, nil, nil
	}
	if operation.CallerOf(ctx).Actor.Role == booking.RoleAdmin {
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
	if refused != nil { // charge for reading the operation
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
	if err == nil && refused != nil { // the operation is refused, so refund all but the cost of reading it
		b.points, _, err = pay(ctx, l.Points, pointsBucket, caller, min(0, reading-points), now)
		b.points.Requested = reading
	}
	return b, refused, err
}

// takeReading charges for reading an operation that is refused.
func (l *RateLimits) takeReading(ctx context.Context, caller string, reading int) (b bill, refused *gqlerror.Error, err error) {
	if l == nil {
		return bill{points: charge{Requested: reading}}, nil, nil
	}
	b.points, refused, err = pay(ctx, l.Points, pointsBucket, caller, min(reading, l.Points.Limit().Burst), l.Now())
	return b, refused, err
}

// refuseEmpty refuses a caller whose bucket is known to hold less than one point.
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

// costOfRefused is the minimum cost of an operation that is refused after it was read.
const costOfRefused = 1

// Costs of reading input.
const (
	FreeBytes       = 16 << 10 // bytes of a body or message that cost nothing
	bytesForAPoint  = 1 << 10  // bytes beyond FreeBytes
	valuesForAPoint = 100      // values in the JSON of variables and extensions
	textForAPoint   = 100      // bytes of a document; sets the minimum cost of an operation
)

// costOfJSON returns the cost of a body or message in addition to its operation.
func costOfJSON(bytes int64, values int) int {
	return int(max(0, bytes-FreeBytes)/bytesForAPoint) + values/valuesForAPoint
}

// costOfText returns the minimum cost of an operation: that of parsing and validating its
// document.
func costOfText(document string) int { return max(costOfRefused, len(document)/textForAPoint) }

// Names of the buckets in headers and errors.
const (
	pointsBucket   = "points"
	bookingsBucket = "bookings"
)

// neverPayable refuses operations that cost more than a full bucket: waiting does not help.
func (l *RateLimits) neverPayable(points, bookings int) *gqlerror.Error {
	return firstOf(
		exceeds("rateLimitPoints", "the operation costs %d points, more than a full rate-limit bucket holds", points, l.Points.Limit().Burst),
		exceeds("rateLimitBookings", "the operation makes %d holds, bookings and reschedules, more than a full rate-limit bucket holds", bookings, l.Bookings.Limit().Burst))
}

func pay(ctx context.Context, from ratelimit.Buckets, bucket, caller string, points int, now time.Time) (charge, *gqlerror.Error, error) {
	verdict, err := from.Take(ctx, caller, points, now)
	paid, refused := judged(from, bucket, points, verdict)
	if err != nil {
		refused = nil
	}
	return paid, refused, err
}

// judged returns the charge of a verdict, and the refusal if the points were not taken.
func judged(from ratelimit.Buckets, bucket string, points int, verdict ratelimit.Verdict) (charge, *gqlerror.Error) {
	paid := charge{
		Bucket: bucket, Requested: points, Remaining: verdict.Remaining, Burst: from.Limit().Burst, RestorePerSec: from.Limit().PerSecond,
	}
	if verdict.OK {
		return paid, nil
	}
	paid.RetryAfterInSec = int(math.Ceil(min(verdict.RetryAfter, 24*time.Hour).Seconds()))
	refused := graph.RequestError(errorcode.RateLimited, fmt.Sprintf(
		"the rate limit of %s is exceeded: the operation costs %d, and %d are left", bucket, points, paid.Remaining))
	refused.Extensions["cost"] = paid
	return paid, refused
}

// callerKey returns the key of the caller's buckets.
func (l *RateLimits) callerKey(ctx context.Context, r *http.Request) string {
	if actor := operation.CallerOf(ctx).Actor; actor.ID != 0 {
		return string(actor.Role) + ":" + strconv.FormatInt(actor.ID, 10)
	}
	return "address:" + l.address(r)
}

// address returns the address of the client: the nearest hop that is not a trusted proxy.
// Clients can forge the entries before it in X-Forwarded-For.
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

// wide returns the address, or its /64 network for IPv6, because a client that has one
// address has the whole network.
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

// mutationsOf returns the root fields of a mutation, and none of another operation.
func mutationsOf(o *graphql.OperationContext) []graphql.CollectedField {
	if o.Operation.Operation != ast.Mutation {
		return nil
	}
	return graphql.CollectFields(o, o.Operation.SelectionSet, nil)
}

// bookingsOf returns the number of holds, bookings and reschedules in an operation. Dry
// runs are not counted: they take no slot, and their refusals are not stored.
func bookingsOf(o *graphql.OperationContext, mutations []graphql.CollectedField) int {
	n := 0
	for _, field := range mutations {
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

// isDryRun reports whether the input of a booking requests a dry run. It reads that value
// without decoding the others.
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
