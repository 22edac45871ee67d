// Package signin finds the person who signs in: by what an OpenID Connect issuer says about them, or
// by a link that was sent to their e-mail address.
package signin

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/identity"
	"rehearse/internal/store"
)

// Methods of sessions.
const (
	Local  = "local" // the person chose who they are
	OIDC   = "oidc"  // at an OpenID Connect issuer
	ByMail = "email" // by a link in an e-mail
)

// Reasons why a person cannot sign in.
var (
	ErrUnknown    = errors.New("the school has no such person")
	ErrNoRole     = errors.New("the issuer gives the person no role in this school")
	ErrUnverified = errors.New("the issuer has not verified the e-mail address")
)

// Options configures a SignIn.
type Options struct {
	// Admins are the addresses of administrators.
	Admins   []string
	Sessions *identity.Sessions
	Now      func() time.Time
}

// SignIn finds the people who sign in.
type SignIn struct {
	Options

	store *store.Store
	limit *store.SharedBuckets
}

// New returns a SignIn that uses the store.
func New(s *store.Store, o Options) *SignIn {
	for i, email := range o.Admins {
		o.Admins[i] = booking.NormaliseEmail(email)
	}
	return &SignIn{Options: o, store: s, limit: store.NewSharedBuckets(s, linksBucket, linkLimit)}
}

// Find returns the person whom the claims identify.
func (s *SignIn) Find(ctx context.Context, c identity.Claimed) (booking.Actor, error) {
	roles := c.Roles
	switch {
	case roles != nil && len(roles) == 0:
		return booking.Actor{}, ErrNoRole
	case roles == nil:
		roles = []booking.Role{booking.RoleAdmin, booking.RoleInterviewer, booking.RoleStudent}
	}
	for _, role := range roles {
		person, err := s.as(ctx, role, c)
		if err == nil || !errors.Is(err, ErrUnknown) {
			return person, err
		}
	}
	return booking.Actor{}, ErrUnknown
}

// as returns the person in a role.
func (s *SignIn) as(ctx context.Context, role booking.Role, c identity.Claimed) (booking.Actor, error) {
	email := booking.NormaliseEmail(c.Email)
	switch {
	case role == booking.RoleAdmin && c.Roles != nil: // the issuer decides who is an administrator
		return booking.Actor{Role: role, ID: numberOf(c.Subject)}, nil
	case c.ID != "":
		return s.byID(ctx, role, c.ID)
	case email == "":
		return booking.Actor{}, ErrUnknown
	case !c.Verified:
		return booking.Actor{}, ErrUnverified
	case role == booking.RoleAdmin:
		return s.administrator(email)
	default:
		return s.byEmail(ctx, role, email)
	}
}

func (s *SignIn) byID(ctx context.Context, role booking.Role, id string) (booking.Actor, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != id {
		return booking.Actor{}, ErrUnknown
	}
	return s.member(ctx, booking.Actor{Role: role, ID: n})
}

// member returns the student or interviewer, if they may sign in.
func (s *SignIn) member(ctx context.Context, person booking.Actor) (booking.Actor, error) {
	may, err := s.store.MaySignIn(ctx, person)
	if err == nil && !may {
		err = ErrUnknown
	}
	if err != nil {
		return booking.Actor{}, err
	}
	return person, nil
}

func (s *SignIn) byEmail(ctx context.Context, role booking.Role, email string) (booking.Actor, error) {
	person := booking.Actor{Role: role}
	if role == booking.RoleInterviewer {
		found, err := s.store.InterviewersByEmail(ctx, []string{email})
		if err != nil || len(found) == 0 {
			return booking.Actor{}, errors.Join(err, ErrUnknown)
		}
		person.ID = int64(found[0].ID)
	} else {
		found, err := s.store.StudentsByEmail(ctx, []string{email})
		if err != nil || len(found) == 0 {
			return booking.Actor{}, errors.Join(err, ErrUnknown)
		}
		person.ID = int64(found[0].ID)
	}
	return s.member(ctx, person)
}

// administrator returns the administrator with the address.
func (s *SignIn) administrator(email string) (booking.Actor, error) {
	if !slices.Contains(s.Admins, email) {
		return booking.Actor{}, ErrUnknown
	}
	return booking.Actor{Role: booking.RoleAdmin, ID: numberOf(email)}, nil
}

// Administrators returns the addresses of administrators by their ids.
func (s *SignIn) Administrators() map[int64]string {
	all := map[int64]string{}
	for _, email := range s.Admins {
		all[numberOf(email)] = email
	}
	return all
}

// numberOf returns the id of an administrator, who has no row in the database. It depends only on the
// text, so an administrator has the same id in all events.
func numberOf(text string) int64 {
	sum := sha256.Sum256([]byte(text))
	return int64(binary.BigEndian.Uint32(sum[:])) + 1
}

// Check returns ErrUnknown if the session has ended early, because its person is no longer in the
// school.
func (s *SignIn) Check(ctx context.Context, session identity.Session) error {
	_, listed := s.Administrators()[session.ID]
	switch {
	case session.Method == Local:
		return nil
	case session.Role != booking.RoleAdmin:
		_, err := s.member(ctx, session.Actor)
		return err
	case session.Method == ByMail && !listed:
		return ErrUnknown
	default:
		return nil
	}
}
