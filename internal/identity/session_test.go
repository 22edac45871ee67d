package identity_test

import (
	"errors"
	"testing"
	"time"

	"rehearse/internal/identity"
)

func newSessions(t *testing.T, secret identity.Secret, now time.Time) *identity.Sessions {
	t.Helper()
	sessions, err := identity.NewSessions(secret, "", func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	return sessions
}

// Sessions, links and tokens of the API have keys of their own, although all are derived from one secret.
func TestSessions(t *testing.T) {
	t.Parallel()
	s := newSessions(t, newSecret(t), now)
	session := identity.Session{Actor: student, Method: "oidc"}
	token, err := s.Sign(session, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if got, left, err := s.Verify(t.Context(), token); err != nil || got != session || left != time.Hour+30*time.Second {
		t.Errorf("got %+v, valid for %v, %v", got, left, err)
	}
	wantVerified(t, identity.New(newSecret(t), identity.Terms{Clock: terms.Clock}, nobody), "a session as a token", token, identity.ErrInvalid)

	ofAPI, err := newSecret(t).Sign(identity.Terms{Clock: terms.Clock}, student, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	other, err := identity.NewSecret("another secret of more than 32 bytes")
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := newSessions(t, other, now).Sign(session, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	link := s.LinkToken(identity.Link{ID: 7, At: now})
	for name, text := range map[string]string{"nothing": "", "a token": ofAPI, "a session of another secret": foreign, "a link": link} {
		if got, _, err := s.Verify(t.Context(), text); !errors.Is(err, identity.ErrInvalid) || got != (identity.Session{}) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	inNorth, err := identity.NewSessions(newSecret(t), "north", func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := inNorth.Verify(t.Context(), token); !errors.Is(err, identity.ErrInvalid) {
		t.Errorf("a session of another school: got %v", err)
	}
	if _, valid := inNorth.Link(link); valid {
		t.Error("a link of another school is accepted")
	}
	if _, _, err := newSessions(t, newSecret(t), now.Add(2*time.Hour)).Verify(t.Context(), token); !errors.Is(err, identity.ErrExpired) {
		t.Errorf("an expired session: got %v", err)
	}
	if _, valid := s.Link(token); valid {
		t.Error("a session is accepted as a link")
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	s := newSessions(t, newSecret(t), now)
	want := identity.Link{ID: 7, At: now.Add(time.Microsecond)}
	if got, valid := s.Link(s.LinkToken(want)); !valid || got != want {
		t.Errorf("got %+v, %v, want %+v", got, valid, want)
	}
	if s.LinkToken(want) == s.LinkToken(identity.Link{ID: 8, At: want.At}) || s.LinkToken(want) == s.LinkToken(identity.Link{ID: 7, At: now}) {
		t.Error("two links have the same token")
	}
}
