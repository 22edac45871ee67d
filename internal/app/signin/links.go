package signin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/identity"
	"rehearse/internal/ratelimit"
	"rehearse/internal/store"
)

const (
	// LinkLifetime is how long a link to sign in is valid.
	LinkLifetime = booking.SignInLinkLifetime
	// Kept is how long links are kept.
	Kept = 24 * time.Hour
	// LinksAtOnce is the number of links that an address gets within LinkLifetime.
	LinksAtOnce = 3

	linksBucket = "sign-in"
)

var linkLimit = ratelimit.Limit{Burst: LinksAtOnce, PerSecond: LinksAtOnce / LinkLifetime.Seconds()}

// RequestLink lets a link be sent to the address, if a person who may sign in has it. It takes as long
// and returns the same if nobody has it. If too many links were requested for the address, it returns
// the same, but earlier: that depends on the requests alone, and not on who has the address.
func (s *SignIn) RequestLink(ctx context.Context, email string) error {
	email = address(email)
	now := s.Now()
	whose := sha256.Sum256([]byte(email)) // the table of buckets keeps no addresses
	verdict, err := s.limit.Take(ctx, hex.EncodeToString(whose[:]), 1, now)
	if err != nil || !verdict.OK {
		return err
	}
	administrator, err := s.administrator(email)
	if err != nil {
		administrator.ID = 0
	}
	_, err = store.InTx(ctx, s.store, func(tx *store.Tx) (store.Nothing, error) {
		return store.Nothing{}, tx.AddSignInLinks(ctx, email, administrator.ID, now)
	})
	return err
}

// LinkURL returns a function from a message to the link to sign in that it contains. The token of the
// link is behind a #, so that browsers do not send it to servers.
func (s *SignIn) LinkURL(publicURL string) func(id int64, made time.Time) string {
	return func(id int64, made time.Time) string {
		return publicURL + "/#sign-in=" + s.Sessions.LinkToken(identity.Link{ID: id, At: made})
	}
}

// UseLink returns the session of the person of a link, who can use it once. Its error is NotFound if
// the link is not valid, too old or used, and ErrUnknown if the person may no longer sign in. After any
// other error, they can try again.
func (s *SignIn) UseLink(ctx context.Context, token string) (identity.Session, error) {
	link, valid := s.Sessions.Link(token)
	if !valid {
		return identity.Session{}, booking.Missing("sign-in link", "token")
	}
	now := s.Now()
	return store.InTx(ctx, s.store, func(tx *store.Tx) (identity.Session, error) {
		person, err := tx.UseSignInLink(ctx, link.ID, link.At, now.Add(-LinkLifetime), now)
		if err != nil {
			return identity.Session{}, err
		}
		session := identity.Session{Actor: person, Method: ByMail, Listed: person.Role == booking.RoleAdmin}
		return session, s.check(ctx, &tx.Reader, session)
	})
}
