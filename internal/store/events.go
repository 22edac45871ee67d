package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"rehearse/internal/booking"
)

type eventRow struct {
	ID            booking.EventID `gorm:"->"`
	At            time.Time
	Kind          booking.EventKind
	ActorRole     booking.Role
	ActorID       int64
	RequestID     string
	StudentID     *booking.StudentID
	InterviewerID *booking.InterviewerID
	SlotID        *booking.SlotID
	InterviewID   *booking.InterviewID
	Changes       string `gorm:"type:jsonb"`
	PolicyVersion *int
}

func (eventRow) TableName() string { return "events" }

// storedChange is an element of events.changes. Events are never rewritten, so rows of all
// versions of the program must decode. The array is version 1 of the form; another form
// would be an object with a version.
type storedChange struct {
	Field  string          `json:"field"`
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

func newEventRow(e booking.Event) (eventRow, error) {
	stored := make([]storedChange, len(e.Changes))
	for i, change := range e.Changes {
		stored[i] = storedChange(change)
	}
	changes, err := json.Marshal(stored)
	if err != nil {
		return eventRow{}, fmt.Errorf("write the changes of %s: %w", e.Kind, err)
	}
	return eventRow{
		At: e.At, Kind: e.Kind, ActorRole: e.Actor.Role, ActorID: e.Actor.ID, RequestID: e.RequestID,
		StudentID: orNone(e.StudentID), InterviewerID: orNone(e.InterviewerID), SlotID: orNone(e.SlotID),
		InterviewID: orNone(e.InterviewID), Changes: string(changes), PolicyVersion: e.PolicyVersion,
	}, nil
}

func (r eventRow) domain() booking.Event {
	e := booking.Event{
		ID: r.ID, At: r.At.UTC(), Kind: r.Kind, Actor: booking.Actor{Role: r.ActorRole, ID: r.ActorID}, RequestID: r.RequestID,
		StudentID: orZero(r.StudentID), InterviewerID: orZero(r.InterviewerID), SlotID: orZero(r.SlotID),
		InterviewID: orZero(r.InterviewID), PolicyVersion: r.PolicyVersion, Changes: []booking.Change{},
	}
	var stored []storedChange
	_ = json.Unmarshal([]byte(r.Changes), &stored) // the column is jsonb, written by newEventRow
	for _, change := range stored {
		e.Changes = append(e.Changes, booking.Change(change))
	}
	e.Changes = booking.Changes(e.Changes).Private()
	return e
}

// AppendEvents stores the events in order, with the slot changes that this transaction has made
// so far.
func (tx *Tx) AppendEvents(ctx context.Context, events ...booking.Event) error {
	rows := make([]eventRow, len(events))
	for i, e := range events {
		var err error
		if rows[i], err = newEventRow(e); err != nil {
			return err
		}
	}
	if len(events) > 0 {
		tx.state.lastEventAt = events[len(events)-1].At
		tx.state.changes.events = true
	}
	var err error
	if len(rows) == 1 {
		err = tx.appendOne(ctx, rows[0])
	} else {
		err = tx.appendEach(ctx, rows)
	}
	return fault(err, "append %d events", len(rows))
}

// appendOne stores one event and its slot history in one statement.
func (tx *Tx) appendOne(ctx context.Context, row eventRow) error {
	text, args := insertEvents, eventColumns.arrays([]eventRow{row})
	if slots := tx.state.takeSlotChanges(); len(slots) > 0 {
		text, args = insertEventWithHistory, slices.Concat(args, slotHistoryColumns.arrays(slots))
	}
	return tx.send(ctx, statement{text: text, args: args})
}

// appendEach stores several events. A slot change belongs to the event of that slot.
func (tx *Tx) appendEach(ctx context.Context, rows []eventRow) error {
	for batch := range slices.Chunk(rows, loadBatch) {
		var inserted []insertedEvent
		err := tx.send(ctx, statement{
			insertEvents + " RETURNING " + insertedEventColumns.String(), eventColumns.arrays(batch), each(&inserted, insertedEventColumns.targets),
		})
		if err != nil {
			return err
		}
		events := make(map[booking.SlotID]booking.EventID, len(inserted))
		for _, event := range inserted {
			events[orZero(event.SlotID)] = event.ID
		}
		if err := tx.writeSlotHistoryOf(ctx, events); err != nil {
			return err
		}
	}
	return nil
}

// insertedEvent is what appendEach reads of the events that it has inserted.
type insertedEvent struct {
	ID     booking.EventID
	SlotID *booking.SlotID
}

var (
	eventColumns         = columnsOf[eventRow]("id")
	insertedEventColumns = columnsOf[insertedEvent]()

	// insertEvents inserts events from eventColumns. The condition is always true. It gets the
	// transaction's id before the first event's id is drawn, as the sequence of events requires.
	insertEvents = eventColumns.insert("events", eventColumns.rows(1)+" WHERE pg_current_xact_id() IS NOT NULL", eventValues("given.interview_id"))
	// insertEventWithHistory also inserts the changes of slots that belong to the event.
	insertEventWithHistory = "WITH told AS (" + insertEvents + " RETURNING id) " +
		insertSlotHistory(slotHistoryColumns.rows(1+len(eventColumns)), "(SELECT max(id) FROM told)")
)

// eventValues returns the expressions with which an event is inserted: its interview, and
// the current version of the policy if the event has none.
func eventValues(interview string) map[string]string {
	return map[string]string{"interview_id": interview, "policy_version": "coalesce(given.policy_version, " + policyVersion + ")"}
}

// policyVersion is the default policy version of an event.
const policyVersion = "(SELECT version FROM booking_policy)"

// EventFilter filters the list of events. The zero value matches all.
type EventFilter struct {
	StudentID     *booking.StudentID
	InterviewerID *booking.InterviewerID
	InterviewID   *booking.InterviewID
	Kind          []booking.EventKind
	Start         *time.Time // inclusive
	End           *time.Time // exclusive
}

func (f EventFilter) apply(db *gorm.DB) *gorm.DB {
	if f.StudentID != nil {
		db = db.Where("student_id = ?", *f.StudentID)
	}
	if f.InterviewerID != nil {
		db = db.Where("interviewer_id = ?", *f.InterviewerID)
	}
	if f.InterviewID != nil {
		db = db.Where("interview_id = ?", *f.InterviewID)
	}
	if len(f.Kind) > 0 {
		db = db.Where("kind IN ?", unique(f.Kind))
	}
	if f.Start != nil {
		db = db.Where("at >= ?", *f.Start)
	}
	if f.End != nil {
		db = db.Where("at < ?", *f.End)
	}
	return db
}

// Events returns a page of events, ordered by id, and reports whether there are more.
func (r *Reader) Events(ctx context.Context, f EventFilter, p Page) ([]booking.Event, bool, error) {
	var rows []eventRow
	err := p.by(ByID, f.apply(r.db.WithContext(ctx))).Find(&rows).Error
	page, more := cutPage(domains(rows), p)
	return page, more, fault(err, "list events")
}

// CountEvents returns the number of items of Events on all pages.
func (r *Reader) CountEvents(ctx context.Context, f EventFilter) (int, error) {
	return count(f.apply(r.db.WithContext(ctx).Model(&eventRow{})), "events")
}

// EventsOf returns a page of the events of each interview, oldest first.
func (r *Reader) EventsOf(
	ctx context.Context, of []booking.InterviewID, p Page,
) (map[booking.InterviewID]Part[booking.Event], error) {
	return listParts[eventRow](ctx, r, interviewLists(of), p, func(e booking.Event) booking.InterviewID { return e.InterviewID })
}

// CountEventsOf returns the number of items of EventsOf on all pages.
func (r *Reader) CountEventsOf(ctx context.Context, of []booking.InterviewID) (map[booking.InterviewID]int, error) {
	return countParts[eventRow](ctx, r, interviewLists(of))
}
