package transfer

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/interchange"
	"rehearse/internal/store"
)

type interviewRow = incoming[interchange.Interview]

// ImportInterviews imports interviews that were booked elsewhere. It judges them in order of
// start, against the student's other interviews, including those of the same file.
func (t *Transfers) ImportInterviews(ctx context.Context, csv io.Reader, o ImportOptions) (*Imported, error) {
	if err := operation.AccessOf(ctx).Only(); err != nil {
		return nil, err
	}
	rows, bad, err := read(csv, interchange.Interviews(o.Zone), o)
	if err != nil || bad != nil {
		return bad, err
	}
	now := t.now()
	return runImport(ctx, t, rows, o, importer[interchange.Interview]{
		data: "interviews", now: now,
		judge: func(ctx context.Context, tx *store.Tx, rows []*interviewRow) (writer[interchange.Interview], error) {
			h, err := newInterviewImport(ctx, tx, rows, now, o.Exempt)
			if err != nil {
				return nil, err
			}
			for _, row := range byStart(rows) {
				if err := h.judge(row); err != nil {
					return nil, err
				}
			}
			return h.write, nil
		},
	})
}

func byStart(rows []*interviewRow) []*interviewRow {
	sorted := slices.Clone(rows)
	slices.SortStableFunc(sorted, func(a, b *interviewRow) int { return a.Value.Start.Compare(b.Value.Start) })
	return sorted
}

// interviewImport is the state of one interview import.
type interviewImport struct {
	now      time.Time
	exempt   bool
	students map[string]*booking.Record
	by       map[string]booking.Interviewer
	agendas  map[booking.InterviewerID]booking.Agenda
	given    map[week][]booking.Claim // of capped interviewers
	there    map[pairing][]standing
	called   map[pairing]bool // the file has a CANCELLED row for the pairing
}

// week identifies a week of one interviewer.
type week struct {
	of    booking.InterviewerID
	start time.Time
}

// pairing identifies an interview by its student, interviewer and time.
type pairing struct {
	student     booking.StudentID
	interviewer booking.InterviewerID
	calendar.Span
}

// standing is an interview that already exists, in the database or on an earlier line.
type standing struct {
	booking.Interview
	line int // 0 if no line has matched it
}

// newInterviewImport locks the students, the interviewers and the slots to book, in this order, and
// reads what the rules need.
func newInterviewImport(ctx context.Context, tx *store.Tx, rows []*interviewRow, now time.Time, exempt bool) (*interviewImport, error) {
	h := &interviewImport{now: now, exempt: exempt, there: map[pairing][]standing{}, called: map[pairing]bool{}, given: map[week][]booking.Claim{}}
	var students, interviewers []string
	for _, row := range rows {
		students = append(students, row.Value.Student)
		interviewers = append(interviewers, row.Value.Interviewer)
	}
	var err error
	if h.students, err = lockRecords(ctx, tx, students); err != nil {
		return nil, err
	}
	if h.by, err = lockInterviewers(ctx, tx, interviewers); err != nil {
		return nil, err
	}
	if err := h.countGiven(ctx, tx); err != nil {
		return nil, err
	}
	known := filter(rows, h.find)
	if err := h.lockSlots(ctx, tx, known); err != nil {
		return nil, err
	}
	wanted := make([]booking.Interview, len(known))
	for i, row := range known {
		wanted[i] = row.Value.Interview
		if row.Value.Status == booking.Cancelled {
			h.called[pairing{row.Value.StudentID, row.Value.InterviewerID, row.Value.Span()}] = true
		}
	}
	found, err := tx.InterviewsAt(ctx, wanted)
	for _, i := range found {
		key := pairing{i.StudentID, i.InterviewerID, i.Span()}
		h.there[key] = append(h.there[key], standing{Interview: i})
	}
	return h, err
}

// find sets the ids of the student and the interviewer and reports whether both exist.
func (h *interviewImport) find(row *interviewRow) bool {
	student, interviewer := h.students[row.Value.Student], h.by[row.Value.Interviewer]
	if student != nil {
		row.Value.StudentID = student.Student.ID
	} else {
		row.fail(noSuchPerson("student", "studentEmail", row.Value.Student))
	}
	if row.Value.InterviewerID = interviewer.ID; interviewer.ID == 0 {
		row.fail(noSuchPerson("interviewer", "interviewerEmail", row.Value.Interviewer))
	}
	return row.status != RowFailed
}

// countGiven reads the claims that count towards caps, for weeks that are not over. Such a
// week began at most a week ago, plus an hour when clocks change; eight days cover both.
func (h *interviewImport) countGiven(ctx context.Context, tx *store.Tx) error {
	capped := cappedOf(h.by)
	since := calendar.Span{Start: h.now.AddDate(0, 0, -8), End: operation.Always.End}
	given, err := tx.Claims(ctx, slices.Collect(maps.Keys(capped)), since, 0)
	if err != nil {
		return err
	}
	for id, claims := range given {
		for _, claim := range claims {
			if err := h.give(capped[id], claim); err != nil {
				return err
			}
		}
	}
	return nil
}

// give counts an interview or a hold towards its interviewer's caps. An interviewer has at
// most one claim at a time, so an interview replaces the hold it came from.
func (h *interviewImport) give(by booking.Interviewer, claim booking.Claim) error {
	of, err := by.Week(claim.Start)
	key := week{by.ID, of.Start}
	others := slices.DeleteFunc(h.given[key], func(c booking.Claim) bool { return c.Start.Equal(claim.Start) })
	h.given[key] = append(others, claim)
	return err
}

// lockSlots locks the slots of the rows and reads all slots that overlap them. The
// interviewers are locked, so no slot can be added or removed.
func (h *interviewImport) lockSlots(ctx context.Context, tx *store.Tx, rows []*interviewRow) error {
	type place struct {
		by booking.InterviewerID
		calendar.Span
	}
	places := map[place]bool{}
	windows := make([]store.InterviewerWindow, len(rows))
	for i, row := range rows {
		span := row.Value.Span()
		windows[i] = store.InterviewerWindow{InterviewerID: row.Value.InterviewerID, Span: span}
		places[place{row.Value.InterviewerID, span}] = true
	}
	slots, err := tx.SlotsIn(ctx, windows)
	if err != nil {
		return err
	}
	var ids []booking.SlotID
	at := map[booking.SlotID]int{}
	for i, slot := range slots {
		if places[place{slot.InterviewerID, slot.Span()}] {
			ids = append(ids, slot.ID)
			at[slot.ID] = i
		}
	}
	locked, err := tx.LockSlots(ctx, ids)
	if err != nil {
		return err
	}
	for _, slot := range locked {
		slots[at[slot.ID]].Slot = slot
	}
	h.agendas = agendas(slots)
	return nil
}

// judge decides about one row and records the result for the rows after it.
func (h *interviewImport) judge(row *interviewRow) error {
	if row.status == RowFailed {
		return nil
	}
	i, refused := row.Value.CompleteImported(row.Value.BookedAt, h.now)
	if len(refused) > 0 {
		row.fail(refused)
		return nil
	}
	key := pairing{i.StudentID, i.InterviewerID, i.Span()}
	if h.meets(row, i, key) {
		return nil
	}
	record, by := h.students[row.Value.Student], h.by[row.Value.Interviewer]
	if refused := record.Student.CheckNotAnonymised("studentEmail"); len(refused) > 0 {
		row.fail(refused)
		return nil
	}
	slot, refused := h.agendas[i.InterviewerID].SlotFor(i, h.now)
	without, own := *record, slot != nil && i.Status != booking.Cancelled && slot.HeldAt(h.now)
	if own {
		without.Hold = nil // the hold becomes this interview
	}
	refused = append(refused, without.JudgeImported(i, h.now)...)
	full, err := h.full(by, i, own)
	if err != nil {
		return err
	}
	if refused = append(refused, full...); len(refused) > 0 {
		if !h.exempt || !refused.CanBeExempt() {
			row.fail(refused)
			return nil
		}
		i.Exempt, row.status = true, RowExempted
	}
	if slot != nil {
		i.SlotID = slot.ID
	}
	h.occupy(i, slot)
	*record = without
	if i.Status != booking.Cancelled {
		record.History = append(record.History, i.Commitment())
	}
	h.there[key] = append(h.there[key], standing{i, row.Line})
	row.Value.Interview = i
	if by.Capped() && i.Status.TookOrTakesPlace() {
		return h.give(by, booking.Claim{Start: i.Start, Until: booking.Forever})
	}
	return nil
}

func (h *interviewImport) full(by booking.Interviewer, i booking.Interview, own bool) (booking.Refused, error) {
	if !by.Capped() {
		return nil, nil
	}
	of, err := by.Week(i.Start)
	if err != nil {
		return nil, err
	}
	return by.JudgeImported(i, h.given[week{by.ID, of.Start}], own, h.now)
}

// meets handles a row whose interview already exists and reports whether it does.
func (h *interviewImport) meets(row *interviewRow, i booking.Interview, key pairing) bool {
	same := func(other standing) bool {
		if (i.Status == booking.Cancelled) != (other.Status == booking.Cancelled) {
			return false
		}
		return i.Status != booking.Cancelled || row.Value.BookedAt == nil || other.BookedAt.Equal(i.BookedAt)
	}
	at := slices.IndexFunc(h.there[key], same)
	if at < 0 {
		at = slices.IndexFunc(h.there[key], func(other standing) bool { return h.calledOff(row, key, other) })
	}
	if at < 0 {
		return false
	}
	found := &h.there[key][at]
	if found.line != 0 {
		row.fail(booking.Refuse(booking.InvalidInput, "start", fmt.Sprintf(
			"The interview is also on line %d; each interview is allowed once in a file.", found.line)))
		return true
	}
	found.line = row.Line
	if refused := i.DiffersFrom(found.Interview); len(refused) > 0 {
		row.fail(refused)
		return true
	}
	row.unchanged(int64(found.ID))
	return true
}

// calledOff reports whether the row's interview was cancelled after the file was written.
// Importing the file again must not book it again.
func (h *interviewImport) calledOff(row *interviewRow, key pairing, there standing) bool {
	if row.Value.Status == booking.Cancelled || there.Status != booking.Cancelled || there.line != 0 {
		return false
	}
	if row.Value.BookedAt == nil {
		return !h.called[key]
	}
	return there.BookedAt.Equal(*row.Value.BookedAt)
}

// occupy records the interview's slot in its interviewer's agenda.
func (h *interviewImport) occupy(i booking.Interview, slot *booking.Slot) {
	status := booking.SlotStatusFor(i, slot)
	agenda := h.agendas[i.InterviewerID]
	switch {
	case status == booking.SlotWithdrawn:
	case slot == nil:
		h.agendas[i.InterviewerID] = agenda.With(booking.Slot{
			InterviewerID: i.InterviewerID, Start: i.Start, End: i.End, Status: status,
		})
	default:
		agenda.During(i.Span())[0].Status = status
	}
}

// write publishes the missing slots and writes the interviews.
func (h *interviewImport) write(ctx context.Context, tx *store.Tx, rows []*interviewRow) error {
	rows = byStart(rows)
	if err := h.publish(ctx, tx, rows); err != nil {
		return err
	}
	interviews, err := numbered(ctx, tx, store.InterviewsTable, rows, func(i *interchange.Interview, id int64) {
		i.ID = booking.InterviewID(id)
		i.Interview = i.WithMeetingURL(booking.Interview{}, h.students[i.Student].Policy, operation.RandomText)
	})
	if err != nil {
		return err
	}
	plain := make([]booking.Interview, len(interviews))
	for i, interview := range interviews {
		plain[i] = interview.Interview
	}
	if err := tx.LoadInterviews(ctx, plain); err != nil {
		return err
	}
	events := make([]booking.Event, len(plain))
	for i, interview := range plain {
		events[i] = interview.Event(booking.InterviewImported, booking.Interview{})
	}
	if err := operation.AppendEvents(ctx, tx, h.now, events...); err != nil {
		return err
	}
	return recountAll(ctx, tx, h.by)
}

func (h *interviewImport) publish(ctx context.Context, tx *store.Tx, rows []*interviewRow) error {
	var windows []booking.Availability
	var without []*interviewRow
	var booked []booking.SlotID
	for _, row := range rows {
		i := row.Value.Interview
		switch {
		case i.SlotID != 0 && i.Status != booking.Cancelled:
			booked = append(booked, i.SlotID)
		case i.SlotID == 0:
			without = append(without, row)
			windows = append(windows, i.Window())
		}
	}
	if err := tx.BookSlots(ctx, booked, h.now); err != nil {
		return err
	}
	availabilities, err := tx.EnsureAvailabilities(ctx, windows)
	if err != nil {
		return err
	}
	slots := make([]store.LoadedSlot, len(without))
	for n, row := range without {
		i := row.Value.Interview
		slots[n] = store.LoadedSlot{AvailabilityID: availabilities[n], Slot: booking.Slot{
			InterviewerID: i.InterviewerID, Start: i.Start, End: i.End, Status: booking.SlotStatusFor(i, nil),
		}}
	}
	if err := createSlots(ctx, tx, slots); err != nil {
		return err
	}
	for n, row := range without {
		row.Value.SlotID = slots[n].ID
	}
	return nil
}

// lockRecords locks the students with the e-mails and returns their records by e-mail.
func lockRecords(ctx context.Context, tx *store.Tx, emails []string) (map[string]*booking.Record, error) {
	found, err := tx.StudentsByEmail(ctx, keys(emails, func(email string) string { return email }))
	if err != nil {
		return nil, err
	}
	ids := make([]booking.StudentID, len(found))
	for i, student := range found {
		ids[i] = student.ID
	}
	slices.SortFunc(ids, cmp.Compare)
	if err := tx.LockStudents(ctx, ids); err != nil {
		return nil, err
	}
	records, err := tx.Records(ctx, ids)
	if err != nil {
		return nil, err
	}
	by := make(map[string]*booking.Record, len(records))
	for _, record := range records {
		by[record.Student.Email] = &record
	}
	return by, nil
}
