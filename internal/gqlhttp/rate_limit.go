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

// price is what an operation takes from the buckets of its caller.
type price struct {
	points   int // for the operation, including reading it
	bookings int // holds, bookings and reschedules
	reading  int // points for reading the operation, charged even if it is refused
}

// chargeError is the reason why a charge was refused.
type chargeError struct {
	problem *gqlerror.Error
	never   bool // the charge is larger than a full bucket, so waiting does not help
}

// take charges the price of an operation, or only that of reading it if the operation is
// refused. refused is nil unless the bucket has too few points or the operation costs more
// than a full bucket.
func (l *RateLimits) take(ctx context.Context, caller string, p price) (b bill, refused *chargeError, err error) {
	if l == nil {
		return bill{points: charge{Requested: p.points}}, nil, nil
	}
	if operation.CallerOf(ctx).Actor.Role == booking.RoleAdmin {
		p.bookings = 0
	}
	if tooLarge := l.neverPayable(p); tooLarge != nil {
		b, refused, err := l.takeReading(ctx, caller, p.reading)
		if err == nil && refused == nil {
			refused = tooLarge
		}
		return b, refused, err
	}
	return l.takeAll(ctx, caller, p)
}

func (l *RateLimits) takeAll(ctx context.Context, caller string, p price) (b bill, refused *chargeError, err error) {
	now := l.Now()
	b.points, refused, err = pay(ctx, l.Points, PointsBucket, caller, p.points, now)
	if err != nil {
		return b, nil, err
	}
	if refused != nil { // charge for reading the operation
		if least := min(p.reading, b.points.Remaining); least > 0 {
			_, _, err = pay(ctx, l.Points, PointsBucket, caller, least, now)
		}
		return b, refused, err
	}
	if p.bookings == 0 {
		return b, nil, nil
	}
	paid, refused, err := pay(ctx, l.Bookings, BookingsBucket, caller, p.bookings, now)
	b.bookings = &paid
	if err == nil && refused != nil { // the operation is refused, so refund all but the cost of reading it
		b.points, _, err = pay(ctx, l.Points, PointsBucket, caller, min(0, p.reading-p.points), now)
		b.points.Requested = p.reading
	}
	return b, refused, err
}

// takeReading charges for reading an operation that is refused.
func (l *RateLimits) takeReading(ctx context.Context, caller string, reading int) (b bill, refused *chargeError, err error) {
	if l == nil {
		return bill{points: charge{Requested: reading}}, nil, nil
	}
	b.points, refused, err = pay(ctx, l.Points, PointsBucket, caller, min(reading, l.Points.Limit().Burst), l.Now())
	return b, refused, err
}

// refuseEmpty refuses a caller whose bucket is known to hold less than one point.
func (l *RateLimits) refuseEmpty(caller string) (b bill, refused *chargeError) {
	if l == nil {
		return b, nil
	}
	verdict, empty := l.Points.Empty(caller, l.Now())
	if !empty {
		return b, nil
	}
	b.points, refused = judged(l.Points, PointsBucket, costOfRefused, verdict)
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
	PointsBucket   = "points"
	BookingsBucket = "bookings"
)

// neverPayable refuses operations that cost more than a full bucket: waiting does not help.
func (l *RateLimits) neverPayable(p price) *chargeError {
	problem := firstOf(
		exceeds(limitPoints, "the operation costs %d points, more than a full rate-limit bucket holds", p.points, l.Points.Limit().Burst),
		exceeds(limitBookings, "the operation makes %d holds, bookings and reschedules, more than a full rate-limit bucket holds", p.bookings, l.Bookings.Limit().Burst))
	if problem == nil {
		return nil
	}
	return &chargeError{problem: problem, never: true}
}

func pay(ctx context.Context, from ratelimit.Buckets, bucket, caller string, points int, now time.Time) (charge, *chargeError, error) {
	verdict, err := from.Take(ctx, caller, points, now)
	paid, refused := judged(from, bucket, points, verdict)
	if err != nil {
		refused = nil
	}
	return paid, refused, err
}

// judged returns the charge of a verdict, and the refusal if the points were not taken.
func judged(from ratelimit.Buckets, bucket string, points int, verdict ratelimit.Verdict) (charge, *chargeError) {
	paid := charge{
		Bucket: bucket, Requested: points, Remaining: verdict.Remaining, Burst: from.Limit().Burst, RestorePerSec: from.Limit().PerSecond,
	}
	if verdict.OK {
		return paid, nil
	}
	paid.RetryAfterInSec = int(math.Ceil(min(verdict.RetryAfter, 24*time.Hour).Seconds()))
	problem := graph.RequestError(errorcode.RateLimited, fmt.Sprintf(
		"the rate limit of %s is exceeded: the operation costs %d, and %d are left", bucket, points, paid.Remaining))
	problem.Extensions["cost"] = paid
	return paid, &chargeError{problem: problem}
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
