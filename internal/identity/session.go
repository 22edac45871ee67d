package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"rehearse/internal/booking"
)

// A Session is a person who has signed in in a browser.
type Session struct {
	booking.Actor

	Method string // how the person signed in
}

// Sessions signs and verifies sessions, and links to sign in. Servers with the same secret accept
// each other's. Neither is a token of the API, because each has a key of its own.
type Sessions struct {
	secret   Secret
	links    Secret
	terms    Terms
	verifier *Verifier
}

// methodClaim is the claim of a session that says how the person signed in.
const methodClaim = "method"

// NewSessions returns Sessions whose keys are derived from the secret.
func NewSessions(secret Secret, clock func() time.Time) (*Sessions, error) {
	sessions, err := secret.derive("rehearse sessions")
	if err != nil {
		return nil, err
	}
	links, err := secret.derive("rehearse sign-in links")
	if err != nil {
		return nil, err
	}
	terms := Terms{Clock: clock}
	return &Sessions{sessions, links, terms, New(sessions, terms, booking.Actor{})}, nil
}

// Sign returns a token of the session that is valid for ttl.
func (s *Sessions) Sign(session Session, ttl time.Duration) (string, error) {
	claims := s.secret.claims(s.terms, session.Actor, ttl)
	claims[methodClaim] = session.Method
	return s.secret.sign(claims)
}

// Verify returns the session of a token, and for how long it is still valid. Its errors are those of
// this package.
func (s *Sessions) Verify(ctx context.Context, token string) (Session, time.Duration, error) {
	sender, claims, err := s.verifier.verify(ctx, token)
	if err != nil {
		return Session{}, 0, err
	}
	method, is := claims.MapClaims[methodClaim].(string)
	if !is {
		return Session{}, 0, fmt.Errorf("%w: it does not say how the person signed in", ErrInvalid)
	}
	return Session{sender.Actor, method}, sender.Left, nil
}

// A Link is a link to sign in, without the person.
type Link struct {
	ID int64
	At time.Time // when it was made
}

func (l Link) text() string { return fmt.Sprintf("%d %d", l.ID, l.At.UnixMicro()) }

// LinkToken returns the token of the link.
func (s *Sessions) LinkToken(l Link) string {
	text := l.text()
	return base64.RawURLEncoding.EncodeToString(append(s.linkSignature(text), text...))
}

// Link returns the link of a token, and whether the token is valid. The time that it takes does not
// reveal how much of a signature is right.
func (s *Sessions) Link(token string) (l Link, valid bool) {
	signed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(signed) < sha256.Size {
		signed = make([]byte, sha256.Size)
	}
	text := string(signed[sha256.Size:])
	if !hmac.Equal(signed[:sha256.Size], s.linkSignature(text)) {
		return Link{}, false
	}
	var micros int64
	_, err = fmt.Sscan(text, &l.ID, &micros)
	l.At = time.UnixMicro(micros).UTC()
	return l, err == nil
}

func (s *Sessions) linkSignature(text string) []byte {
	mac := hmac.New(sha256.New, s.links.secret)
	_, _ = mac.Write([]byte(text)) // never fails
	return mac.Sum(nil)
}
