// Package identity tells who sends a request, from the token it carries. It
// says nothing of what he may do.
package identity

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"rehearse/internal/booking"
)

// What is wrong with a token. The texts are for the client, who learns no more;
// what an error wraps besides is for the log.
var (
	ErrExpired     = errors.New("the token has expired")
	ErrNotYetValid = errors.New("the token is not valid yet")
	ErrInvalid     = errors.New("the token is not valid")
	// ErrUnavailable: nobody knows, because the issuer's keys cannot be read.
	ErrUnavailable = errors.New("tokens cannot be verified at the moment; try again")
)

const (
	// maxToken bounds what an unknown sender makes us decode.
	maxToken  = 8 << 10
	clockSkew = 30 * time.Second
)

// Terms are what a token has to agree with besides its signature. An empty
// Issuer or Audience is not asked for.
type Terms struct {
	Issuer, Audience string
	Clock            func() time.Time
}

// Verifier tells who sends a request.
type Verifier struct {
	keys   Keys
	parser *jwt.Parser
	clock  func() time.Time
	nobody booking.Actor
}

// New is a verifier of tokens that keys signed on those terms. Who sends no
// token is nobody.
func New(keys Keys, terms Terms, nobody booking.Actor) *Verifier {
	options := []jwt.ParserOption{
		jwt.WithValidMethods(keys.algorithms()), jwt.WithStrictDecoding(), jwt.WithTimeFunc(terms.Clock),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(clockSkew),
	}
	if terms.Issuer != "" {
		options = append(options, jwt.WithIssuer(terms.Issuer))
	}
	if terms.Audience != "" {
		options = append(options, jwt.WithAudience(terms.Audience))
	}
	return &Verifier{keys: keys, parser: jwt.NewParser(options...), clock: terms.Clock, nobody: nobody}
}

// Ready reports whether tokens can be verified: an error if none can, and a
// note if some can and something is wrong.
func (v *Verifier) Ready() (note string, err error) { return v.keys.ready() }

// Sender is who sends a request, and for how long from now on he can be taken for
// that: zero for ever.
type Sender struct {
	booking.Actor
	Left time.Duration
}

// Sender is who sends a request with these Authorization headers. Its error is
// one of this package's; a token that is no good is never taken for none.
func (v *Verifier) Sender(ctx context.Context, authorization []string) (Sender, error) {
	switch len(authorization) {
	case 0:
		return Sender{Actor: v.nobody}, nil
	case 1:
	default:
		return Sender{}, fmt.Errorf("%w: %d Authorization headers", ErrInvalid, len(authorization))
	}
	scheme, token, _ := strings.Cut(authorization[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return Sender{}, fmt.Errorf("%w: the Authorization header is not a bearer token", ErrInvalid)
	}
	return v.Verify(ctx, token)
}

// Verify is who a token was given to. Its error is one of this package's.
func (v *Verifier) Verify(ctx context.Context, token string) (Sender, error) {
	if len(token) > maxToken {
		return Sender{}, fmt.Errorf("%w: it has %d bytes; at most %d are allowed", ErrInvalid, len(token), maxToken)
	}
	claims := &claims{}
	_, err := v.parser.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) { return v.key(ctx, t) })
	switch {
	case errors.Is(err, ErrUnavailable):
		return Sender{}, err
	case errors.Is(err, jwt.ErrTokenExpired):
		return Sender{}, fmt.Errorf("%w: %w", ErrExpired, err)
	case errors.Is(err, jwt.ErrTokenNotValidYet), errors.Is(err, jwt.ErrTokenUsedBeforeIssued):
		return Sender{}, fmt.Errorf("%w: %w", ErrNotYetValid, err)
	case err != nil:
		return Sender{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	role, _ := claims.MapClaims["role"].(string)
	sub, _ := claims.MapClaims["sub"].(string)
	actor, err := ParseActor(role, sub)
	if err != nil {
		return Sender{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	expires, err := claims.GetExpirationTime()
	if err != nil {
		return Sender{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return Sender{Actor: actor, Left: expires.Add(clockSkew).Sub(v.clock())}, nil
}

func (v *Verifier) key(ctx context.Context, t *jwt.Token) (any, error) {
	if err := checkHeader(t.Raw); err != nil {
		return nil, err
	}
	if _, critical := t.Header["crit"]; critical {
		return nil, errors.New("the header crit is set; no critical extension is supported") // RFC 7515, 4.1.11
	}
	kid, _ := t.Header["kid"].(string)
	return v.keys.key(ctx, t.Method.Alg(), kid)
}

var roles = map[string]booking.Role{
	"student": booking.RoleStudent, "interviewer": booking.RoleInterviewer, "admin": booking.RoleAdmin,
}

// ParseActor reads who somebody is from words: student, interviewer or admin,
// and the person's id. Its error says what is allowed. An administrator needs
// no person: his id may be 0.
func ParseActor(role, id string) (booking.Actor, error) {
	r, known := roles[role]
	if !known {
		return booking.Actor{}, fmt.Errorf("the role is %q; expected student, interviewer or admin", role)
	}
	least := int64(1)
	if r == booking.RoleAdmin {
		least = 0
	}
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n < least || strconv.FormatInt(n, 10) != id { // +7 and 007 are other people's spelling
		return booking.Actor{}, fmt.Errorf("the id is %q; expected a decimal number of at least %d", id, least)
	}
	return booking.Actor{Role: r, ID: n}, nil
}
