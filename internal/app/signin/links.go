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
	// LinksAtOnce is the number of requests for links that an address may make at once. It may make as
	// many again within LinkLifetime.
	LinksAtOnce = 3

	linksBucket = "sign-in"
)

var linkLimit = ratelimit.Limit{Burst: LinksAtOnce, PerSecond: LinksAtOnce / LinkLifetime.Seconds()}

// RequestLink requests a link for each person who may sign in with the address. If there is none, it
// takes as long and returns the same. If there were too many requests for the address, it returns nil
// and adds nothing.
func (s *SignIn) RequestLink(ctx context.Context, email string) error {
	email = booking.NormaliseEmail(email)
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

// UseLink returns the person of a link, who can use it once. Its error is NotFound if the link is not
// valid, too old or used, and ErrUnknown if the person may no longer sign in.
func (s *SignIn) UseLink(ctx context.Context, token string) (booking.Actor, error) {
	link, valid := s.Sessions.Link(token)
	if !valid {
		return booking.Actor{}, booking.Missing("sign-in link", "token")
	}
	now := s.Now()
	person, err := store.InTx(ctx, s.store, func(tx *store.Tx) (booking.Actor, error) {
		return tx.UseSignInLink(ctx, link.ID, link.At, now.Add(-LinkLifetime), now)
	})
	if err == nil {
		err = s.Check(ctx, identity.Session{Actor: person, Method: ByMail})
	}
	return person, err
}
