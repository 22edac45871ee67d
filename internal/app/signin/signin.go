// Package signin finds the person who signs in: by what an OpenID Connect issuer says about them, or
// by a link that was sent to their e-mail address.
package signin

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

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

// Errors of Check while the database is away.
var (
	// ErrAway reports that it is not known whether the person may still sign in.
	ErrAway = errors.New("it cannot be checked whether the person may still sign in")
	// ErrStale reports that the person could sign in before the database went away, says a standby.
	ErrStale = errors.New("whether the person may still sign in was read from a standby")
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

// Find returns the session of the person that the claims identify.
func (s *SignIn) Find(ctx context.Context, c identity.Claimed) (identity.Session, error) {
	roles := c.Roles
	switch {
	case roles == nil:
		roles = []booking.Role{booking.RoleAdmin, booking.RoleInterviewer, booking.RoleStudent}
	case len(roles) == 0:
		return identity.Session{}, ErrNoRole
	case c.ByID && len(roles) > 1 && roles[0] != booking.RoleAdmin:
		// Students and interviewers are numbered separately, so the id would stand for two people.
		return identity.Session{}, fmt.Errorf("%w: an id stands for one person, and the issuer gives them the roles %v", ErrNoRole, roles)
	}
	for _, role := range roles {
		person, err := s.as(ctx, role, c)
		switch {
		case err == nil:
			return identity.Session{Actor: person, Method: OIDC, Listed: role == booking.RoleAdmin && c.Roles == nil}, nil
		case !errors.Is(err, ErrUnknown):
			return identity.Session{}, err
		}
	}
	return identity.Session{}, ErrUnknown
}

// as returns the person in a role.
func (s *SignIn) as(ctx context.Context, role booking.Role, c identity.Claimed) (booking.Actor, error) {
	email := address(c.Email)
	switch {
	case role == booking.RoleAdmin && c.Roles != nil: // the issuer decides who is an administrator
		return booking.Actor{Role: role, ID: numberOf(c.Subject)}, nil
	case c.ByID:
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
	return member(ctx, &s.store.Reader, booking.Actor{Role: role, ID: n})
}

// member returns the student or interviewer, if they may sign in.
func member(ctx context.Context, from *store.Reader, person booking.Actor) (booking.Actor, error) {
	may, err := from.MaySignIn(ctx, person)
	if err == nil && !may {
		err = ErrUnknown
	}
	if err != nil {
		return booking.Actor{}, err
	}
	return person, nil
}

// byEmail returns the student or interviewer with the address, if they may sign in. An error of the
// database is never ErrUnknown: the person would sign in with another role, or be told to stay out.
func (s *SignIn) byEmail(ctx context.Context, role booking.Role, email string) (booking.Actor, error) {
	var ids []int64
	var err error
	if role == booking.RoleInterviewer {
		var found []booking.Interviewer
		found, err = s.store.InterviewersByEmail(ctx, []string{email})
		ids = idsOf(found, func(i booking.Interviewer) int64 { return int64(i.ID) })
	} else {
		var found []booking.Student
		found, err = s.store.StudentsByEmail(ctx, []string{email})
		ids = idsOf(found, func(s booking.Student) int64 { return int64(s.ID) })
	}
	switch {
	case err != nil:
		return booking.Actor{}, err
	case len(ids) == 0:
		return booking.Actor{}, ErrUnknown
	}
	return member(ctx, &s.store.Reader, booking.Actor{Role: role, ID: ids[0]})
}

func idsOf[T any](people []T, id func(T) int64) []int64 {
	ids := make([]int64, len(people))
	for i, person := range people {
		ids[i] = id(person)
	}
	return ids
}

// address returns a normalised e-mail address. It is empty if the text has control characters: nobody
// has such an address, and Postgres does not accept all of them.
func address(text string) string {
	if strings.ContainsFunc(text, unicode.IsControl) {
		return ""
	}
	return booking.NormaliseEmail(text)
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

// numberOf returns the id of an administrator, who is in no list with ids. It depends on the text
// alone, so that events tell administrators apart.
func numberOf(text string) int64 {
	sum := sha256.Sum256([]byte(text))
	return int64(binary.BigEndian.Uint32(sum[:])) + 1
}

// Check returns ErrUnknown if the session has ended early, because its person is no longer in the
// school. While the database is away, it returns ErrStale or ErrAway.
func (s *SignIn) Check(ctx context.Context, session identity.Session) error {
	// The read counts toward the share of the connections that the person's operations have.
	ctx = store.ForCaller(store.AllowStale(ctx), fmt.Sprintf("%s:%d", session.Role, session.ID))
	err := s.check(ctx, &s.store.Reader, session)
	_, stale := store.StaleSince(ctx)
	switch {
	case stale && err == nil:
		return ErrStale
	case stale, errors.Is(err, store.ErrUnavailable), errors.Is(err, store.ErrTimeout):
		return errors.Join(ErrAway, err)
	default:
		return err
	}
}

func (s *SignIn) check(ctx context.Context, from *store.Reader, session identity.Session) error {
	_, listed := s.Administrators()[session.ID]
	switch {
	case session.Listed && !listed:
		return ErrUnknown
	case session.Method == Local, session.Role == booking.RoleAdmin:
		return nil
	default:
		_, err := member(ctx, from, session.Actor)
		return err
	}
}
