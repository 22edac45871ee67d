package graph_test

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"rehearse/graph"
	"rehearse/internal/booking"
)

// slotState is the visible state of a slot.
type slotState struct {
	Status string
	HeldBy string
	Until  string
}

// historyOf returns the expected history entries of a change, or nothing if the states are
// equal.
func (before slotState) historyOf(after slotState, isNew bool) []string {
	entry := map[string]string{"OPEN": "RELEASED", "BOOKED": "BOOKED", "WITHDRAWN": "WITHDRAWN"}[after.Status]
	if after.HeldBy != "" {
		entry = "HELD"
	}
	switch {
	case isNew && entry == "RELEASED":
		return []string{"PUBLISHED"}
	case isNew:
		return []string{"PUBLISHED", entry}
	case before == after:
		return nil
	}
	return []string{entry}
}

// entry is a row of a slot's history, with the event it names.
type entry struct {
	ID, Slot    int64
	What, Event string
	EventID     int64
	EventSlot   int64
}

// chronicle is everything recorded about the past, at one moment.
type chronicle struct {
	Slots   map[string]slotState
	Entries []entry
	Events  []int64
	// The values in force at this moment, as text.
	Policy, Caps, Waivers string
}

const chronicled = `SELECT jsonb_build_object(
	'slots', (SELECT coalesce(jsonb_object_agg(id, jsonb_build_object('status', status, 'heldBy', held_by::text, 'until', held_until::text)), '{}') FROM slots),
	'entries', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', h.id, 'slot', h.slot_id, 'what', h.what, 'event', e.kind,
		'eventId', e.id, 'eventSlot', e.slot_id) ORDER BY h.id), '[]') FROM slot_history h LEFT JOIN events e ON e.id = h.event_id),
	'events', (SELECT jsonb_agg(id ORDER BY id) FROM events),
	'policy', (SELECT to_jsonb(p)::text FROM booking_policy p),
	'caps', (SELECT string_agg(format('%s: %s %s', id, max_per_day, max_per_week), ', ' ORDER BY id) FROM interviewers),
	'waivers', (SELECT string_agg(format('%s: %s of %s, %s', id, rule, student_id, CASE WHEN revoked_at IS NULL THEN uses END), ', ' ORDER BY id) FROM waivers))`

func (l *life) chronicle() (c chronicle) {
	l.T.Helper()
	l.readJSON(chronicled, &c)
	return c
}

func (l *life) readJSON(query string, into any) {
	l.T.Helper()
	var text string
	if err := l.past.QueryRowContext(l.T.Context(), query).Scan(&text); err != nil {
		l.T.Fatal(err)
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		l.T.Fatalf("decode %s: %v", text, err)
	}
}

// wantRecorded compares the change of every slot with its history: one entry for each change,
// with an event of this step.
func (before chronicle) wantRecorded(t *testing.T, after chronicle, events map[string]string) {
	t.Helper()
	same(t, "entries that were there before", after.Entries[:min(len(before.Entries), len(after.Entries))], before.Entries)
	got := map[string][]string{}
	for _, e := range after.Entries[min(len(before.Entries), len(after.Entries)):] {
		slot := fmt.Sprint(e.Slot)
		got[slot] = append(got[slot], e.What)
		if slices.Contains(before.Events, e.EventID) || e.EventID == 0 {
			t.Errorf("slot %s is %s by event %d, want an event of this step", slot, e.What, e.EventID)
		}
		if e.Event != events[e.What] {
			t.Errorf("slot %s is %s by %s, want %s", slot, e.What, e.Event, events[e.What])
		}
		if strings.HasPrefix(e.Event, "INTERVIEW_") && e.What == "BOOKED" && e.EventSlot != e.Slot {
			t.Errorf("slot %s is booked by the event of slot %d", slot, e.EventSlot)
		}
	}
	want, changes := map[string][]string{}, map[string]bool{}
	for id, state := range after.Slots {
		was, known := before.Slots[id]
		if entries := was.historyOf(state, !known); entries != nil {
			want[id] = entries
			for _, what := range entries {
				changes[what] = true
			}
		}
	}
	same(t, "entries of each slot", got, want)
	same(t, "kinds of changes of slots", slices.Sorted(maps.Keys(changes)), slices.Sorted(maps.Keys(events)))
}

// valuesAt derives the values in force after an event from the events and the final state
// alone.
func (l *life) valuesAt(event int64) (policy, caps, waivers string) {
	l.T.Helper()
	db := l.past
	err := db.QueryRowContext(l.T.Context(), `SELECT v.policy::text FROM events e JOIN booking_policy_versions v ON v.version = e.policy_version
		WHERE e.id = $1`, event).Scan(&policy)
	if err != nil {
		l.T.Fatal(err)
	}
	err = db.QueryRowContext(l.T.Context(), `
		WITH undone AS (
			SELECT DISTINCT ON (e.interviewer_id, c ->> 'field') e.interviewer_id AS id, c ->> 'field' AS field, c ->> 'before' AS before
			FROM events e, jsonb_array_elements(e.changes) c WHERE e.id > $1 AND e.kind = 'INTERVIEWER_UPDATED' ORDER BY 1, 2, e.id)
		SELECT coalesce(string_agg(format('%s: %s %s', v.id, CASE WHEN d.id IS NULL THEN v.max_per_day::text ELSE d.before END,
			CASE WHEN w.id IS NULL THEN v.max_per_week::text ELSE w.before END), ', ' ORDER BY v.id), '')
		FROM interviewers v JOIN events at ON at.id = $1
		LEFT JOIN undone d ON d.id = v.id AND d.field = 'maxPerDay' LEFT JOIN undone w ON w.id = v.id AND w.field = 'maxPerWeek'
		WHERE v.created_at <= at.at`, event).Scan(&caps)
	if err != nil {
		l.T.Fatal(err)
	}
	err = db.QueryRowContext(l.T.Context(), `
		WITH told AS (SELECT e.id AS event, e.kind, e.student_id, jsonb_object_agg(c ->> 'field', c ->> 'after') AS v
			FROM events e, jsonb_array_elements(e.changes) c WHERE e.id <= $1 AND e.kind LIKE 'WAIVER_%' GROUP BY e.id)
		SELECT coalesce(string_agg(format('%s: %s of %s, %s', g.v ->> 'waiverId', g.v ->> 'rule', g.student_id,
			CASE WHEN r.event IS NULL THEN g.v ->> 'uses' END), ', ' ORDER BY g.event), '')
		FROM told g LEFT JOIN told r ON r.kind = 'WAIVER_REVOKED' AND r.v ->> 'waiverId' = g.v ->> 'waiverId'
		WHERE g.kind = 'WAIVER_GRANTED'`, event).Scan(&waivers)
	if err != nil {
		l.T.Fatal(err)
	}
	return policy, caps, waivers
}

// life is a school in which mutations run one after another.
type life struct {
	*school
	past *sql.DB

	ann, student, other           string
	slots                         []string // of ann, one a day from day 1
	interview, hold, waiver, rule string
	block, missed, feed           string
}

// step is one mutation, and the event that records each change of a slot.
type step struct {
	mutation string // empty for work that the server does on its own
	do       func(*life)
	events   map[string]string
}

func (l *life) send(mutation, fields string, input in, payload any) {
	l.T.Helper()
	var errors struct{ Errors []refused }
	var text json.RawMessage
	l.Mutate(mutation, fields, input, &text)
	if err := cmp.Or(json.Unmarshal(text, &errors), json.Unmarshal(text, payload)); err != nil {
		l.T.Fatal(err)
	}
	l.Accepted(errors.Errors)
}

// stepOf returns a step whose response does not matter.
func stepOf(mutation string, input func(*life) in, events map[string]string) step {
	return step{mutation, func(l *life) { l.send(mutation, "__typename", input(l), &struct{}{}) }, events}
}

// by is the event of each change of a slot.
type by = map[string]string

// lifeSteps returns every mutation, in each of the ways it changes slots.
func lifeSteps() []step {
	return slices.Concat(publishingSteps(), bookingSteps(), closingSteps(), importSteps(), officeSteps(), webhookSteps())
}

func publishingSteps() []step {
	return []step{
		{"createInterviewer", func(l *life) { l.ann = l.Interviewer(in{"email": "ann@example.org", "maxPerDay": 20}) }, nil},
		{"createStudent", func(l *life) { l.student = l.Student(in{"email": "sam@example.org"}) }, nil},
		{"createStudent", func(l *life) { l.other = l.Student(in{"email": "eve@example.org"}) }, nil},
		{"addAvailability", func(l *life) {
			for _, slot := range l.Publish(l.ann, t0.Add(day), 12*time.Hour, 60).Slots {
				l.slots = append(l.slots, slot.ID)
			}
		}, by{"PUBLISHED": "AVAILABILITY_ADDED"}},
		{"addWeeklyAvailability", func(l *life) {
			l.rule = l.weekly(l.ann, in{"endDate": nil}).Availability.ID
		}, by{"PUBLISHED": "AVAILABILITY_ADDED"}},
		{"", func(l *life) {
			l.SetClock(l.Clock.Load().Add(10 * time.Hour)) // still before the first slot
			if _, err := l.App.ExtendAvailability(l.T.Context()); err != nil {
				l.T.Fatal(err)
			}
		}, by{"PUBLISHED": "AVAILABILITY_EXTENDED"}},
	}
}

func bookingSteps() []step {
	return []step{
		{"holdSlot", func(l *life) { l.hold = l.held(l.student, l.slots[0]) }, by{"HELD": "HOLD_PLACED"}},
		{"holdSlot", func(l *life) { l.held(l.student, l.slots[0]) }, by{"HELD": "HOLD_EXTENDED"}},
		{"releaseHold", func(l *life) { l.release(l.hold) }, by{"RELEASED": "HOLD_RELEASED"}},
		{"holdSlot", func(l *life) { l.hold = l.held(l.student, l.slots[0]) }, by{"HELD": "HOLD_PLACED"}},
		{"bookSlot", func(l *life) { l.interview = l.Booked(l.student, l.slots[1]) }, by{"RELEASED": "HOLD_RELEASED", "BOOKED": "INTERVIEW_BOOKED"}},
		{"rescheduleInterview", func(l *life) { l.Accepted(l.move(l.interview, l.slots[2]).Errors) },
			by{"RELEASED": "INTERVIEW_RESCHEDULED", "BOOKED": "INTERVIEW_RESCHEDULED"}},
		stepOf("updateInterviewIntake", func(l *life) in { return in{"interviewId": l.interview, "intake": "I know Go."} }, nil),
		{"cancelInterview", func(l *life) { l.Accepted(l.Cancel(l.interview).Errors) }, by{"RELEASED": "INTERVIEW_CANCELLED"}},
		{"holdSlot", func(l *life) { l.hold = l.held(l.student, l.slots[3]) }, by{"HELD": "HOLD_PLACED"}},
		{"bookSlot", func(l *life) { l.interview = l.Booked(l.student, l.slots[3]) }, by{"BOOKED": "INTERVIEW_BOOKED"}},
		{"cancelInterview", func(l *life) {
			l.as(booking.RoleInterviewer, l.ann, func() { l.Accepted(l.Cancel(l.interview).Errors) })
		}, by{"WITHDRAWN": "INTERVIEW_CANCELLED"}},
		{"holdSlot", func(l *life) { l.hold = l.held(l.student, l.slots[4]) }, by{"HELD": "HOLD_PLACED"}},
		{"holdSlot", func(l *life) {
			l.SetClock(l.Clock.Load().Add(time.Hour)) // the hold has expired and has not been swept
			l.held(l.other, l.slots[4])
		}, by{"HELD": "HOLD_PLACED"}},
		{"bookSlot", func(l *life) { l.missed = l.Booked(l.student, l.slots[11]) }, by{"BOOKED": "INTERVIEW_BOOKED"}},
		{"bookSlot", func(l *life) { l.interview = l.Booked(l.other, l.slots[10]) }, by{"RELEASED": "HOLD_RELEASED", "BOOKED": "INTERVIEW_BOOKED"}},
	}
}

func closingSteps() []step {
	return []step{
		stepOf("withdrawSlot", func(l *life) in { return in{"slotId": l.slots[5]} }, by{"WITHDRAWN": "SLOT_WITHDRAWN"}),
		{"blockTime", func(l *life) {
			var blocked struct{ Blocks []struct{ ID string } }
			l.send("blockTime", "blocks { id }", in{
				"interviewerId": l.ann, "start": moment(day + 6*time.Hour), "end": moment(day + 11*time.Hour), "reason": "away", "cancelBooked": true,
			}, &blocked)
			l.block = blocked.Blocks[0].ID
		}, by{"WITHDRAWN": "TIME_BLOCKED"}},
		stepOf("unblockTime", func(l *life) in { return in{"blockId": l.block} }, by{"PUBLISHED": "TIME_UNBLOCKED"}),
		stepOf("updateAvailability", func(l *life) in { return in{"availabilityId": l.rule, "slotMinutes": 45} },
			by{"WITHDRAWN": "AVAILABILITY_UPDATED", "PUBLISHED": "AVAILABILITY_UPDATED"}),
		stepOf("removeAvailability", func(l *life) in { return in{"availabilityId": l.rule} }, by{"WITHDRAWN": "AVAILABILITY_REMOVED"}),
		stepOf("updateInterviewer", func(l *life) in { return in{"interviewerId": l.ann, "active": false, "maxPerDay": 9} },
			by{"WITHDRAWN": "INTERVIEWER_UPDATED"}),
		stepOf("updateInterviewer", func(l *life) in { return in{"interviewerId": l.ann, "active": true, "maxPerWeek": 30} },
			by{"PUBLISHED": "INTERVIEWER_UPDATED"}),
		{"addWeeklyAvailability", func(l *life) {
			l.rule = l.weekly(l.ann, in{"startDate": "2026-07-06", "endDate": nil, "weekdays": []string{"MONDAY"}}).Availability.ID
		}, by{"PUBLISHED": "AVAILABILITY_ADDED"}},
	}
}

func importSteps() []step {
	file := func(mutation, csv string, events map[string]string) step {
		return stepOf(mutation, func(*life) in { return in{"csv": csv} }, events)
	}
	calendar := strings.Join([]string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", "BEGIN:VEVENT", "UID:1", "DTSTAMP:20260601T080000Z",
		"DTSTART;VALUE=DATE:20260706", "END:VEVENT", "END:VCALENDAR", "",
	}, "\r\n")
	interviews := importedInterview
	for n, email := range []string{"sam", "eve", "zoe"} {
		interviews += bookingRow(email+"@example.org", "bea@example.org", 20*day+time.Duration(n)*time.Hour)
	}
	return []step{
		file("importStudents", "name,email\nZoe,zoe@example.org\n", nil),
		file("importInterviewers", "name,email,maxPerDay\nBea,bea@example.org,7\n", nil),
		file("importAvailability", fmt.Sprintf("interviewer,start,end\nbea@example.org,%s,%s\n", moment(20*day), moment(20*day+time.Hour)),
			by{"PUBLISHED": "DATA_IMPORTED"}),
		file("importInterviews", interviews, by{"PUBLISHED": "INTERVIEW_IMPORTED", "BOOKED": "INTERVIEW_IMPORTED"}),
		stepOf("importAvailability", func(l *life) in { return in{"ical": calendar, "interviewerId": l.ann, "wholeDayEvents": "BLOCK"} },
			by{"WITHDRAWN": "TIME_BLOCKED"}),
	}
}

func officeSteps() []step {
	missed := func(l *life) in { return in{"interviewId": l.missed} }
	return []step{
		{"grantWaiver", func(l *life) { l.waiver = l.waive(l.student, "PAIR", in{"uses": 2}) }, nil},
		stepOf("updateBookingPolicy", func(*life) in { return in{"interviewLimit": 20} }, nil),
		{"grantWaiver", func(l *life) { l.waive(l.other, "LIMIT", nil) }, nil},
		stepOf("revokeWaiver", func(l *life) in { return in{"waiverId": l.waiver} }, nil),
		stepOf("updateBookingPolicy", func(*life) in { return in{"cancelCutoffSeconds": 60} }, nil),
		stepOf("updateStudent", func(l *life) in { return in{"studentId": l.student, "interviewLimit": 9} }, nil),
		{"markNoShow", func(l *life) {
			l.SetClock(t0.Add(day + 12*time.Hour))
			l.Accepted(l.noShow(l.missed, "STUDENT").Errors)
		}, nil},
		stepOf("undoNoShow", missed, nil),
		{"completeInterview", func(l *life) { l.Accepted(l.Complete(l.missed, 4).Errors) }, nil},
		{"createCalendarFeed", func(l *life) { l.feed = l.calendarFeed(in{"studentId": l.student}) }, nil},
		stepOf("updateNotificationPreferences", func(l *life) in { return in{"studentId": l.student, "bookings": false} }, nil),
		stepOf("deleteCalendarFeed", func(l *life) in { return in{"feedId": l.feed} }, nil),
		stepOf("anonymiseStudent", func(l *life) in { return in{"studentId": l.Student(nil)} }, nil),
	}
}

func webhookSteps() []step {
	hook := ""
	of := func(*life) in { return in{"webhookId": hook} }
	return []step{
		{"createWebhook", func(l *life) { hook = l.webhook(nil) }, nil},
		stepOf("updateWebhook", func(*life) in { return in{"webhookId": hook, "kinds": []string{"INTERVIEW_BOOKED"}} }, nil),
		stepOf("rotateWebhookSecret", of, nil),
		stepOf("redeliver", func(*life) in { return in{"webhookId": hook, "fromEventId": 1} }, nil),
		stepOf("deleteWebhook", of, nil),
	}
}

// After every mutation, each change of a slot has one history entry with its event, and
// nothing written before has changed. The policy, the caps and the waivers in force at
// each event can be reconstructed later.
func TestHistoryOfEveryMutation(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	l := &life{school: s, past: s.DB.SQL(t)}
	made, chronicles := map[string]bool{}, map[int64]chronicle{}
	before := l.chronicle()
	for n, step := range lifeSteps() {
		l.SetClock(l.Clock.Load().Add(time.Second))
		step.do(l)
		after := l.chronicle()
		if t.Run(fmt.Sprintf("%d %s", n+1, step.mutation), func(t *testing.T) { before.wantRecorded(t, after, step.events) }); len(after.Events) > 0 {
			chronicles[after.Events[len(after.Events)-1]] = after
		}
		made[step.mutation], before = true, after
	}
	for _, mutation := range graph.Schema().Mutation.Fields {
		if !made[mutation.Name] {
			t.Errorf("%s has no step", mutation.Name)
		}
	}
	for event, then := range chronicles {
		policy, caps, waivers := l.valuesAt(event)
		same(t, fmt.Sprintf("policy, caps and waivers after event %d", event), [3]string{policy, caps, waivers}, [3]string{then.Policy, then.Caps, then.Waivers})
	}
	l.Sound()
}
