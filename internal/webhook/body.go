package webhook

import (
	"encoding/json"
	"strconv"
	"time"

	"rehearse/internal/booking"
)

// Version is the version of the data of a body. Fields can be added without a new version.
const Version = 1

// Body is the body of a request.
type Body struct {
	Type      booking.EventKind `json:"type" jsonschema:"the kind of the event, as in EventKind of the API"`
	Timestamp time.Time         `json:"timestamp" jsonschema:"when the event occurred, in UTC"`
	Data      Data              `json:"data" jsonschema:"what happened"`
}

// Data is the payload of a body.
type Data struct {
	Version       int                        `json:"version" jsonschema:"the version of this format; fields can be added without a new version"`
	Event         Event                      `json:"event" jsonschema:"the event, as in the query events"`
	Interview     *Interview                 `json:"interview" jsonschema:"the interview as it is when the request is sent, which may be after later events; null if the event is not about an interview"`
	Previous      map[string]json.RawMessage `json:"previous" jsonschema:"the values of the changed fields before the event, by the name of the field; null for a field without a value"`
	StudentID     *string                    `json:"studentId" jsonschema:"the student of the event; null if there is none"`
	InterviewerID *string                    `json:"interviewerId" jsonschema:"the interviewer of the event; null if there is none"`
	InterviewID   *string                    `json:"interviewId" jsonschema:"the interview of the event; null if there is none"`
	SlotID        *string                    `json:"slotId" jsonschema:"the slot of the event; null if there is none"`
}

// Event is the event of a body.
type Event struct {
	ID        string            `json:"id" jsonschema:"the id of the event"`
	Kind      booking.EventKind `json:"kind" jsonschema:"the same as type"`
	At        time.Time         `json:"at" jsonschema:"the same as timestamp"`
	Actor     Actor             `json:"actor" jsonschema:"who caused the event"`
	RequestID string            `json:"requestId" jsonschema:"the id of the request that caused the event; empty if there was none"`
	Changes   []Change          `json:"changes" jsonschema:"the changed fields"`
}

// Actor is the actor of an event.
type Actor struct {
	Role booking.Role `json:"role" jsonschema:"the role of the actor, as in Role of the API"`
	ID   *string      `json:"id" jsonschema:"the id of the actor; null for the server itself and for a caller without a token"`
}

// Change is a changed field.
type Change struct {
	Field  string          `json:"field" jsonschema:"the name of the field"`
	Before json.RawMessage `json:"before" jsonschema:"the value before the event; null if there was none"`
	After  json.RawMessage `json:"after" jsonschema:"the value after the event; null if there is none"`
}

// Interview is the interview of a body.
type Interview struct {
	ID              string                  `json:"id" jsonschema:"the id of the interview"`
	StudentID       string                  `json:"studentId" jsonschema:"the student"`
	InterviewerID   string                  `json:"interviewerId" jsonschema:"the interviewer"`
	SlotID          string                  `json:"slotId" jsonschema:"the slot that was booked"`
	Start           time.Time               `json:"start" jsonschema:"when the interview starts, in UTC"`
	End             time.Time               `json:"end" jsonschema:"when the interview ends, in UTC"`
	Status          booking.InterviewStatus `json:"status" jsonschema:"the status, as in InterviewStatus of the API"`
	Grade           *int                    `json:"grade" jsonschema:"the grade; null if none has been given"`
	RescheduleCount int                     `json:"rescheduleCount" jsonschema:"how often the interview was rescheduled"`
	BookedAt        time.Time               `json:"bookedAt" jsonschema:"when the interview was booked"`
	Version         int                     `json:"version" jsonschema:"the version of the interview, which each change increments"`
}

// NewBody returns the body for an event. interview is nil if the event is not about one.
func NewBody(e booking.Event, interview *booking.Interview) ([]byte, error) {
	body := Body{Type: e.Kind, Timestamp: e.At, Data: Data{
		Version: Version, Previous: map[string]json.RawMessage{},
		StudentID: orNull(e.StudentID), InterviewerID: orNull(e.InterviewerID), InterviewID: orNull(e.InterviewID), SlotID: orNull(e.SlotID),
		Event: Event{
			ID: text(e.ID), Kind: e.Kind, At: e.At, Actor: Actor{Role: e.Actor.Role, ID: orNull(e.Actor.ID)}, RequestID: e.RequestID,
			Changes: make([]Change, len(e.Changes)),
		},
	}}
	for i, change := range e.Changes {
		body.Data.Event.Changes[i] = Change(change)
		body.Data.Previous[change.Field] = change.Before
	}
	if i := interview; i != nil {
		body.Data.Interview = &Interview{
			ID: text(i.ID), StudentID: text(i.StudentID), InterviewerID: text(i.InterviewerID), SlotID: text(i.SlotID),
			Start: i.Start, End: i.End, Status: i.Status, Grade: i.Grade, RescheduleCount: i.Reschedules, BookedAt: i.BookedAt, Version: i.Version,
		}
	}
	return json.Marshal(body)
}

// MessageID returns the id of the message about an event: the value of the header webhook-id.
func MessageID(id booking.EventID) string { return "evt_" + text(id) }

func text[ID ~int64](id ID) string { return strconv.FormatInt(int64(id), 10) }

func orNull[ID ~int64](id ID) *string {
	if id == 0 {
		return nil
	}
	one := text(id)
	return &one
}
