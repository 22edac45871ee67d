package outbox

import (
	"strconv"
	"strings"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/mail"
)

// SignIn is what messages with links to sign in need. It is the zero value if there are no such links.
type SignIn struct {
	// URL returns the URL of the link with the id.
	URL func(id int64, made time.Time) string
	// Administrators are the addresses of administrators by their ids.
	Administrators map[int64]string
}

// aboutSignIn completes a letter with a link to sign in.
func (d *Dispatcher) aboutSignIn(l *letter, zone *time.Location, now time.Time) {
	expires := l.CreatedAt.Add(booking.SignInLinkLifetime)
	_, text, _ := strings.Cut(l.Source, "sign-in-")
	id, err := strconv.ParseInt(text, 10, 64)
	switch {
	case d.SignIn.URL == nil || err != nil:
		l.dropped = unknown
	case !now.Before(expires):
		l.dropped = outdated
	default:
		l.data.SignIn = &mail.SignIn{URL: d.SignIn.URL(id, l.CreatedAt), Expires: expires.In(zone)}
	}
}
