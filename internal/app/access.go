package app

import (
	"context"
	"errors"
	"slices"

	"rehearse/internal/booking"
)

var (
	// ErrUnauthenticated: what was asked for is not for somebody without a name.
	ErrUnauthenticated = errors.New("the operation requires a token")
	// ErrForbidden: what was asked for is not for somebody in his role, whoever he is.
	ErrForbidden = errors.New("your role does not have access")
)

// Who may ask for what is his; administrators may ask for everything.
var (
	students = []booking.Role{booking.RoleStudent}
	staff    = []booking.Role{booking.RoleInterviewer}
	parties  = []booking.Role{booking.RoleStudent, booking.RoleInterviewer}
)

// access is what a caller may do, and the only place that says so. Administrators
// and the program itself may do everything. The others may do what their role
// may, to what is theirs; what is somebody else's answers as though it were not
// there.
type access struct{ booking.Actor }

func accessOf(ctx context.Context) access { return access{CallerOf(ctx).Actor} }

func (a access) everything() bool { return a.Role == booking.RoleAdmin || a.Role == booking.RoleSystem }

// only lets these roles pass, besides who may do everything.
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

// isStudent reports whether the student is the caller, or he may act for him.
func (a access) isStudent(id booking.StudentID) bool {
	return a.everything() || a.Actor == booking.Actor{Role: booking.RoleStudent, ID: int64(id)}
}

// isInterviewer reports whether the interviewer is the caller, or he may act for
// him.
func (a access) isInterviewer(id booking.InterviewerID) bool {
	return a.everything() || a.Actor == booking.Actor{Role: booking.RoleInterviewer, ID: int64(id)}
}

// gives reports whether the slot is the caller's to give.
func (a access) gives(s booking.Slot) bool { return a.isInterviewer(s.InterviewerID) }

// isParty reports whether the interview is the caller's.
func (a access) isParty(i booking.Interview) bool {
	return a.isStudent(i.StudentID) || a.isInterviewer(i.InterviewerID)
}

// asStudent lets the student pass.
func (a access) asStudent(id booking.StudentID) error {
	if err := a.only(booking.RoleStudent); err != nil {
		return err
	}
	if !a.isStudent(id) {
		return booking.Missing("student", "studentId")
	}
	return nil
}

// asInterviewer lets the interviewer pass.
func (a access) asInterviewer(id booking.InterviewerID) error {
	if err := a.only(booking.RoleInterviewer); err != nil {
		return err
	}
	if !a.isInterviewer(id) {
		return booking.Missing("interviewer", "interviewerId")
	}
	return nil
}

// owned reads what the caller may see, or change, when it is his. Somebody
// else's answers like what is not there: in the same words, after the same read.
func owned[T any, ID ~int64](
	ctx context.Context, roles []booking.Role, read func(context.Context, ID) (T, error), id ID, his func(access, T) bool,
	noun, field string,
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
	if !his(may, found) {
		return none, booking.Missing(noun, field)
	}
	return found, nil
}
