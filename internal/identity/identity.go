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
	"rehearse/internal/school"
)

// Errors of a token. The texts are for the client, who learns no more. The details that
// an error wraps are for the log.
var (
	ErrExpired     = errors.New("the token has expired")
	ErrNotYetValid = errors.New("the token is not valid yet")
	ErrInvalid     = errors.New("the token is not valid")
	// ErrOtherSchool reports a valid token for another school than that of the request.
	ErrOtherSchool = errors.New("the token is for another school")
	// ErrUnavailable reports that the issuer's keys cannot be read.
	ErrUnavailable = errors.New("tokens cannot be verified at the moment; try again")
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
	// School is the school of the request, which the token must name in its claim SchoolClaim. A
	// token for the only school has no such claim. If SchoolClaim is empty, the claim is school.
	School      school.Name
	SchoolClaim string
	// Alone reports that there is only one school, so that the claim means nothing; nil means that
	// there may be others.
	Alone func() bool
	Clock func() time.Time
}

func (t Terms) roleClaim() string { return cmp.Or(t.RoleClaim, "role") }

func (t Terms) idClaim() string { return cmp.Or(t.IDClaim, "sub") }

func (t Terms) schoolClaim() string { return cmp.Or(t.SchoolClaim, "school") }

// checkSchool returns ErrOtherSchool unless the claims are for the school.
func (t Terms) checkSchool(claims *claims) error {
	named, err := t.schoolOf(claims)
	if err == nil && named != t.School {
		err = ErrOtherSchool
	}
	if err != nil && t.School == "" && t.Alone != nil && t.Alone() {
		return nil
	}
	return err
}

// schoolOf returns the school that claims name, which is empty without such a claim.
func (t Terms) schoolOf(claims *claims) (school.Name, error) {
	value, given := claims.MapClaims[t.schoolClaim()]
	if !given {
		return "", nil
	}
	name, is := value.(string)
	if !is {
		return "", fmt.Errorf("%w: the claim %s is not a text", ErrInvalid, t.schoolClaim())
	}
	parsed, err := school.ParseName(name)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return parsed, nil
}

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

// ForSchool returns the verifier of the tokens of another school.
func (v *Verifier) ForSchool(name school.Name) *Verifier {
	other := *v
	other.terms.School = name
	return &other
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
	if len(authorization) == 0 {
		return Sender{Actor: v.nobody}, nil
	}
	token, err := bearer(authorization)
	if err != nil {
		return Sender{}, err
	}
	return v.Verify(ctx, token)
}

// bearer returns the token of Authorization headers.
func bearer(authorization []string) (string, error) {
	if len(authorization) != 1 {
		return "", fmt.Errorf("%w: %d Authorization headers", ErrInvalid, len(authorization))
	}
	scheme, token, _ := strings.Cut(authorization[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", fmt.Errorf("%w: the Authorization header is not a bearer token", ErrInvalid)
	}
	return token, nil
}

// School returns the school that a valid token names. It returns the empty name for a token that
// names none, and for one that is not valid, which Sender refuses.
func (v *Verifier) School(ctx context.Context, authorization []string) school.Name {
	token, err := bearer(authorization)
	if err != nil {
		return ""
	}
	claims, err := v.claims(ctx, token)
	if err != nil {
		return ""
	}
	name, _ := v.terms.schoolOf(claims) // Sender refuses an invalid name
	return name
}

// Verify returns the sender that a token identifies. Its errors are those of this
// package.
func (v *Verifier) Verify(ctx context.Context, token string) (Sender, error) {
	sender, _, err := v.verify(ctx, token)
	return sender, err
}

// claims returns the claims of a valid token.
func (v *Verifier) claims(ctx context.Context, token string) (*claims, error) {
	if len(token) > MaxToken {
		return nil, fmt.Errorf("%w: it has %d bytes; at most %d are allowed", ErrInvalid, len(token), MaxToken)
	}
	claims := &claims{}
	_, err := v.parser.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) { return v.key(ctx, t) })
	switch {
	case errors.Is(err, ErrUnavailable):
		return nil, err
	case errors.Is(err, jwt.ErrTokenExpired):
		return nil, fmt.Errorf("%w: %w", ErrExpired, err)
	case errors.Is(err, jwt.ErrTokenNotValidYet), errors.Is(err, jwt.ErrTokenUsedBeforeIssued):
		return nil, fmt.Errorf("%w: %w", ErrNotYetValid, err)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return claims, nil
}

// verify returns the sender that a token identifies, and its claims.
func (v *Verifier) verify(ctx context.Context, token string) (Sender, *claims, error) {
	claims, err := v.claims(ctx, token)
	if err != nil {
		return Sender{}, nil, err
	}
	if err := v.terms.checkSchool(claims); err != nil {
		return Sender{}, nil, err
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
