// Package calendarfeed creates and deletes calendar feeds: secret URLs under which calendar
// programs read the calendar of a student or an interviewer.
package calendarfeed

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// Feeds runs the operations on calendar feeds.
type Feeds struct {
	store *store.Store
	now   func() time.Time
}

// New returns Feeds that use the store and take the time from now.
func New(s *store.Store, now func() time.Time) *Feeds { return &Feeds{store: s, now: now} }

// secretBytes is the length of a secret: 256 bits.
const secretBytes = 32

// newSecret returns a random secret that can be part of a URL.
func newSecret() string {
	var secret [secretBytes]byte
	_, _ = rand.Read(secret[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(secret[:])
}

// HashOf returns what is stored of a secret. A secret is random, so a fast hash without salt
// is enough.
func HashOf(secret string) [sha256.Size]byte { return sha256.Sum256([]byte(secret)) }

// CreateCalendarFeedInput names the person, as a student or as an interviewer.
type CreateCalendarFeedInput struct {
	StudentID      *booking.StudentID
	InterviewerID  *booking.InterviewerID
	IdempotencyKey *string
}

// Created is a new feed and its secret. The secret of a replayed response is empty, because
// only its hash is stored.
type Created struct {
	Feed   booking.CalendarFeed
	Secret string
}

// CreateCalendarFeed creates a feed of the calendar of a student or an interviewer.
func (f *Feeds) CreateCalendarFeed(ctx context.Context, in CreateCalendarFeedInput) (*Created, error) {
	now := f.now()
	feed := booking.CalendarFeed{StudentID: operation.OrZero(in.StudentID), InterviewerID: operation.OrZero(in.InterviewerID), CreatedAt: now}
	if err := operation.AccessOf(ctx).AsOwner(feed.StudentID, feed.InterviewerID); err != nil {
		return nil, err
	}
	ctx = operation.WithKey(ctx, "createCalendarFeed", in.IdempotencyKey, in, createdForm)
	return operation.Write(ctx, f.store, operation.Options{Now: now}, func(tx *store.Tx) (*Created, error) {
		// Two requests must not both create the last permitted feed.
		if err := operation.LockOwner(ctx, tx, feed.Owner()); err != nil {
			return nil, err
		}
		existing, err := tx.CountCalendarFeeds(ctx, feed.Owner())
		if err != nil {
			return nil, err
		}
		if err := booking.CheckCalendarFeeds(existing).Err(); err != nil {
			return nil, err
		}
		secret := newSecret()
		created, err := tx.CreateCalendarFeed(ctx, feed, HashOf(secret))
		if err != nil {
			return nil, err
		}
		return &Created{created, secret}, operation.AppendEvents(ctx, tx, now, created.Event(booking.CalendarFeedCreated))
	})
}

// DeleteCalendarFeedInput names the feed to delete.
type DeleteCalendarFeedInput struct{ FeedID booking.CalendarFeedID }

// DeleteCalendarFeed deletes a feed. Its URL stops working at once.
func (f *Feeds) DeleteCalendarFeed(ctx context.Context, in DeleteCalendarFeedInput) (*booking.CalendarFeed, error) {
	feed, err := operation.ReadOwned(ctx, operation.Parties, operation.CalendarFeedAccess, f.store.CalendarFeed, in.FeedID)
	if err != nil {
		return nil, err
	}
	now := f.now()
	return operation.Write(ctx, f.store, operation.Options{Now: now}, func(tx *store.Tx) (*booking.CalendarFeed, error) {
		if err := tx.DeleteCalendarFeed(ctx, feed.ID); err != nil {
			return nil, err
		}
		return &feed, operation.AppendEvents(ctx, tx, now, feed.Event(booking.CalendarFeedDeleted))
	})
}

// NoteFeedRead records that the content of a feed was read, and returns the feed as it is afterwards.
// Most reads find the same content within the same hour, and write nothing.
func (f *Feeds) NoteFeedRead(ctx context.Context, feed booking.CalendarFeed, content [sha256.Size]byte) (booking.CalendarFeed, error) {
	read, changed := feed.Read(content, f.now())
	if !changed {
		return read, nil
	}
	return store.InTx(ctx, f.store, func(tx *store.Tx) (booking.CalendarFeed, error) {
		locked, err := tx.LockCalendarFeed(ctx, feed.ID)
		if err != nil {
			return locked, err
		}
		read, changed := locked.Read(content, f.now())
		if !changed {
			return read, nil
		}
		return read, tx.UpdateCalendarFeed(ctx, read)
	})
}

var createdForm = operation.NewForm(newStoredFeed, func(c *Created) booking.StudentID { return c.Feed.StudentID })

// storedFeed is a new feed, which may have been deleted since. Its secret is not stored.
type storedFeed struct {
	ID            booking.CalendarFeedID `json:"id"`
	InterviewerID booking.InterviewerID  `json:"interviewer,omitempty"`
	StudentID     booking.StudentID      `json:"student,omitempty"`
	CreatedAt     time.Time              `json:"createdAt"`
}

func newStoredFeed(c *Created) storedFeed {
	return storedFeed{ID: c.Feed.ID, InterviewerID: c.Feed.InterviewerID, StudentID: c.Feed.StudentID, CreatedAt: c.Feed.CreatedAt}
}

func (stored storedFeed) Restore(context.Context, *store.Reader) (*Created, error) {
	return &Created{Feed: booking.CalendarFeed{
		ID: stored.ID, InterviewerID: stored.InterviewerID, StudentID: stored.StudentID, CreatedAt: stored.CreatedAt,
	}}, nil
}
