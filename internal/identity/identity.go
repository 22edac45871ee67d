// Package identity authenticates the sender of a request by the request's token. It does
// not authorise.
package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"rehearse/internal/booking"
)

// Errors of a token. The texts are for the client, who learns no more. The details that
// an error wraps are for the log.
var (
	ErrExpired     = errors.New("the token has expired")
	ErrNotYetValid = errors.New("the token is not valid yet")
	ErrInvalid     = errors.New("the token is not valid")
	// ErrUnavailable reports that an issuer cannot be reached, or that a session cannot be checked.
	ErrUnavailable = errors.New("the request cannot be authenticated at the moment; try again")
)

const (
	// MaxToken bounds the size of a token from an unauthenticated sender.
	MaxToken  = 8 << 10
	clockSkew = 30 * time.Second
)

// Terms are the claims that a token must match in addition to its signature, and the names of
// those that identify its sender. An empty Issuer or Audience is not checked.
type Terms struct {
	Issuer, Audience string
	// RoleClaim and IDClaim name the claims with the role and the id of the person. If they are
	// empty, these are role and sub.
	RoleClaim, IDClaim string
	Clock              func() time.Time
}

func (t Terms) roleClaim() string { return cmp.Or(t.RoleClaim, "role") }

func (t Terms) idClaim() string { return cmp.Or(t.IDClaim, "sub") }

// A Verifier authenticates the senders of requests.
type Verifier struct {
	keys   Keys
	parser *jwt.Parser
	terms  Terms
	nobody booking.Actor
}

// New returns a verifier. It accepts tokens that are signed with one of the keys and match
// the terms. A request without a token is from the actor nobody.
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
	return &Verifier{keys: keys, parser: jwt.NewParser(options...), terms: terms, nobody: nobody}
}

// Ready returns an error if no token can be verified, and a note if some can but
// something is wrong.
func (v *Verifier) Ready() (note string, err error) { return v.keys.ready() }

// A Sender is the actor that sends a request, with the remaining validity of the
// authentication; zero means forever.
type Sender struct {
	booking.Actor
	Left time.Duration
}

// Sender authenticates a request by its Authorization headers. Its errors are those of
// this package. An invalid token is an error and never counts as a missing one.
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

// Verify returns the sender that a token identifies. Its errors are those of this
// package.
func (v *Verifier) Verify(ctx context.Context, token string) (Sender, error) {
	sender, _, err := v.verify(ctx, token)
	return sender, err
}

// verify returns the sender that a token identifies, and its claims.
func (v *Verifier) verify(ctx context.Context, token string) (Sender, *claims, error) {
	if len(token) > MaxToken {
		return Sender{}, nil, fmt.Errorf("%w: it has %d bytes; at most %d are allowed", ErrInvalid, len(token), MaxToken)
	}
	claims := &claims{}
	_, err := v.parser.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) { return v.key(ctx, t) })
	switch {
	case errors.Is(err, ErrUnavailable):
		return Sender{}, nil, err
	case errors.Is(err, jwt.ErrTokenExpired):
		return Sender{}, nil, fmt.Errorf("%w: %w", ErrExpired, err)
	case errors.Is(err, jwt.ErrTokenNotValidYet), errors.Is(err, jwt.ErrTokenUsedBeforeIssued):
		return Sender{}, nil, fmt.Errorf("%w: %w", ErrNotYetValid, err)
	case err != nil:
		return Sender{}, nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	role, _ := claims.MapClaims[v.terms.roleClaim()].(string)
	id, _ := claims.MapClaims[v.terms.idClaim()].(string)
	actor, err := ParseActor(role, id)
	if err != nil {
		return Sender{}, nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	expires, err := claims.GetExpirationTime()
	if err != nil {
		return Sender{}, nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return Sender{Actor: actor, Left: expires.Add(clockSkew).Sub(v.terms.Clock())}, claims, nil
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

// ParseActor parses a role (student, interviewer or admin) and a person's id. Its error
// says what is allowed. An administrator needs no person, so the id may be 0.
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
	if err != nil || n < least || strconv.FormatInt(n, 10) != id { // rejects +7 and 007
		return booking.Actor{}, fmt.Errorf("the id is %q; expected a decimal number of at least %d", id, least)
	}
	return booking.Actor{Role: r, ID: n}, nil
}
