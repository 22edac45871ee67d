package app

import (
	"context"
	"encoding/json"
	"fmt"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// View is the school's data as one caller may see it. Anything else does not exist for the
// caller: by id, in lists, in totals, and through edges, whose loaders read through the View
// (view_load.go).
type View struct {
	app *App
	may operation.Access
}

// View returns the caller's view.
func (a *App) View(ctx context.Context) View { return View{app: a, may: operation.AccessOf(ctx)} }

// scope returns what the caller sees of lists. Each list of the store takes it beside the
// client's filter.
func (v View) scope() store.Scope { return v.may.Scope(v.app.Now()) }

// Policy returns the policy. Anyone may read it.
func (v View) Policy(ctx context.Context) (booking.Policy, error) { return v.app.store.Policy(ctx) }

// Person is a booking.Student or a booking.Interviewer.
type Person any

// Viewer returns the caller, and the student or interviewer they are. Both pointers are nil
// for other callers. If the token names a person who does not exist, the error is NOT_FOUND.
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

// Student returns a student: the caller, or for an interviewer a student they have an
// interview with. It checks access before it reads, so that timing does not reveal whether a
// student exists.
func (v View) Student(ctx context.Context, id booking.StudentID) (booking.Student, error) {
	if err := v.may.Only(operation.Parties...); err != nil {
		return booking.Student{}, err
	}
	sees, err := v.may.IsStudent(id), error(nil)
	if v.may.Role == booking.RoleInterviewer {
		sees, err = v.meets(ctx, store.InterviewFilter{StudentID: &id})
	}
	if err != nil || !sees {
		return booking.Student{}, orMissing(err, "student", "studentId")
	}
	return v.app.store.Student(ctx, id)
}

// Interviewer returns an interviewer: the caller, or for a student one who is active or
// has an interview with them.
func (v View) Interviewer(ctx context.Context, id booking.InterviewerID) (booking.Interviewer, error) {
	if err := v.may.Only(operation.Parties...); err != nil {
		return booking.Interviewer{}, err
	}
	sees, err := v.may.IsInterviewer(id), error(nil)
	if v.may.Role == booking.RoleStudent {
		sees, err = v.meets(ctx, store.InterviewFilter{InterviewerID: &id})
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

// meets reports whether the caller is a party to an interview that matches the filter.
func (v View) meets(ctx context.Context, f store.InterviewFilter) (bool, error) {
	n, err := v.app.store.CountInterviews(ctx, v.scope(), f)
	return n > 0, err
}

func orMissing(err error, noun, field string) error {
	if err != nil {
		return err
	}
	return booking.Missing(noun, field)
}

// Interview returns an interview that the caller is a party to.
func (v View) Interview(ctx context.Context, id booking.InterviewID) (booking.Interview, error) {
	return operation.ReadOwned(ctx, operation.Parties, operation.InterviewAccess, v.app.store.Interview, id)
}

// Slot returns a slot: one of the caller's own, or for a student one that they may book or
// have an interview on.
func (v View) Slot(ctx context.Context, id booking.SlotID) (booking.SlotView, error) {
	sees := operation.SlotAccess
	if v.may.Role == booking.RoleStudent {
		record, err := v.app.store.Record(ctx, booking.StudentID(v.may.ID))
		if err != nil {
			return booking.SlotView{}, err
		}
		sees.Owns = func(_ operation.Access, slot booking.Slot) bool { return record.Sees(slot, v.app.Now()) }
	}
	slot, err := operation.ReadOwned(ctx, operation.Parties, sees, v.app.store.Slot, id)
	return slot.View(), err
}

// ExportStudent returns everything that is stored about a student as JSON: the database
// rows, by table.
func (v View) ExportStudent(ctx context.Context, id booking.StudentID) (json.RawMessage, error) {
	if err := v.may.Only(); err != nil {
		return nil, err
	}
	return v.app.store.ExportStudent(ctx, id)
}

// Students lists students. Only administrators may call it.
func (v View) Students(ctx context.Context, f store.StudentFilter, p store.Page) ([]booking.Student, bool, error) {
	if err := v.may.Only(); err != nil {
		return nil, false, err
	}
	return offloadPage(ctx, v, func(ctx context.Context, r *store.Reader) ([]booking.Student, bool, error) {
		return r.Students(ctx, v.scope(), f, p)
	})
}

// CountStudents counts the students that Students lists.
func (v View) CountStudents(ctx context.Context, f store.StudentFilter) (int, error) {
	if err := v.may.Only(); err != nil {
		return 0, err
	}
	return offload(ctx, v, func(ctx context.Context, r *store.Reader) (int, error) { return r.CountStudents(ctx, v.scope(), f) })
}

// Interviewers lists interviewers; students see only active ones.
func (v View) Interviewers(ctx context.Context, f store.InterviewerFilter, p store.Page) ([]booking.Interviewer, bool, error) {
	f, err := v.browsing(f, p.Order)
	if err != nil {
		return nil, false, err
	}
	return offloadPage(ctx, v, func(ctx context.Context, r *store.Reader) ([]booking.Interviewer, bool, error) {
		return r.Interviewers(ctx, v.scope(), f, p)
	})
}

// CountInterviewers counts the interviewers that Interviewers lists.
func (v View) CountInterviewers(ctx context.Context, f store.InterviewerFilter) (int, error) {
	f, err := v.browsing(f, store.Order{})
	if err != nil {
		return 0, err
	}
	return offload(ctx, v, func(ctx context.Context, r *store.Reader) (int, error) { return r.CountInterviewers(ctx, v.scope(), f) })
}

// browsing returns the filter in its normal form. A student may not order by e-mail: the
// order would reveal how e-mails begin, and its cursors contain them.
func (v View) browsing(f store.InterviewerFilter, order store.Order) (store.InterviewerFilter, error) {
	if err := v.may.Only(operation.Students...); err != nil {
		return f, err
	}
	if !v.may.Everything() && order.Field == store.ByEmail {
		return f, operation.ErrForbidden
	}
	var bad, refused booking.Refused
	f.Tags, bad = booking.NormaliseTags(f.Tags)
	f.Languages, refused = booking.NormaliseLanguages(f.Languages)
	return f, append(bad, refused...).Err()
}

const mostTags = 500

// TagsInUse lists the tags of active interviewers.
func (v View) TagsInUse(ctx context.Context, first int) ([]booking.TagCount, error) {
	if err := v.may.Only(operation.Parties...); err != nil {
		return nil, err
	}
	if first < 1 || first > mostTags {
		return nil, booking.Refuse(booking.InvalidInput, "first", fmt.Sprintf("first is %d; a whole number from 1 to %d is allowed.", first, mostTags))
	}
	return offload(ctx, v, func(ctx context.Context, r *store.Reader) ([]booking.TagCount, error) { return r.TagsInUse(ctx, first) })
}

// Interviews lists the caller's interviews, or all interviews for an administrator.
func (v View) Interviews(ctx context.Context, f store.InterviewFilter, p store.Page) ([]booking.Interview, bool, error) {
	if err := v.may.Only(operation.Parties...); err != nil {
		return nil, false, err
	}
	return offloadPage(ctx, v, func(ctx context.Context, r *store.Reader) ([]booking.Interview, bool, error) {
		return r.Interviews(ctx, v.scope(), f, p)
	})
}

// CountInterviews counts the interviews that Interviews lists.
func (v View) CountInterviews(ctx context.Context, f store.InterviewFilter) (int, error) {
	if err := v.may.Only(operation.Parties...); err != nil {
		return 0, err
	}
	return offload(ctx, v, func(ctx context.Context, r *store.Reader) (int, error) { return r.CountInterviews(ctx, v.scope(), f) })
}

// InterviewStatistics counts the interviews by month and interviewer. Only administrators may call
// it.
func (v View) InterviewStatistics(
	ctx context.Context, months booking.Months, statuses []booking.InterviewStatus,
) (booking.InterviewStatistics, error) {
	if err := v.may.Only(); err != nil {
		return booking.InterviewStatistics{}, err
	}
	counts, err := offload(ctx, v, func(ctx context.Context, r *store.Reader) ([]booking.InterviewCount, error) {
		return r.InterviewCounts(ctx, months.Bounds(), statuses)
	})
	return booking.NewInterviewStatistics(months, counts), err
}

// InterviewsOfStudents lists the students' interviews that the caller is a party to.
func (v View) InterviewsOfStudents(
	ctx context.Context, of []booking.StudentID, f store.InterviewFilter, p store.Page,
) (map[booking.StudentID]store.Part[booking.Interview], error) {
	if err := v.may.Only(operation.Parties...); err != nil {
		return nil, err
	}
	return offload(ctx, v, func(ctx context.Context, r *store.Reader) (map[booking.StudentID]store.Part[booking.Interview], error) {
		return r.InterviewsOfStudents(ctx, v.scope(), of, f, p)
	})
}

// CountInterviewsOfStudents counts the interviews that InterviewsOfStudents lists.
func (v View) CountInterviewsOfStudents(
	ctx context.Context, of []booking.StudentID, f store.InterviewFilter,
) (map[booking.StudentID]int, error) {
	if err := v.may.Only(operation.Parties...); err != nil {
		return nil, err
	}
	return offload(ctx, v, func(ctx context.Context, r *store.Reader) (map[booking.StudentID]int, error) {
		return r.CountInterviewsOfStudents(ctx, v.scope(), of, f)
	})
}

// InterviewsOfInterviewers lists the interviewers' interviews that the caller is a party to.
func (v View) InterviewsOfInterviewers(
	ctx context.Context, of []booking.InterviewerID, f store.InterviewFilter, p store.Page,
) (map[booking.InterviewerID]store.Part[booking.Interview], error) {
	if err := v.may.Only(operation.Parties...); err != nil {
		return nil, err
	}
	return offload(ctx, v, func(ctx context.Context, r *store.Reader) (map[booking.InterviewerID]store.Part[booking.Interview], error) {
		return r.InterviewsOfInterviewers(ctx, v.scope(), of, f, p)
	})
}

// CountInterviewsOfInterviewers counts the interviews that InterviewsOfInterviewers lists.
func (v View) CountInterviewsOfInterviewers(
	ctx context.Context, of []booking.InterviewerID, f store.InterviewFilter,
) (map[booking.InterviewerID]int, error) {
	if err := v.may.Only(operation.Parties...); err != nil {
		return nil, err
	}
	return offload(ctx, v, func(ctx context.Context, r *store.Reader) (map[booking.InterviewerID]int, error) {
		return r.CountInterviewsOfInterviewers(ctx, v.scope(), of, f)
	})
}

// Slots lists slots of any status: an interviewer's own, or all for an administrator.
// Students use AvailableSlots.
func (v View) Slots(ctx context.Context, f store.SlotFilter, p store.Page) ([]booking.SlotView, bool, error) {
	if err := v.may.Only(operation.Staff...); err != nil {
		return nil, false, err
	}
	slots, more, err := offloadPage(ctx, v, func(ctx context.Context, r *store.Reader) ([]booking.Slot, bool, error) {
		return r.Slots(ctx, v.scope(), f, p)
	})
	return booking.Views(slots), more, err
}

// CountSlots counts the slots that Slots lists.
func (v View) CountSlots(ctx context.Context, f store.SlotFilter) (int, error) {
	if err := v.may.Only(operation.Staff...); err != nil {
		return 0, err
	}
	return offload(ctx, v, func(ctx context.Context, r *store.Reader) (int, error) { return r.CountSlots(ctx, v.scope(), f) })
}

// SlotsOf lists the slots of interviewers. The caller must have passed KnowsInterviewers.
func (v View) SlotsOf(
	ctx context.Context, of []booking.InterviewerID, f store.SlotFilter, p store.Page,
) (map[booking.InterviewerID]store.Part[booking.SlotView], error) {
	if err := v.KnowsInterviewers(of); err != nil {
		return nil, err
	}
	found, err := offload(ctx, v, func(ctx context.Context, r *store.Reader) (map[booking.InterviewerID]store.Part[booking.Slot], error) {
		return r.SlotsOf(ctx, v.scope(), of, f, p)
	})
	parts := make(map[booking.InterviewerID]store.Part[booking.SlotView], len(found))
	for id, part := range found {
		parts[id] = store.Part[booking.SlotView]{Items: booking.Views(part.Items), More: part.More}
	}
	return parts, err
}

// CountSlotsOf counts the slots that SlotsOf lists.
func (v View) CountSlotsOf(ctx context.Context, of []booking.InterviewerID, f store.SlotFilter) (map[booking.InterviewerID]int, error) {
	if err := v.KnowsInterviewers(of); err != nil {
		return nil, err
	}
	return offload(ctx, v, func(ctx context.Context, r *store.Reader) (map[booking.InterviewerID]int, error) {
		return r.CountSlotsOf(ctx, v.scope(), of, f)
	})
}

// AvailabilityPages lists the availability of interviewers. The caller must have passed
// KnowsInterviewers.
func (v View) AvailabilityPages(
	ctx context.Context, of []booking.InterviewerID, f store.LiveAvailability, p store.Page,
) (map[booking.InterviewerID]store.Part[booking.Availability], error) {
	if err := v.KnowsInterviewers(of); err != nil {
		return nil, err
	}
	return offload(ctx, v, func(ctx context.Context, r *store.Reader) (map[booking.InterviewerID]store.Part[booking.Availability], error) {
		return r.AvailabilityPages(ctx, of, f, p)
	})
}

// CountAvailability counts the availability that AvailabilityPages lists.
func (v View) CountAvailability(
	ctx context.Context, of []booking.InterviewerID, f store.LiveAvailability,
) (map[booking.InterviewerID]int, error) {
	if err := v.KnowsInterviewers(of); err != nil {
		return nil, err
	}
	return offload(ctx, v, func(ctx context.Context, r *store.Reader) (map[booking.InterviewerID]int, error) {
		return r.CountAvailability(ctx, of, f)
	})
}

// BlockPages lists the blocked time of interviewers. The caller must have passed
// KnowsInterviewers.
func (v View) BlockPages(
	ctx context.Context, of []booking.InterviewerID, f store.AnyBlock, p store.Page,
) (map[booking.InterviewerID]store.Part[booking.Block], error) {
	if err := v.KnowsInterviewers(of); err != nil {
		return nil, err
	}
	return offload(ctx, v, func(ctx context.Context, r *store.Reader) (map[booking.InterviewerID]store.Part[booking.Block], error) {
		return r.BlockPages(ctx, of, f, p)
	})
}

// CountBlocks counts the blocks that BlockPages lists.
func (v View) CountBlocks(
	ctx context.Context, of []booking.InterviewerID, f store.AnyBlock,
) (map[booking.InterviewerID]int, error) {
	if err := v.KnowsInterviewers(of); err != nil {
		return nil, err
	}
	return offload(ctx, v, func(ctx context.Context, r *store.Reader) (map[booking.InterviewerID]int, error) {
		return r.CountBlocks(ctx, of, f)
	})
}

// SlotHistories returns the changes of slots. Only administrators may call it.
func (v View) SlotHistories(ctx context.Context, of []booking.SlotID) (map[booking.SlotID][]booking.SlotChange, error) {
	if err := v.may.Only(); err != nil {
		return nil, err
	}
	return offload(ctx, v, func(ctx context.Context, r *store.Reader) (map[booking.SlotID][]booking.SlotChange, error) {
		return r.SlotHistories(ctx, of)
	})
}
