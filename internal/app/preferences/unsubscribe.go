package preferences

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// A Subscription is a category of notifications of one person. A link to unsubscribe contains
// the subscription, signed with a key of the school (HMAC). A random token would not do: the
// database would contain only its hash, from which a later e-mail could not make the link.
type Subscription struct {
	Owner    booking.Actor
	Category booking.NotificationCategory
}

// macBytes is the length of the signature: 128 bits cannot be guessed.
const macBytes = 16

// text returns what is signed.
func (s Subscription) text() string {
	return fmt.Sprintf("%s %d %s", s.Owner.Role, s.Owner.ID, s.Category)
}

// token returns the text and its signature, as a part of a URL.
func (s Subscription) token(key []byte) string {
	text := s.text()
	return base64.RawURLEncoding.EncodeToString(append(signature(key, text), text...))
}

// subscriptionOf returns the subscription of a token that the method token has made. Every other
// token is invalid, and takes the same time.
func subscriptionOf(key []byte, token string) (s Subscription, valid bool) {
	signed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(signed) < macBytes {
		signed = make([]byte, macBytes)
	}
	text := string(signed[macBytes:])
	if !hmac.Equal(signed[:macBytes], signature(key, text)) {
		return s, false
	}
	_, err = fmt.Sscan(text, &s.Owner.Role, &s.Owner.ID, &s.Category)
	return s, err == nil
}

func signature(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(text)) // never fails
	return mac.Sum(nil)[:macBytes]
}

// UnsubscribeToken returns the token of the link under which the person can turn the category
// off without logging in.
func (p *Preferences) UnsubscribeToken(ctx context.Context, s Subscription) (string, error) {
	key, err := p.unsubscribeKey(ctx)
	return s.token(key), err
}

// UnsubscribeURLs returns a function from a message to the link to unsubscribe from such
// messages. The link is empty if the recipient cannot turn them off, or if publicURL is empty.
func (p *Preferences) UnsubscribeURLs(ctx context.Context, publicURL string) (func(booking.Mail) string, error) {
	key, err := p.unsubscribeKey(ctx)
	return func(m booking.Mail) string {
		category := m.Kind.Category()
		if publicURL == "" || category == "" {
			return ""
		}
		return publicURL + "/unsubscribe/" + Subscription{m.Recipient, category}.token(key)
	}, err
}

// Subscription returns the subscription that the token names, or NotFound.
func (p *Preferences) Subscription(ctx context.Context, token string) (Subscription, error) {
	key, err := p.unsubscribeKey(ctx)
	if err != nil {
		return Subscription{}, err
	}
	s, valid := subscriptionOf(key, token)
	if !valid {
		return Subscription{}, booking.Missing("subscription", "")
	}
	return s, nil
}

// Unsubscribe turns off the category of notifications that the token names. The person
// is the actor of its event, because only they know the token.
func (p *Preferences) Unsubscribe(ctx context.Context, token string) (Subscription, error) {
	s, err := p.Subscription(ctx, token)
	if err != nil {
		return s, err
	}
	// An interviewer who was deactivated may change nothing, but can unsubscribe.
	ctx = operation.WithCaller(ctx, operation.Caller{Actor: s.Owner})
	now := p.now()
	without := func(p booking.NotificationPreferences) booking.NotificationPreferences { return p.Without(s.Category) }
	_, err = store.InTx(ctx, p.store, func(tx *store.Tx) (*booking.NotificationPreferences, error) {
		return change(ctx, tx, now, s.Owner, without)
	})
	var refused booking.Refused
	if errors.As(err, &refused) && refused.Has(booking.WrongStatus) {
		err = nil // nothing is sent to a student who is anonymised
	}
	return s, err
}

// unsubscribeKey returns the key that signs the tokens, which is read once.
func (p *Preferences) unsubscribeKey(ctx context.Context) ([]byte, error) {
	if known := p.key.Load(); known != nil {
		return *known, nil
	}
	key, err := p.store.UnsubscribeKey(ctx)
	if err == nil && len(key) < sha256.Size {
		err = fmt.Errorf("the key of the links to unsubscribe has %d bytes; at least %d are expected", len(key), sha256.Size)
	}
	if err == nil {
		p.key.Store(&key)
	}
	return key, err
}

// Noun returns what the category contains, for people.
func (s Subscription) Noun() string {
	switch s.Category {
	case booking.NotifyBookings:
		return "e-mails about bookings, changes, cancellations, no-shows and exceptions"
	case booking.NotifyGrades:
		return "e-mails about grades and shared notes"
	case booking.NotifyReminders:
		return "reminders of interviews"
	case booking.NotifyAgenda:
		return "daily e-mails with your interviews"
	case booking.NotifyFeedback:
		return "reminders to grade interviews"
	default:
		return strings.ToLower(string(s.Category))
	}
}
