package booking

import (
	"slices"
	"time"
)

const (
	MaxWebhooks        = 50
	MaxWebhookSubjects = 500 // students, and interviewers, that a webhook names

	// SecretOverlap is how long the previous secret of a webhook stays valid after a rotation.
	SecretOverlap = 24 * time.Hour
	// DeliveryWindow limits the time from the first attempt of a delivery to the last one.
	DeliveryWindow = 72 * time.Hour
	// DeliveryLifetime is how long a finished delivery is stored.
	DeliveryLifetime = 30 * 24 * time.Hour

	firstRetry = 5 * time.Second
	// LongestRetry is the longest pause before the next attempt of a delivery.
	LongestRetry = 6 * time.Hour
	// LongestPause is the longest pause of a webhook whose receiver is unavailable.
	LongestPause = time.Hour
	// ClockSlack is by how much the clocks of servers may differ. A pause that exceeds the
	// longest one by more than that is taken for a fault of a clock.
	ClockSlack = 5 * time.Minute
)

// Webhook is a URL that receives events as HTTP requests. Its secrets are not part of it, so
// that nothing that reads a webhook can disclose them.
type Webhook struct {
	ID  WebhookID
	URL string
	WebhookFilter
	ReceiverState

	DisabledAt *time.Time // nil for a webhook that receives events
	// PreviousSecretUntil is when the secret before the last rotation expires; nil if there is
	// none.
	PreviousSecretUntil *time.Time
	CreatedAt           time.Time
	Revision
}

// WebhookFilter says which events a webhook receives. An empty list matches all events.
type WebhookFilter struct {
	Kinds          []EventKind
	StudentIDs     []StudentID
	InterviewerIDs []InterviewerID
}

// ReceiverState says whether the receiver of a webhook takes requests. The zero value is that
// of an available receiver.
type ReceiverState struct {
	FailingSince *time.Time // the first of the attempts that found it unavailable; nil if it is available
	PausedUntil  *time.Time // no attempt is made before; nil if it is available
}

// Available reports whether the receiver took the last request, or refused only its content.
func (s ReceiverState) Available() bool { return s.FailingSince == nil }

// Room returns how many deliveries may be added to those that are in progress. The argument most
// is the maximum. An unavailable receiver gets one at a time, after its pause. A pause that is
// longer than pauses can be was set by a clock that has been put back since, so it counts as over.
func (s ReceiverState) Room(inProgress, most int, now time.Time) int {
	switch {
	case s.Available():
		return most - inProgress
	case inProgress > 0, now.Before(*s.PausedUntil) && s.PausedUntil.Sub(now) <= LongestPause+ClockSlack:
		return 0
	default:
		return 1
	}
}

// pause returns the state after a response at now that says that the receiver is unavailable.
func (s ReceiverState) pause(r DeliveryResponse, now time.Time) ReceiverState {
	if s.Available() {
		s.FailingSince = &now
	}
	until := now.Add(max(pauseAfter(now.Sub(*s.FailingSince), LongestPause), min(r.RetryAfter, LongestPause)))
	s.PausedUntil = &until
	return s
}

// WebhookSecrets are the keys that sign the requests of a webhook.
type WebhookSecrets struct {
	Current  string
	Previous string // empty if there is none
}

// Valid returns the secrets that are valid at now, the current one first.
func (s WebhookSecrets) Valid(previousUntil *time.Time, now time.Time) []string {
	if s.Previous == "" || previousUntil == nil || !now.Before(*previousUntil) {
		return []string{s.Current}
	}
	return []string{s.Current, s.Previous}
}

// Enabled reports whether the webhook receives events.
func (w Webhook) Enabled() bool { return w.DisabledAt == nil }

// PreviousSecretExpiresAt returns when the secret before the last rotation expires, or nil
// if it has expired at now.
func (w Webhook) PreviousSecretExpiresAt(now time.Time) *time.Time {
	if w.PreviousSecretUntil == nil || !now.Before(*w.PreviousSecretUntil) {
		return nil
	}
	return w.PreviousSecretUntil
}

// Normalise sorts the lists, removes duplicates and reports lists that are too long.
func (f WebhookFilter) Normalise() (WebhookFilter, Refused) {
	f.Kinds, f.StudentIDs, f.InterviewerIDs = distinct(f.Kinds), distinct(f.StudentIDs), distinct(f.InterviewerIDs)
	return f, slices.Concat(
		checkCount("studentIds", len(f.StudentIDs), MaxWebhookSubjects),
		checkCount("interviewerIds", len(f.InterviewerIDs), MaxWebhookSubjects),
	)
}

func distinct[T EventKind | StudentID | InterviewerID](list []T) []T {
	sorted := slices.Sorted(slices.Values(list))
	return append([]T{}, slices.Compact(sorted)...)
}

// TooManyWebhooks refuses a webhook beyond MaxWebhooks.
func TooManyWebhooks(existing int) Refused {
	if existing < MaxWebhooks {
		return nil
	}
	return RefuseRequest(WrongStatus, "There are 50 webhooks, which is the maximum; delete one first.")
}

// webhookFields are the fields that an event of a webhook can contain.
var webhookFields = []string{"webhookId", "url", "kinds", "studentIds", "interviewerIds", "disabledAt", "previousSecretUntil"}

// Event returns the event of a change of the webhook. A zero before means that the webhook
// is new. The event says that the URL has changed but not how, because a URL may contain a
// key.
func (w Webhook) Event(kind EventKind, before Webhook) Event {
	changes := Changes{}.Add("webhookId", nil, w.ID).
		Touched("url", unlessEmpty(before.URL), unlessEmpty(w.URL)).
		Add("kinds", kindTexts(before.Kinds), kindTexts(w.Kinds)).
		Add("studentIds", idTexts(before.StudentIDs), idTexts(w.StudentIDs)).
		Add("interviewerIds", idTexts(before.InterviewerIDs), idTexts(w.InterviewerIDs)).
		Add("disabledAt", before.DisabledAt, w.DisabledAt).
		Add("previousSecretUntil", before.PreviousSecretUntil, w.PreviousSecretUntil)
	return Event{Kind: kind, Changes: changes}
}

// unlessEmpty returns nil for an empty text.
func unlessEmpty(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func kindTexts(kinds []EventKind) []string {
	texts := make([]string, len(kinds))
	for i, kind := range kinds {
		texts[i] = string(kind)
	}
	return texts
}

// DeliveryStatus is the status of a delivery.
type DeliveryStatus string

const (
	DeliveryPending   DeliveryStatus = "PENDING"   // it will be attempted, for the first time or again
	DeliverySucceeded DeliveryStatus = "SUCCEEDED" // the receiver accepted it
	DeliveryFailed    DeliveryStatus = "FAILED"    // it is not attempted again
)

// Delivery is an event on its way to a webhook. There is one for each event that a webhook
// receives.
type Delivery struct {
	ID          DeliveryID
	WebhookID   WebhookID
	EventID     EventID
	Kind        EventKind // of the event
	InterviewID InterviewID
	Status      DeliveryStatus
	Attempts    int
	CreatedAt   time.Time
	FirstAt     *time.Time // the first attempt
	LastAt      *time.Time // the latest attempt
	NextAt      *time.Time // nil unless it is pending
	DeliveryResponse
}

// DeliveryResponse is the result of the latest attempt.
type DeliveryResponse struct {
	ResponseStatus *int          // nil if there was no response
	ResponseBody   *string       // its beginning; nil if there was no response
	ResponseError  *string       // why there was no response
	RetryAfter     time.Duration // how long the receiver asks to wait; not stored
}

// Accepted reports whether the receiver has accepted the delivery.
func (r DeliveryResponse) Accepted() bool {
	return r.ResponseStatus != nil && *r.ResponseStatus >= 200 && *r.ResponseStatus < 300
}

// Gone reports whether the receiver wants no further requests.
func (r DeliveryResponse) Gone() bool { return r.ResponseStatus != nil && *r.ResponseStatus == 410 }

// Unavailable reports whether the receiver takes no requests at the moment, whatever they
// contain: there was no response, or it is overloaded, or a proxy cannot reach it.
func (r DeliveryResponse) Unavailable() bool {
	return r.ResponseStatus == nil || slices.Contains([]int{429, 502, 503, 504}, *r.ResponseStatus)
}

// After returns the delivery, and the state of its receiver, after the response to an attempt,
// which came at now. If the receiver is unavailable, its webhook pauses; if it refuses the
// delivery, only that is attempted later. In both cases, each pause is longer than the one before
// it. After DeliveryWindow, the delivery fails, and its webhook is disabled.
func (d Delivery) After(r DeliveryResponse, s ReceiverState, now time.Time) (Delivery, ReceiverState) {
	d.DeliveryResponse, d.NextAt = r, nil
	first := now
	if d.FirstAt != nil {
		first = *d.FirstAt
	}
	next := now.Add(pauseAfter(now.Sub(first), LongestRetry))
	if r.Unavailable() {
		s = s.pause(r, now)
		next = *s.PausedUntil
		if s.FailingSince.Before(first) {
			first = *s.FailingSince
		}
	} else {
		s = ReceiverState{}
	}
	switch {
	case r.Accepted():
		d.Status = DeliverySucceeded
	case r.Gone() || next.After(first.Add(DeliveryWindow)):
		d.Status = DeliveryFailed
	default:
		d.Status, d.NextAt = DeliveryPending, &next
	}
	return d, s
}

// pauseAfter returns the pause before the next attempt: twice the time since the first attempt,
// but at least firstRetry and at most longest. From the third pause on, each is thus three times
// as long as the one before it.
func pauseAfter(sinceFirst, longest time.Duration) time.Duration {
	return min(max(2*sinceFirst, firstRetry), longest)
}
