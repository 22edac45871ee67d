package booking

// Role is what somebody is to the school.
type Role string

const (
	RoleAnonymous   Role = "ANONYMOUS" // nobody said who he is
	RoleStudent     Role = "STUDENT"
	RoleInterviewer Role = "INTERVIEWER"
	RoleAdmin       Role = "ADMIN"
	RoleSystem      Role = "SYSTEM" // the program itself: its jobs and commands
)

// Actor is who does something. ID is the person's; the local administrator and
// the system have 0.
type Actor struct {
	Role Role
	ID   int64
}

// IsStudent reports whether a student acts for himself: what is for the others
// alone asks it.
func (a Actor) IsStudent() bool { return a.Role == RoleStudent }
