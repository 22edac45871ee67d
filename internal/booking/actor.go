package booking

// Role is a caller's role.
type Role string

const (
	RoleStudent     Role = "STUDENT"
	RoleInterviewer Role = "INTERVIEWER"
	RoleAdmin       Role = "ADMIN"
	RoleSystem      Role = "SYSTEM" // the program itself: its jobs and commands
	// RoleAnonymous is the role of an unauthenticated caller, who can change
	// nothing.
	RoleAnonymous Role = "ANONYMOUS"
)

// Actor is the author of an operation. ID is the id of the student or interviewer;
// it is 0 for the local administrator, the system and anonymous callers.
type Actor struct {
	Role Role
	ID   int64
}

// IsStudent reports whether the actor is a student. Some rules apply to students
// only.
func (a Actor) IsStudent() bool { return a.Role == RoleStudent }
