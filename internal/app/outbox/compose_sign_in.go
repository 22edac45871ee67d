package outbox

import (
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
	id, made, ok := l.SignInLink()
	expires := made.Add(booking.SignInLinkLifetime)
	switch {
	case d.SignIn.URL == nil || !ok:
		l.dropped = unknown
	case !now.Before(expires):
		l.dropped = outdated
	default:
		l.data.SignIn = &mail.SignIn{URL: d.SignIn.URL(id, made), Expires: expires.In(zone)}
	}
}
