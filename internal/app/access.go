package app

import (
	"context"
	"errors"
	"slices"

	"rehearse/internal/booking"
)

var (
	// ErrUnauthenticated reports that the operation requires a token.
	ErrUnauthenticated = errors.New("the operation requires a token")
	// ErrForbidden reports that no caller with this role may run the operation.
	ErrForbidden = errors.New("your role does not have access")
)

// The roles that may use their own data. Administrators may use everyone's.
var (
	students = []booking.Role{booking.RoleStudent}
	staff    = []booking.Role{booking.RoleInterviewer}
	parties  = []booking.Role{booking.RoleStudent, booking.RoleInterviewer}
)

// access holds the permissions of a caller; all authorization checks are here.
// Administrators and the program itself may do everything. Other callers are limited
// to the operations of their role and to their own data. Another person's data is
// reported as not found.
type access struct{ booking.Actor }

func accessOf(ctx context.Context) access { return access{CallerOf(ctx).Actor} }

func (a access) everything() bool { return a.Role == booking.RoleAdmin || a.Role == booking.RoleSystem }

// only returns an error unless the caller has one of these roles or may do everything.
func (a access) only(roles ...booking.Role) error {
	switch {
	case a.everything() || slices.Contains(roles, a.Role):
		return nil
	case a.Role == booking.RoleAnonymous:
		return ErrUnauthenticated
	default:
		return ErrForbidden
	}
}

// isStudent reports whether the caller is the student or may act for them.
func (a access) isStudent(id booking.StudentID) bool {
	return a.everything() || a.Actor == booking.Actor{Role: booking.RoleStudent, ID: int64(id)}
}

// isInterviewer reports whether the caller is the interviewer or may act for them.
func (a access) isInterviewer(id booking.InterviewerID) bool {
	return a.everything() || a.Actor == booking.Actor{Role: booking.RoleInterviewer, ID: int64(id)}
}

// gives reports whether the caller is the slot's interviewer or may act for them.
func (a access) gives(s booking.Slot) bool { return a.isInterviewer(s.InterviewerID) }

// isParty reports whether the caller is the interview's student or interviewer, or may
// act for one of them.
func (a access) isParty(i booking.Interview) bool {
	return a.isStudent(i.StudentID) || a.isInterviewer(i.InterviewerID)
}

// asStudent returns an error unless the caller may act as the student.
func (a access) asStudent(id booking.StudentID) error {
	if err := a.only(booking.RoleStudent); err != nil {
		return err
	}
	if !a.isStudent(id) {
		return booking.Missing("student", "studentId")
	}
	return nil
}

// asInterviewer returns an error unless the caller may act as the interviewer.
func (a access) asInterviewer(id booking.InterviewerID) error {
	if err := a.only(booking.RoleInterviewer); err != nil {
		return err
	}
	if !a.isInterviewer(id) {
		return booking.Missing("interviewer", "interviewerId")
	}
	return nil
}

// ownership says whose an entity is, and how a refusal names the entity.
type ownership[T any] struct {
	owns        func(access, T) bool
	noun, field string
}

var (
	interviewAccess    = ownership[booking.Interview]{access.isParty, "interview", "interviewId"}
	slotAccess         = ownership[booking.Slot]{access.gives, "slot", "slotId"}
	holdAccess         = ownership[booking.Hold]{func(a access, h booking.Hold) bool { return a.isStudent(h.StudentID) }, "hold", "holdId"}
	availabilityAccess = ownership[booking.Availability]{
		func(a access, known booking.Availability) bool { return a.isInterviewer(known.InterviewerID) }, "availability", "availabilityId",
	}
	blockAccess = ownership[booking.Block]{
		func(a access, b booking.Block) bool { return a.isInterviewer(b.InterviewerID) }, "blocked time", "blockId",
	}
)

// readOwned reads an entity and returns it if it belongs to the caller. An entity of
// somebody else gives the same error as a missing one, after the same read, so that
// callers cannot tell them apart.
func readOwned[T any, ID ~int64](
	ctx context.Context, roles []booking.Role, of ownership[T], read func(context.Context, ID) (T, error), id ID,
) (T, error) {
	var none T
	may := accessOf(ctx)
	if err := may.only(roles...); err != nil {
		return none, err
	}
	found, err := read(ctx, id)
	if err != nil {
		return none, err
	}
	if !of.owns(may, found) {
		return none, booking.Missing(of.noun, of.field)
	}
	return found, nil
}
