package operation

import (
	"context"
	"errors"
	"slices"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

var (
	// ErrUnauthenticated reports that the operation requires a token.
	ErrUnauthenticated = errors.New("the operation requires a token")
	// ErrForbidden reports that no caller with this role may run the operation.
	ErrForbidden = errors.New("your role does not have access")
)

// The roles that may use their own data. Administrators may use everyone's.
var (
	Students = []booking.Role{booking.RoleStudent}
	Staff    = []booking.Role{booking.RoleInterviewer}
	Parties  = []booking.Role{booking.RoleStudent, booking.RoleInterviewer}
)

// Access holds the permissions of a caller; all authorization checks are here.
// Administrators and the program itself may do everything. Other callers are limited
// to the operations of their role and to their own data. Another person's data is
// reported as not found.
type Access struct{ booking.Actor }

// AccessOf returns the permissions of the caller in ctx.
func AccessOf(ctx context.Context) Access { return Access{CallerOf(ctx).Actor} }

// Everything reports whether the caller may do everything.
func (a Access) Everything() bool { return a.Role == booking.RoleAdmin || a.Role == booking.RoleSystem }

// Scope returns what the caller sees of lists at now.
func (a Access) Scope(now time.Time) store.Scope { return store.ScopeOf(a.Actor, now) }

// Only returns an error unless the caller has one of these roles or may do everything.
func (a Access) Only(roles ...booking.Role) error {
	switch {
	case a.Everything() || slices.Contains(roles, a.Role):
		return nil
	case a.Role == booking.RoleAnonymous:
		return ErrUnauthenticated
	default:
		return ErrForbidden
	}
}

// IsStudent reports whether the caller is the student or may act for them.
func (a Access) IsStudent(id booking.StudentID) bool {
	return a.Everything() || a.Actor == booking.Actor{Role: booking.RoleStudent, ID: int64(id)}
}

// IsInterviewer reports whether the caller is the interviewer or may act for them.
func (a Access) IsInterviewer(id booking.InterviewerID) bool {
	return a.Everything() || a.Actor == booking.Actor{Role: booking.RoleInterviewer, ID: int64(id)}
}

// gives reports whether the caller is the slot's interviewer or may act for them.
func (a Access) gives(s booking.Slot) bool { return a.IsInterviewer(s.InterviewerID) }

// IsParty reports whether the caller is the interview's student or interviewer, or may
// act for one of them.
func (a Access) IsParty(i booking.Interview) bool {
	return a.IsStudent(i.StudentID) || a.IsInterviewer(i.InterviewerID)
}

// AsStudent returns an error unless the caller may act as the student.
func (a Access) AsStudent(id booking.StudentID) error {
	if err := a.Only(booking.RoleStudent); err != nil {
		return err
	}
	if !a.IsStudent(id) {
		return booking.Missing("student", "studentId")
	}
	return nil
}

// AsInterviewer returns an error unless the caller may act as the interviewer.
func (a Access) AsInterviewer(id booking.InterviewerID) error {
	if err := a.Only(booking.RoleInterviewer); err != nil {
		return err
	}
	if !a.IsInterviewer(id) {
		return booking.Missing("interviewer", "interviewerId")
	}
	return nil
}

// Ownership says whose an entity is, and how a refusal names the entity.
type Ownership[T any] struct {
	Owns        func(Access, T) bool
	noun, field string
}

// The entities that belong to a caller.
var (
	InterviewAccess    = Ownership[booking.Interview]{Access.IsParty, "interview", "interviewId"}
	SlotAccess         = Ownership[booking.Slot]{Access.gives, "slot", "slotId"}
	HoldAccess         = Ownership[booking.Hold]{func(a Access, h booking.Hold) bool { return a.IsStudent(h.StudentID) }, "hold", "holdId"}
	AvailabilityAccess = Ownership[booking.Availability]{
		func(a Access, known booking.Availability) bool { return a.IsInterviewer(known.InterviewerID) }, "availability", "availabilityId",
	}
	CalendarFeedAccess = Ownership[booking.CalendarFeed]{
		func(a Access, f booking.CalendarFeed) bool { return a.Everything() || a.Actor == f.Owner() }, "calendar feed", "feedId",
	}
	BlockAccess = Ownership[booking.Block]{
		func(a Access, b booking.Block) bool { return a.IsInterviewer(b.InterviewerID) }, "blocked time", "blockId",
	}
)

// ReadOwned reads an entity and returns it if it belongs to the caller. An entity of
// somebody else gives the same error as a missing one, after the same read, so that
// callers cannot tell them apart.
func ReadOwned[T any, ID ~int64](
	ctx context.Context, roles []booking.Role, of Ownership[T], read func(context.Context, ID) (T, error), id ID,
) (T, error) {
	var none T
	may := AccessOf(ctx)
	if err := may.Only(roles...); err != nil {
		return none, err
	}
	found, err := read(ctx, id)
	if err != nil {
		return none, err
	}
	if !of.Owns(may, found) {
		return none, booking.Missing(of.noun, of.field)
	}
	return found, nil
}
