package booking

import (
	"fmt"
	"slices"
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

	Changes []Change
}

// Change is one field before and after; nil where there was, or is, nothing.
type Change struct {
	Field  string  `json:"field"`
	Before *string `json:"before"`
	After  *string `json:"after"`
}

// Changes collects what differs.
type Changes []Change

// Add notes a field, unless it is the same before and after. A nil pointer is
// nothing.
func (c Changes) Add(field string, before, after any) Changes {
	b, a := text(before), text(after)
	if (b == nil) == (a == nil) && (b == nil || *b == *a) {
		return c
	}
	return append(c, Change{Field: field, Before: b, After: a})
}

// Touched notes that a text of people's own words changed, and not the words.
func (c Changes) Touched(field string, before, after *string) Changes {
	if before == nil && after == nil || before != nil && after != nil && *before == *after {
		return c
	}
	hide := func(words *string) any {
		if words == nil {
			return nil
		}
		return fmt.Sprintf("%d characters", len([]rune(*words)))
	}
	return append(c, Change{Field: field, Before: text(hide(before)), After: text(hide(after))})
}

// text writes a value as people read it; nil for nothing.
func text(value any) *string {
	var s string
	switch v := value.(type) {
	case nil:
		return nil
	case *int:
		if v == nil {
			return nil
		}
		s = fmt.Sprint(*v)
	case *time.Time:
		if v == nil {
			return nil
		}
		s = v.UTC().Format(time.RFC3339Nano)
	case time.Time:
		if v.IsZero() {
			return nil
		}
		s = v.UTC().Format(time.RFC3339Nano)
	case []string:
		s = strings.Join(v, ", ")
	case []WaiverID:
		if len(v) == 0 {
			return nil
		}
		s = strings.Trim(strings.Join(strings.Fields(fmt.Sprint(v)), ", "), "[]")
	default:
		s = fmt.Sprint(v)
	}
	return &s
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
		changes = slices.Concat(Changes{}.Add("waiverId", "", w.ID), changes)
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
		Add("maxReschedules", before.MaxReschedules, p.MaxReschedules).
		Add("publishHorizonDays", before.PublishHorizonDays, p.PublishHorizonDays).
		Add("version", before.Version, p.Version)}
}

// Event tells what changed of a student.
func (s Student) Event(kind EventKind, before Student) Event {
	return Event{Kind: kind, StudentID: s.ID, Changes: personal(before.Name, s.Name, before.Email, s.Email).
		Add("timeZone", nonEmpty(before.TimeZone), nonEmpty(s.TimeZone)).
		Add("interviewLimit", before.LimitOverride, s.LimitOverride)}
}

// Event tells what changed of an interviewer.
func (i Interviewer) Event(kind EventKind, before Interviewer) Event {
	return Event{Kind: kind, InterviewerID: i.ID, Changes: personal(before.Name, i.Name, before.Email, i.Email).
		Add("timeZone", nonEmpty(before.TimeZone), nonEmpty(i.TimeZone)).
		Add("tags", before.Tags, i.Tags).
		Add("maxPerDay", before.MaxPerDay, i.MaxPerDay).
		Add("maxPerWeek", before.MaxPerWeek, i.MaxPerWeek).
		Touched("meetingUrl", before.MeetingURL, i.MeetingURL).
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
		Add("rule", before.Weekly.words(), a.Weekly.words()).
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

// words are the rule on one line; nil for none.
func (w *WeeklyRule) words() any {
	if w == nil {
		return nil
	}
	until := "on"
	if w.EndDate != nil {
		until = w.EndDate.String()
	}
	return fmt.Sprintf("%v %s-%s %s, every %d weeks, %s to %s",
		w.Weekdays, w.StartTime, w.EndTime, w.TimeZone, w.EveryWeeks, w.StartDate, until)
}
