package app

import (
	"context"
	"fmt"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// View is the school as one caller may see it. What he may not know of is not
// there: by its id, in a list, in a total, and through whatever leads to it. An
// edge from what a View has let through leads to what may be seen, unless a
// method here says otherwise.
type View struct {
	app *App
	may access
}

// View is what the caller may see.
func (a *App) View(ctx context.Context) View { return View{app: a, may: accessOf(ctx)} }

// Policy reads the policy, for anyone.
func (v View) Policy(ctx context.Context) (booking.Policy, error) { return v.app.store.Policy(ctx) }

// Person is a booking.Student or a booking.Interviewer.
type Person any

// Viewer returns the caller and the person they are: both pointers are nil for a
// caller who is no person of the school. A caller whose token names nobody is
// NOT_FOUND.
func (v View) Viewer(ctx context.Context) (booking.Actor, *booking.Student, *booking.Interviewer, error) {
	switch v.may.Role {
	case booking.RoleStudent:
		student, err := v.app.store.Student(ctx, booking.StudentID(v.may.ID))
		return v.may.Actor, &student, nil, err
	case booking.RoleInterviewer:
		interviewer, err := v.app.store.Interviewer(ctx, booking.InterviewerID(v.may.ID))
		return v.may.Actor, nil, &interviewer, err
	case booking.RoleAnonymous, booking.RoleAdmin, booking.RoleSystem:
	}
	return v.may.Actor, nil, nil, nil
}

// Student reads a student: the caller himself, or one of his interviews. Whether
// he sees him is found out first, so that who is not there takes as long.
func (v View) Student(ctx context.Context, id booking.StudentID) (booking.Student, error) {
	if err := v.may.only(parties...); err != nil {
		return booking.Student{}, err
	}
	sees, err := v.may.isStudent(id), error(nil)
	if v.may.Role == booking.RoleInterviewer {
		sees, err = v.meets(ctx, id, booking.InterviewerID(v.may.ID))
	}
	if err != nil || !sees {
		return booking.Student{}, orMissing(err, "student", "studentId")
	}
	return v.app.store.Student(ctx, id)
}

// Interviewer reads an interviewer: the caller himself, or for a student one who
// is active, or with whom he has an interview.
func (v View) Interviewer(ctx context.Context, id booking.InterviewerID) (booking.Interviewer, error) {
	if err := v.may.only(parties...); err != nil {
		return booking.Interviewer{}, err
	}
	sees, err := v.may.isInterviewer(id), error(nil)
	if v.may.Role == booking.RoleStudent {
		sees, err = v.meets(ctx, booking.StudentID(v.may.ID), id)
	} else if !sees {
		return booking.Interviewer{}, booking.Missing("interviewer", "interviewerId")
	}
	if err != nil {
		return booking.Interviewer{}, err
	}
	interviewer, err := v.app.store.Interviewer(ctx, id)
	if err == nil && !sees && !interviewer.Active {
		return booking.Interviewer{}, booking.Missing("interviewer", "interviewerId")
	}
	return interviewer, err
}

func (v View) meets(ctx context.Context, s booking.StudentID, i booking.InterviewerID) (bool, error) {
	n, err := v.app.store.CountInterviews(ctx, store.InterviewFilter{StudentID: &s, InterviewerID: &i})
	return n > 0, err
}

func orMissing(err error, noun, field string) error {
	if err != nil {
		return err
	}
	return booking.Missing(noun, field)
}

// Interview reads an interview of the caller.
func (v View) Interview(ctx context.Context, id booking.InterviewID) (booking.Interview, error) {
	return mine(ctx, &v.app.store.Reader, id, parties)
}

// Slot reads a slot: of the caller, or for a student one that he can book, or
// that he has an interview on.
func (v View) Slot(ctx context.Context, id booking.SlotID) (booking.Slot, error) {
	sees := access.gives
	if v.may.Role == booking.RoleStudent {
		record, err := v.app.store.Record(ctx, booking.StudentID(v.may.ID))
		if err != nil {
			return booking.Slot{}, err
		}
		sees = func(_ access, slot booking.Slot) bool { return record.Sees(slot, v.app.Now()) }
	}
	return owned(ctx, parties, v.app.store.Slot, id, sees, "slot", "slotId")
}

// Students lists students, for administrators.
func (v View) Students(ctx context.Context, f store.PeopleFilter, p store.Page) ([]booking.Student, bool, error) {
	if err := v.may.only(); err != nil {
		return nil, false, err
	}
	f.Now = v.app.Now()
	return v.app.store.Students(ctx, f, p)
}

// CountStudents counts what Students lists.
func (v View) CountStudents(ctx context.Context, f store.PeopleFilter) (int, error) {
	if err := v.may.only(); err != nil {
		return 0, err
	}
	f.Now = v.app.Now()
	return v.app.store.CountStudents(ctx, f)
}

// Interviewers lists interviewers; for a student, those who are active.
func (v View) Interviewers(ctx context.Context, f store.PeopleFilter, p store.Page) ([]booking.Interviewer, bool, error) {
	f, err := v.browsing(f, p.Order)
	if err != nil {
		return nil, false, err
	}
	return v.app.store.Interviewers(ctx, f, p)
}

// CountInterviewers counts what Interviewers lists.
func (v View) CountInterviewers(ctx context.Context, f store.PeopleFilter) (int, error) {
	f, err := v.browsing(f, store.Order{})
	if err != nil {
		return 0, err
	}
	return v.app.store.CountInterviewers(ctx, f)
}

// browsing narrows a filter to what the caller may look for, and by. An order by
// e-mail would tell a student how e-mails begin, and its cursors all of them.
func (v View) browsing(f store.PeopleFilter, order store.Order) (store.PeopleFilter, error) {
	if err := v.may.only(students...); err != nil {
		return f, err
	}
	if f.Public = !v.may.everything(); f.Public && order.Field == store.ByEmail {
		return f, ErrForbidden
	}
	var bad, refused booking.Refused
	f.Tags, bad = booking.NormaliseTags(f.Tags)
	f.Languages, refused = booking.NormaliseLanguages(f.Languages)
	return f, append(bad, refused...).Err()
}

const mostTags = 500

// TagsInUse lists the tags of active interviewers.
func (v View) TagsInUse(ctx context.Context, first int) ([]booking.TagCount, error) {
	if err := v.may.only(parties...); err != nil {
		return nil, err
	}
	if first < 1 || first > mostTags {
		return nil, booking.Refuse(booking.InvalidInput, "first", fmt.Sprintf("first is %d; a whole number from 1 to %d is allowed.", first, mostTags))
	}
	return v.app.store.TagsInUse(ctx, first)
}

// Events lists what happened, for administrators.
func (v View) Events(ctx context.Context, f store.EventFilter, p store.Page) ([]booking.Event, bool, error) {
	if err := v.may.only(); err != nil {
		return nil, false, err
	}
	return v.app.store.Events(ctx, f, p)
}

// CountEvents counts what Events lists.
func (v View) CountEvents(ctx context.Context, f store.EventFilter) (int, error) {
	if err := v.may.only(); err != nil {
		return 0, err
	}
	return v.app.store.CountEvents(ctx, f)
}

// BookingRefusals lists refused bookings, for administrators.
func (v View) BookingRefusals(
	ctx context.Context, f store.BookingRefusalFilter, p store.Page,
) ([]booking.BookingRefusal, bool, error) {
	if err := v.may.only(); err != nil {
		return nil, false, err
	}
	return v.app.store.BookingRefusals(ctx, f, p)
}

// CountBookingRefusals counts what BookingRefusals lists.
func (v View) CountBookingRefusals(ctx context.Context, f store.BookingRefusalFilter) (int, error) {
	if err := v.may.only(); err != nil {
		return 0, err
	}
	return v.app.store.CountBookingRefusals(ctx, f)
}

// EventsOf lists what happened to interviews of the caller.
func (v View) EventsOf(
	ctx context.Context, of []booking.InterviewID, p store.Page,
) (map[booking.InterviewID]store.Part[booking.Event], error) {
	if err := v.may.only(parties...); err != nil {
		return nil, err
	}
	found, err := v.app.store.EventsOf(ctx, of, p)
	for _, part := range found {
		for i, event := range part.Items {
			part.Items[i].Changes = v.changes(event)
		}
	}
	return found, err
}

// CountEventsOf counts what EventsOf lists.
func (v View) CountEventsOf(ctx context.Context, of []booking.InterviewID) (map[booking.InterviewID]int, error) {
	if err := v.may.only(parties...); err != nil {
		return nil, err
	}
	return v.app.store.CountEventsOf(ctx, of)
}

// own narrows a filter to the caller's interviews.
func (v View) own(f store.InterviewFilter) store.InterviewFilter {
	switch v.may.Role {
	case booking.RoleStudent:
		f.Party.StudentID = booking.StudentID(v.may.ID)
	case booking.RoleInterviewer:
		f.Party.InterviewerID = booking.InterviewerID(v.may.ID)
	case booking.RoleAnonymous, booking.RoleAdmin, booking.RoleSystem:
	}
	return f
}

// Interviews lists the caller's interviews; an administrator's are all.
func (v View) Interviews(ctx context.Context, f store.InterviewFilter, p store.Page) ([]booking.Interview, bool, error) {
	if err := v.may.only(parties...); err != nil {
		return nil, false, err
	}
	return v.app.store.Interviews(ctx, v.own(f), p)
}

// CountInterviews counts what Interviews lists.
func (v View) CountInterviews(ctx context.Context, f store.InterviewFilter) (int, error) {
	if err := v.may.only(parties...); err != nil {
		return 0, err
	}
	return v.app.store.CountInterviews(ctx, v.own(f))
}

// InterviewsOfStudents lists those of the students' interviews that are the
// caller's, too.
func (v View) InterviewsOfStudents(
	ctx context.Context, of []booking.StudentID, f store.InterviewFilter, p store.Page,
) (map[booking.StudentID]store.Part[booking.Interview], error) {
	if err := v.may.only(parties...); err != nil {
		return nil, err
	}
	return v.app.store.InterviewsOfStudents(ctx, of, v.own(f), p)
}

// CountInterviewsOfStudents counts what InterviewsOfStudents lists.
func (v View) CountInterviewsOfStudents(
	ctx context.Context, of []booking.StudentID, f store.InterviewFilter,
) (map[booking.StudentID]int, error) {
	if err := v.may.only(parties...); err != nil {
		return nil, err
	}
	return v.app.store.CountInterviewsOfStudents(ctx, of, v.own(f))
}

// InterviewsOfInterviewers lists those of the interviewers' interviews that are
// the caller's, too.
func (v View) InterviewsOfInterviewers(
	ctx context.Context, of []booking.InterviewerID, f store.InterviewFilter, p store.Page,
) (map[booking.InterviewerID]store.Part[booking.Interview], error) {
	if err := v.may.only(parties...); err != nil {
		return nil, err
	}
	return v.app.store.InterviewsOfInterviewers(ctx, of, v.own(f), p)
}

// CountInterviewsOfInterviewers counts what InterviewsOfInterviewers lists.
func (v View) CountInterviewsOfInterviewers(
	ctx context.Context, of []booking.InterviewerID, f store.InterviewFilter,
) (map[booking.InterviewerID]int, error) {
	if err := v.may.only(parties...); err != nil {
		return nil, err
	}
	return v.app.store.CountInterviewsOfInterviewers(ctx, of, v.own(f))
}

// Slots lists slots in every state: an interviewer's own, an administrator's
// are all. Students ask for what they may book.
func (v View) Slots(ctx context.Context, f store.SlotFilter, p store.Page) ([]booking.Slot, bool, error) {
	if err := v.may.only(staff...); err != nil {
		return nil, false, err
	}
	return v.app.store.Slots(ctx, v.ownSlots(f), p)
}

// CountSlots counts what Slots lists.
func (v View) CountSlots(ctx context.Context, f store.SlotFilter) (int, error) {
	if err := v.may.only(staff...); err != nil {
		return 0, err
	}
	return v.app.store.CountSlots(ctx, v.ownSlots(f))
}

func (v View) ownSlots(f store.SlotFilter) store.SlotFilter {
	if v.may.Role == booking.RoleInterviewer {
		f.Of = booking.InterviewerID(v.may.ID)
	}
	return f
}

// SlotsOf lists the slots of interviewers that KnowsInterviewers lets through.
func (v View) SlotsOf(
	ctx context.Context, of []booking.InterviewerID, f store.SlotFilter, p store.Page,
) (map[booking.InterviewerID]store.Part[booking.Slot], error) {
	if err := v.KnowsInterviewers(of); err != nil {
		return nil, err
	}
	return v.app.store.SlotsOf(ctx, of, f, p)
}

// CountSlotsOf counts what SlotsOf lists.
func (v View) CountSlotsOf(ctx context.Context, of []booking.InterviewerID, f store.SlotFilter) (map[booking.InterviewerID]int, error) {
	if err := v.KnowsInterviewers(of); err != nil {
		return nil, err
	}
	return v.app.store.CountSlotsOf(ctx, of, f)
}

// AvailabilityPages lists the availability of interviewers that KnowsInterviewers lets through.
func (v View) AvailabilityPages(
	ctx context.Context, of []booking.InterviewerID, f store.LiveAvailability, p store.Page,
) (map[booking.InterviewerID]store.Part[booking.Availability], error) {
	if err := v.KnowsInterviewers(of); err != nil {
		return nil, err
	}
	return v.app.store.AvailabilityPages(ctx, of, f, p)
}

// CountAvailability counts what AvailabilityPages lists.
func (v View) CountAvailability(
	ctx context.Context, of []booking.InterviewerID, f store.LiveAvailability,
) (map[booking.InterviewerID]int, error) {
	if err := v.KnowsInterviewers(of); err != nil {
		return nil, err
	}
	return v.app.store.CountAvailability(ctx, of, f)
}

// BlockPages lists the blocked time of interviewers that KnowsInterviewers lets through.
func (v View) BlockPages(
	ctx context.Context, of []booking.InterviewerID, f store.AnyBlock, p store.Page,
) (map[booking.InterviewerID]store.Part[booking.Block], error) {
	if err := v.KnowsInterviewers(of); err != nil {
		return nil, err
	}
	return v.app.store.BlockPages(ctx, of, f, p)
}

// CountBlocks counts what BlockPages lists.
func (v View) CountBlocks(
	ctx context.Context, of []booking.InterviewerID, f store.AnyBlock,
) (map[booking.InterviewerID]int, error) {
	if err := v.KnowsInterviewers(of); err != nil {
		return nil, err
	}
	return v.app.store.CountBlocks(ctx, of, f)
}

// SlotHistories reads what became of slots, for administrators.
func (v View) SlotHistories(ctx context.Context, of []booking.SlotID) (map[booking.SlotID][]booking.SlotChange, error) {
	if err := v.may.only(); err != nil {
		return nil, err
	}
	return v.app.store.SlotHistories(ctx, of)
}
