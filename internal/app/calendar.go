package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"rehearse/internal/app/calendarfeed"
	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/interchange"
	"rehearse/internal/store"
)

// MaxCalendarEvents is the maximum number of past interviews, of other interviews and of open
// slots in a calendar feed, each.
const MaxCalendarEvents = 1000

// CalendarFile is an iCalendar file.
type CalendarFile struct {
	Text string
	booking.CalendarContent
}

// CalendarFile returns the calendar of the feed with the secret, as its owner may see it. It
// returns NOT_FOUND, after the same work, for every secret that no feed has.
func (a *App) CalendarFile(ctx context.Context, secret string) (CalendarFile, error) {
	feed, err := a.store.CalendarFeedBySecret(ctx, calendarfeed.HashOf(secret))
	if err != nil {
		return CalendarFile{}, err
	}
	ctx = operation.WithCaller(ctx, operation.Caller{Actor: feed.Owner()})
	text, err := a.View(ctx).calendarText(ctx, feed)
	if err != nil {
		return CalendarFile{}, err
	}
	feed, err = a.NoteFeedRead(ctx, feed, sha256.Sum256([]byte(text)))
	return CalendarFile{text, feed.Content}, err
}

// calendarText returns the calendar of the feed. The view must be that of its owner.
func (v View) calendarText(ctx context.Context, feed booking.CalendarFeed) (string, error) {
	now := v.app.Now()
	interviews, err := v.calendarInterviews(ctx, now)
	if err != nil {
		return "", err
	}
	events, err := v.calendarEvents(ctx, interviews)
	if err != nil {
		return "", err
	}
	if feed.InterviewerID == 0 {
		return interchange.WriteCalendar("Mock interviews", events), nil
	}
	open, err := v.openSlots(ctx, feed.InterviewerID, now)
	return interchange.WriteCalendar("Mock interviews and open slots", append(events, open...)), err
}

// calendarInterviews returns the caller's interviews that a feed contains at now, by start.
func (v View) calendarInterviews(ctx context.Context, now time.Time) ([]booking.Interview, error) {
	from, until := now.Add(-booking.CalendarPast), now.Add(booking.CalendarAhead)
	cancelled := now.Add(-booking.CalendarCancelled)
	past, _, err := v.Interviews(ctx, store.InterviewFilter{Start: &from, End: &now, CancelledAfter: &cancelled}, store.Page{First: MaxCalendarEvents, FromEnd: true})
	if err != nil {
		return nil, err
	}
	next, _, err := v.Interviews(ctx, store.InterviewFilter{EndAfter: &now, End: &until, CancelledAfter: &cancelled}, store.Page{First: MaxCalendarEvents})
	return append(past, next...), err
}

// openSlots returns the interviewer's open slots after now, by start. A slot that a student
// holds is one of them, because a hold is short.
func (v View) openSlots(ctx context.Context, id booking.InterviewerID, now time.Time) ([]booking.CalendarEvent, error) {
	interviewer, err := v.Interviewer(ctx, id)
	if err != nil {
		return nil, err
	}
	school, err := v.app.school(ctx)
	if err != nil {
		return nil, err
	}
	until := now.Add(booking.CalendarAhead)
	slots, _, err := v.Slots(ctx, store.SlotFilter{
		Start: &now, End: &until, Status: []booking.SlotStatus{booking.SlotOpen, booking.SlotIsHeld},
	}, store.Page{First: MaxCalendarEvents})
	events := make([]booking.CalendarEvent, len(slots))
	for n, slot := range slots {
		events[n] = slot.CalendarEvent(school, interviewer)
	}
	return events, err
}

// CalendarFiles returns an iCalendar file for each of the interviews, which the caller must be
// a party to.
func (v View) CalendarFiles(ctx context.Context, interviews []booking.Interview) (map[booking.InterviewID]string, error) {
	events, err := v.calendarEvents(ctx, interviews)
	if err != nil {
		return nil, err
	}
	files := make(map[booking.InterviewID]string, len(events))
	for n, event := range events {
		files[interviews[n].ID] = interchange.WriteEvent(event)
	}
	return files, nil
}

// calendarEvents returns the interviews as the caller's calendar shows them.
func (v View) calendarEvents(ctx context.Context, interviews []booking.Interview) ([]booking.CalendarEvent, error) {
	school, err := v.app.school(ctx)
	if err != nil {
		return nil, err
	}
	var studentIDs []booking.StudentID
	var interviewerIDs []booking.InterviewerID
	for _, i := range interviews {
		studentIDs, interviewerIDs = append(studentIDs, i.StudentID), append(interviewerIDs, i.InterviewerID)
	}
	students, err := v.StudentsByID(ctx, distinct(studentIDs))
	if err != nil {
		return nil, err
	}
	interviewers, err := v.InterviewersByID(ctx, distinct(interviewerIDs))
	if err != nil {
		return nil, err
	}
	ofStudent := byID(students, func(s booking.Student) booking.StudentID { return s.ID })
	ofInterviewer := byID(interviewers, func(i booking.Interviewer) booking.InterviewerID { return i.ID })
	policy, err := v.Policy(ctx)
	if err != nil {
		return nil, err
	}
	now := v.app.Now()
	events := make([]booking.CalendarEvent, len(interviews))
	for n, i := range interviews {
		by := ofInterviewer[i.InterviewerID]
		events[n] = i.CalendarEvent(school, v.may.Actor, ofStudent[i.StudentID], by)
		events[n].Location = v.MeetingURL(i, by.MeetingURL, policy, now)
	}
	return events, nil
}

// distinct returns the ids without repetitions, in ascending order.
func distinct[ID ~int64](ids []ID) []ID {
	slices.Sort(ids)
	return slices.Compact(ids)
}

// byID returns the objects by their id.
func byID[ID ~int64, T any](objects []T, id func(T) ID) map[ID]T {
	found := make(map[ID]T, len(objects))
	for _, object := range objects {
		found[id(object)] = object
	}
	return found
}

// school returns the id of the school, which is read once.
func (a *App) school(ctx context.Context) (string, error) {
	if known := a.schoolID.Load(); known != nil {
		return *known, nil
	}
	id, err := a.store.SchoolID(ctx)
	if err == nil && id == "" {
		err = errors.New("the school has no id")
	}
	if err == nil {
		a.schoolID.Store(&id)
	}
	return id, err
}

// CalendarFeedsOfStudents lists the calendar feeds of students. The caller must have passed
// KnowsStudents.
func (v View) CalendarFeedsOfStudents(
	ctx context.Context, of []booking.StudentID,
) (map[booking.StudentID][]booking.CalendarFeed, error) {
	if err := v.KnowsStudents(of); err != nil {
		return nil, err
	}
	return v.app.store.CalendarFeedsOfStudents(ctx, of)
}

// CalendarFeedsOfInterviewers lists the calendar feeds of interviewers. The caller must have
// passed KnowsInterviewers.
func (v View) CalendarFeedsOfInterviewers(
	ctx context.Context, of []booking.InterviewerID,
) (map[booking.InterviewerID][]booking.CalendarFeed, error) {
	if err := v.KnowsInterviewers(of); err != nil {
		return nil, err
	}
	return v.app.store.CalendarFeedsOfInterviewers(ctx, of)
}
