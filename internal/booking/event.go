package booking

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// EventKind is what happened.
type EventKind string

const (
	InterviewBooked      EventKind = "INTERVIEW_BOOKED"
	InterviewRescheduled EventKind = "INTERVIEW_RESCHEDULED"
	InterviewCancelled   EventKind = "INTERVIEW_CANCELLED"
	InterviewCompleted   EventKind = "INTERVIEW_COMPLETED"
	InterviewGraded      EventKind = "INTERVIEW_GRADED"
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
	SlotTakenBack        EventKind = "SLOT_WITHDRAWN"
	StudentCreated       EventKind = "STUDENT_CREATED"
	StudentUpdated       EventKind = "STUDENT_UPDATED"
	StudentAnonymised    EventKind = "STUDENT_ANONYMISED"
	InterviewerCreated   EventKind = "INTERVIEWER_CREATED"
	InterviewerUpdated   EventKind = "INTERVIEWER_UPDATED"
	PolicyUpdated        EventKind = "POLICY_UPDATED"
	DataImported         EventKind = "DATA_IMPORTED"
)

// Event is one change, told by the transaction that made it. People are named
// by id alone: no names, e-mails, notes, reasons or rooms stand in it.
type Event struct {
	ID        EventID
	At        time.Time
	Kind      EventKind
	Actor     Actor
	RequestID string

	// What it is about; 0 where it is about none.
	StudentID     StudentID
	InterviewerID InterviewerID
	SlotID        SlotID
	InterviewID   InterviewID

	// PolicyVersion is the version of the policy that held; nil for the one that
	// holds when the event is written, and for an event from before versions were
	// kept.
	PolicyVersion *int

	Changes []Change
}

// Change is one field before and after, each as a JSON value: a number, a
// boolean, a string, a list of ids, null where there was, or is, nothing. Ids and
// instants are strings.
type Change struct {
	Field  string          `json:"field"`
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

// Changes collects what differs.
type Changes []Change

// Add notes a field, unless it is the same before and after. A nil pointer is
// nothing.
func (c Changes) Add(field string, before, after any) Changes {
	b, a := jsonValue(before), jsonValue(after)
	if string(b) == string(a) {
		return c
	}
	return append(c, Change{Field: field, Before: b, After: a})
}

// Touched notes that a text of people's own words changed: that there was one
// and that there is one, and neither the words nor how many they are.
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

// ownWords are the fields whose values are people's own words.
var ownWords = []string{"name", "email", "note", "cancelReason", "meetingUrl", "headline", "bio", "photoUrl"}

// Private returns the changes of an event that was read, without what only older
// events tell of people's own words: their length.
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

// Except returns the changes of other fields.
func (c Changes) Except(field string) Changes {
	return slices.DeleteFunc(slices.Clone(c), func(change Change) bool { return change.Field == field })
}

// Share reports whether the changes share an interview's note with its student.
func (c Changes) Share() bool {
	return slices.ContainsFunc(c, func(change Change) bool { return change.Field == "noteShared" && string(change.After) == "true" })
}

// maxChangedIDs bounds a list of ids in an event.
const maxChangedIDs = 500

// AddedIDs notes the ids of what a change brought about, and how many they are.
// Beyond maxChangedIDs the count is all that tells of the others.
func AddedIDs[ID ~int64](c Changes, counted, listed string, ids []ID) Changes {
	if len(ids) == 0 {
		return c
	}
	return c.Add(counted, nil, len(ids)).Add(listed, nil, idTexts(ids[:min(len(ids), maxChangedIDs)]))
}

func idTexts[ID ~int64](ids []ID) []string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatInt(int64(id), 10)
	}
	return texts
}

// jsonNull is shared: nobody changes it.
var jsonNull = json.RawMessage("null")

// jsonValue writes a value as JSON; null for nothing. It writes numbers and
// instants, which most changes are, without reflection.
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
	case []WaiverID:
		if len(v) == 0 {
			return jsonNull
		}
		value = idTexts(v)
	case fmt.Stringer, StudentID, InterviewerID, AvailabilityID, SlotID, InterviewID, BlockID, HoldID, WaiverID, EventID:
		value = fmt.Sprint(v)
	}
	text, _ := json.Marshal(value) // all of these can be written
	return text
}

// Event tells what became of an interview; the zero Interview is none before.
func (i Interview) Event(kind EventKind, before Interview) Event {
	var changes Changes
	if before.ID == 0 {
		changes = changes.Add("status", nil, i.Status).Add("start", nil, i.Start).Add("end", nil, i.End)
	} else {
		changes = changes.Add("status", before.Status, i.Status).Add("start", before.Start, i.Start).Add("end", before.End, i.End).
			Add("slotId", before.SlotID, i.SlotID).Add("interviewerId", before.InterviewerID, i.InterviewerID)
	}
	changes = changes.Add("grade", before.Grade, i.Grade).Touched("note", before.Note, i.Note).
		Add("noteShared", before.NoteShared, i.NoteShared).
		Add("completedAt", before.CompletedAt, i.CompletedAt).Touched("cancelReason", before.CancelReason, i.CancelReason).
		Add("waivers", before.Waivers, i.Waivers)
	return Event{
		Kind: kind, StudentID: i.StudentID, InterviewerID: i.InterviewerID, SlotID: i.SlotID, InterviewID: i.ID, Changes: changes,
	}
}

// Event tells what became of a hold.
func (h HeldSlot) Event(kind EventKind, before *HeldSlot) Event {
	was := HeldSlot{}
	if before != nil {
		was = *before
	}
	return Event{
		Kind: kind, StudentID: h.StudentID, InterviewerID: h.InterviewerID, SlotID: h.SlotID,
		Changes: Changes{}.Add("expiresAt", was.ExpiresAt, h.ExpiresAt).Add("endedAt", was.EndedAt, h.EndedAt).
			Add("waivers", was.Waivers, h.Waivers),
	}
}

// Event tells what became of a waiver.
func (w Waiver) Event(kind EventKind, before Waiver) Event {
	changes := Changes{}.Add("revokedAt", before.RevokedAt, w.RevokedAt)
	if before.ID == 0 {
		changes = changes.Add("waiverId", nil, w.ID).Add("rule", nil, w.Rule).Add("uses", nil, w.Uses).Add("expiresAt", nil, w.ExpiresAt)
	} else {
		changes = slices.Concat(Changes{}.Add("waiverId", nil, w.ID), changes)
	}
	return Event{Kind: kind, StudentID: w.StudentID, Changes: changes}
}

// Event tells what changed of the policy.
func (p Policy) Event(before Policy) Event {
	return Event{Kind: PolicyUpdated, Changes: Changes{}.
		Add("interviewLimit", before.InterviewLimit, p.InterviewLimit).
		Add("minimumGradeExclusive", before.MinimumGradeExclusive, p.MinimumGradeExclusive).
		Add("gradeWindow", before.GradeWindow, p.GradeWindow).
		Add("holdSeconds", before.HoldSeconds, p.HoldSeconds).
		Add("minimumNoticeSeconds", before.MinimumNoticeSeconds, p.MinimumNoticeSeconds).
		Add("cancelCutoffSeconds", before.CancelCutoffSeconds, p.CancelCutoffSeconds).
		Add("rescheduleCutoffSeconds", before.RescheduleCutoffSeconds, p.RescheduleCutoffSeconds).
		Add("maxReschedules", before.MaxReschedules, p.MaxReschedules).
		Add("publishHorizonDays", before.PublishHorizonDays, p.PublishHorizonDays).
		Add("version", before.Version, p.Version)}
}

// Event tells what changed of a student.
func (s Student) Event(kind EventKind, before Student) Event {
	return Event{Kind: kind, StudentID: s.ID, Changes: personal(before.Name, s.Name, before.Email, s.Email).
		Add("timeZone", nonEmpty(before.TimeZone), nonEmpty(s.TimeZone)).
		Add("interviewLimit", before.LimitOverride, s.LimitOverride).
		Add("anonymisedAt", before.AnonymisedAt, s.AnonymisedAt)}
}

// Event tells what changed of an interviewer.
func (i Interviewer) Event(kind EventKind, before Interviewer) Event {
	return Event{Kind: kind, InterviewerID: i.ID, Changes: personal(before.Name, i.Name, before.Email, i.Email).
		Add("timeZone", nonEmpty(before.TimeZone), nonEmpty(i.TimeZone)).
		Add("tags", before.Tags, i.Tags).
		Add("maxPerDay", before.MaxPerDay, i.MaxPerDay).
		Add("maxPerWeek", before.MaxPerWeek, i.MaxPerWeek).
		Touched("meetingUrl", before.MeetingURL, i.MeetingURL).
		Touched("headline", before.Headline, i.Headline).
		Touched("bio", before.Bio, i.Bio).
		Touched("photoUrl", before.PhotoURL, i.PhotoURL).
		Add("languages", before.Languages, i.Languages).
		Add("active", before.Active, i.Active)}
}

// personal notes that a name or an e-mail changed, and neither of them.
func personal(nameBefore, name, emailBefore, email string) Changes {
	var changes Changes
	if nameBefore != "" {
		changes = changes.Touched("name", &nameBefore, &name).Touched("email", &emailBefore, &email)
	}
	return changes
}

func nonEmpty(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// Changes are what differs of an availability; the zero one is none before.
func (a Availability) Changes(before Availability) Changes {
	c := Changes{}
	if before.ID == 0 {
		c = c.Add("availabilityId", nil, a.ID)
	}
	minutes := func(n int) any {
		if before.ID == 0 && n == 0 {
			return nil
		}
		return n
	}
	c = c.Add("start", before.Start, a.Start).Add("end", before.End, a.End).
		Add("rule", before.Weekly.told(), a.Weekly.told()).
		Add("slotMinutes", zeroIsNone(before.SlotMinutes), a.SlotMinutes).
		Add("gapMinutes", minutes(before.GapMinutes), minutes(a.GapMinutes)).
		Add("removedAt", before.RemovedAt, a.RemovedAt)
	if !slices.Equal(before.Tags, a.Tags) {
		c = c.Add("tags", before.Tags, a.Tags)
	}
	return c
}

func zeroIsNone(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

// told is a weekly rule as an event tells of it; nil for none.
func (w *WeeklyRule) told() any {
	if w == nil {
		return nil
	}
	days := make([]string, len(w.Weekdays))
	for i, day := range w.Weekdays {
		days[i] = strings.ToUpper(day.String())
	}
	told := map[string]any{
		"timeZone": w.TimeZone, "startDate": w.StartDate.String(), "endDate": nil, "weekdays": days,
		"startTime": w.StartTime.String(), "endTime": w.EndTime.String(), "everyWeeks": w.EveryWeeks,
	}
	if w.EndDate != nil {
		told["endDate"] = w.EndDate.String()
	}
	return told
}
