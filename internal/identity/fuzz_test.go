package identity_test

import (
	"encoding/base64"
	"errors"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/identity"
)

func isOurs(err error) bool {
	return errors.Is(err, identity.ErrExpired) || errors.Is(err, identity.ErrNotYetValid) || errors.Is(err, identity.ErrInvalid)
}

// For any header, only the signed token authenticates, and only a missing header is
// anonymous.
func FuzzHeader(f *testing.F) {
	secret := newSecret(f)
	token, err := secret.Sign(terms, student, time.Hour)
	if err != nil {
		f.Fatal(err)
	}
	v := identity.New(secret, terms, nobody)
	for _, seed := range []string{"", "Bearer", "Bearer " + token, "bearer " + token, "Basic dTpw", "Bearer ..", "Bearer e30.e30.", token} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		sender, err := v.Sender(t.Context(), []string{header})
		actor := sender.Actor
		switch {
		case err != nil && isOurs(err) && actor == booking.Actor{}:
		case err == nil && len(header) == len("Bearer ")+len(token) && header[len("Bearer "):] == token && actor == student:
		default:
			t.Errorf("header %q: got %+v, %v", header, actor, err)
		}
	})
}

// Any signed claims yield an actor with a role and an id, or an error.
func FuzzClaims(f *testing.F) {
	v := identity.New(newSecret(f), identity.Terms{Clock: terms.Clock}, nobody)
	sign := hs256([]byte(secretText))
	for _, seed := range []string{
		`{}`, `null`, `[]`, `{"exp":1e300,"role":"student","sub":"7"}`, `{"exp":-1e300,"role":"student","sub":"7"}`,
		`{"exp":1780304400,"role":"student","sub":"7"}`, `{"exp":1780304400,"role":"admin","sub":"0","nbf":1e-9,"iat":[]}`,
		`{"exp":1780304400,"exp":1,"role":"student","sub":"7"}`,
	} {
		f.Add(`{"alg":"HS256"}`, seed)
	}
	f.Fuzz(func(t *testing.T, header, payload string) {
		text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload))
		sender, err := v.Verify(t.Context(), text+"."+base64.RawURLEncoding.EncodeToString(sign(text)))
		actor := sender.Actor
		known := actor.Role == booking.RoleStudent || actor.Role == booking.RoleInterviewer || actor.Role == booking.RoleAdmin
		if err == nil && (!known || actor.ID < 0 || (actor.ID == 0 && actor.Role != booking.RoleAdmin)) {
			t.Errorf("claims %s: got %+v", payload, actor)
		}
		if err != nil && !isOurs(err) {
			t.Errorf("claims %s: got %v", payload, err)
		}
	})
}
