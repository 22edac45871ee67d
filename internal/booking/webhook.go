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
	// DeliveryWindow is how long after its first attempt a delivery is attempted again.
	DeliveryWindow = 72 * time.Hour
	// DeliveryLifetime is how long a finished delivery is stored.
	DeliveryLifetime = 30 * 24 * time.Hour

	firstRetry   = 5 * time.Second
	longestRetry = 6 * time.Hour
)

// Webhook is a URL that receives events as HTTP requests. Its secrets are not part of it, so
// that nothing that reads a webhook can disclose them.
type Webhook struct {
	ID  WebhookID
	URL string
	WebhookFilter

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
	ResponseStatus *int    // nil if there was no response
	ResponseBody   *string // its beginning; nil if there was no response
	ResponseError  *string // why there was no response
}

// Accepted reports whether the receiver has accepted the delivery.
func (r DeliveryResponse) Accepted() bool {
	return r.ResponseStatus != nil && *r.ResponseStatus >= 200 && *r.ResponseStatus < 300
}

// Gone reports whether the receiver wants no further requests.
func (r DeliveryResponse) Gone() bool { return r.ResponseStatus != nil && *r.ResponseStatus == 410 }

// After returns the delivery after the response to an attempt, which came at now. A delivery
// that the receiver does not accept is attempted again, each time after a longer pause, until
// DeliveryWindow is over. It then fails, and its webhook is disabled.
func (d Delivery) After(r DeliveryResponse, now time.Time) Delivery {
	d.DeliveryResponse, d.NextAt = r, nil
	first := now
	if d.FirstAt != nil {
		first = *d.FirstAt
	}
	next := now.Add(retryAfter(now.Sub(first)))
	switch {
	case r.Accepted():
		d.Status = DeliverySucceeded
	case r.Gone() || next.After(first.Add(DeliveryWindow)):
		d.Status = DeliveryFailed
	default:
		d.Status, d.NextAt = DeliveryPending, &next
	}
	return d
}

// retryAfter returns the pause before the next attempt, some time after the first one. Each
// pause is three times as long as the one before it, up to longestRetry.
func retryAfter(sinceFirst time.Duration) time.Duration {
	return min(max(2*sinceFirst, firstRetry), longestRetry)
}
