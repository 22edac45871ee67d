package booking

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// EventKind is the kind of an event.
type EventKind string

const (
	InterviewBooked      EventKind = "INTERVIEW_BOOKED"
	InterviewRescheduled EventKind = "INTERVIEW_RESCHEDULED"
	InterviewCancelled   EventKind = "INTERVIEW_CANCELLED"
	InterviewCompleted   EventKind = "INTERVIEW_COMPLETED"
	InterviewGraded      EventKind = "INTERVIEW_GRADED"
	IntakeUpdated        EventKind = "INTERVIEW_INTAKE_UPDATED"
	NoShowMarked         EventKind = "NO_SHOW_MARKED"
	NoShowUndone         EventKind = "NO_SHOW_UNDONE"
	InterviewImported    EventKind = "INTERVIEW_IMPORTED"
	HoldPlaced           EventKind = "HOLD_PLACED"
	HoldExtended         EventKind = "HOLD_EXTENDED"
	HoldReleased         EventKind = "HOLD_RELEASED"
	WaiverGranted        EventKind = "WAIVER_GRANTED"
	WaiverRevoked        EventKind = "WAIVER_REVOKED"
	AvailabilityAdded    EventKind = "AVAILABILITY_ADDED"
	AvailabilityUpdated  EventKind = "AVAILABILITY_UPDATED"
	AvailabilityRemoved  EventKind = "AVAILABILITY_REMOVED"
	AvailabilityExtended EventKind = "AVAILABILITY_EXTENDED"
	TimeBlocked          EventKind = "TIME_BLOCKED"
	TimeUnblocked        EventKind = "TIME_UNBLOCKED"
	SlotWithdrawal       EventKind = "SLOT_WITHDRAWN"
	StudentCreated       EventKind = "STUDENT_CREATED"
	StudentUpdated       EventKind = "STUDENT_UPDATED"
	StudentAnonymised    EventKind = "STUDENT_ANONYMISED"
	InterviewerCreated   EventKind = "INTERVIEWER_CREATED"
	InterviewerUpdated   EventKind = "INTERVIEWER_UPDATED"
	PolicyUpdated        EventKind = "POLICY_UPDATED"
	NotificationsUpdated EventKind = "NOTIFICATION_PREFERENCES_UPDATED"
	CalendarFeedCreated  EventKind = "CALENDAR_FEED_CREATED"
	CalendarFeedDeleted  EventKind = "CALENDAR_FEED_DELETED"
	DataImported         EventKind = "DATA_IMPORTED"
	WebhookCreated       EventKind = "WEBHOOK_CREATED"
	WebhookUpdated       EventKind = "WEBHOOK_UPDATED"
	WebhookDeleted       EventKind = "WEBHOOK_DELETED"
	WebhookSecretRotated EventKind = "WEBHOOK_SECRET_ROTATED" //nolint:gosec // a kind of event, not a secret
	WebhookDisabled      EventKind = "WEBHOOK_DISABLED"
)

// Event is a change, recorded in the transaction that made it. It identifies
// people by id only and contains no names, e-mail addresses, notes, intakes,
// reasons or meeting URLs.
type Event struct {
	ID        EventID
	At        time.Time
	Kind      EventKind
	Actor     Actor
	RequestID string

	// The subjects of the event; 0 if not applicable.
	StudentID     StudentID
	InterviewerID InterviewerID
	SlotID        SlotID
	InterviewID   InterviewID

	// PolicyVersion is the version of the policy that applied. It is nil for the
	// policy in force when the event is written, and for events that predate
	// policy versions.
	PolicyVersion *int

	Changes []Change
}

// Change is a field's value before and after, each encoded as JSON: a number,
// boolean, string, list of strings, or null if absent. Ids and times are strings.
type Change struct {
	Field  string
	Before json.RawMessage
	After  json.RawMessage
}

// Changes is the list of a subject's changed fields.
type Changes []Change

// Add appends a change of the field unless both values are equal. A nil pointer is
// encoded as null.
func (c Changes) Add(field string, before, after any) Changes {
	b, a := jsonValue(before), jsonValue(after)
	if string(b) == string(a) {
		return c
	}
	return append(c, Change{Field: field, Before: b, After: a})
}

// Touched appends a change of a personal text that records only whether a text was
// present before and after, never its content or length.
func (c Changes) Touched(field string, before, after *string) Changes {
	if before == nil && after == nil || before != nil && after != nil && *before == *after {
		return c
	}
	hide := func(words *string) any {
		if words == nil {
			return nil
		}
		return true
	}
	return append(c, Change{Field: field, Before: jsonValue(hide(before)), After: jsonValue(hide(after))})
}

// ownWords lists the fields that hold personal text.
var ownWords = slices.Concat(
	studentFields.withheld(), interviewerFields.withheld(), []string{"note", "cancelReason"},
)

// Private returns the changes of a stored event without the length of personal
// texts, which older events contain.
func (c Changes) Private() Changes {
	hidden := func(value json.RawMessage) json.RawMessage {
		if string(value) == "null" {
			return value
		}
		return json.RawMessage("true")
	}
	for i, change := range c {
		if slices.Contains(ownWords, change.Field) {
			c[i].Before, c[i].After = hidden(change.Before), hidden(change.After)
		}
	}
	return c
}

// Except returns the changes without those of the field.
func (c Changes) Except(field string) Changes {
	return slices.DeleteFunc(slices.Clone(c), func(change Change) bool { return change.Field == field })
}

// Has reports whether the field changed.
func (c Changes) Has(field string) bool {
	_, has := c.of(field)
	return has
}

// IDBefore returns the id that the field had before the change, or 0 if it had none or did
// not change.
func (c Changes) IDBefore(field string) int64 {
	change, _ := c.of(field)
	return idIn(change.Before)
}

// IDAfter is like IDBefore, for the id after the change.
func (c Changes) IDAfter(field string) int64 {
	change, _ := c.of(field)
	return idIn(change.After)
}

// TimeBefore returns the time that the field had before the change, or the zero time if it
// had none or did not change.
func (c Changes) TimeBefore(field string) time.Time {
	change, _ := c.of(field)
	var at time.Time
	_ = json.Unmarshal(change.Before, &at) // what is not a time leaves the zero time
	return at
}

func (c Changes) of(field string) (Change, bool) {
	at := slices.IndexFunc(c, func(change Change) bool { return change.Field == field })
	if at < 0 {
		return Change{}, false
	}
	return c[at], true
}

// idIn returns the id that a value of a change holds, or 0.
func idIn(value json.RawMessage) int64 {
	var text string
	_ = json.Unmarshal(value, &text) // what is not a text is no id
	id, _ := strconv.ParseInt(text, 10, 64)
	return id
}

// Share reports whether the changes share an interview's note with its student.
func (c Changes) Share() bool {
	return slices.ContainsFunc(c, func(change Change) bool { return change.Field == "noteShared" && string(change.After) == "true" })
}

// MaxChangedIDs limits the ids listed in an event.
const MaxChangedIDs = 500

// AddedIDs appends the number of ids and the ids themselves. It lists the first
// MaxChangedIDs; the number covers all of them.
func AddedIDs[ID ~int64](c Changes, counted, listed string, ids []ID) Changes {
	if len(ids) == 0 {
		return c
	}
	return c.Add(counted, nil, len(ids)).Add(listed, nil, idTexts(ids[:min(len(ids), MaxChangedIDs)]))
}

func idTexts[ID ~int64](ids []ID) []string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatInt(int64(id), 10)
	}
	return texts
}

// jsonNull is shared and must not be modified.
var jsonNull = json.RawMessage("null")

// jsonValue encodes a value as JSON, absent values as null. It encodes numbers and
// times, the most common values, without reflection.
func jsonValue(value any) json.RawMessage {
	switch v := value.(type) {
	case nil:
		return jsonNull
	case int:
		return strconv.AppendInt(nil, int64(v), 10)
	case *time.Time:
		if v == nil {
			return jsonNull
		}
		return jsonValue(*v)
	case time.Time:
		if v.IsZero() {
			return jsonNull
		}
		text := make([]byte, 0, len(time.RFC3339Nano)+2)
		return append(v.UTC().AppendFormat(append(text, '"'), time.RFC3339Nano), '"')
	case []string:
		if v == nil {
			value = []string{}
		}
	case []int:
		if v == nil {
			value = []int{}
		}
	case []WaiverID:
		if len(v) == 0 {
			return jsonNull
		}
		value = idTexts(v)
	case fmt.Stringer, StudentID, InterviewerID, AvailabilityID, SlotID, InterviewID, BlockID, HoldID, WaiverID, EventID, WebhookID, CalendarFeedID:
		value = fmt.Sprint(v)
	}
	text, _ := json.Marshal(value) // none of these types fails to encode
	return text
}
