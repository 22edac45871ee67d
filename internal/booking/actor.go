package booking

// Role is what somebody is to the school.
type Role string

const (
	RoleStudent     Role = "STUDENT"
	RoleInterviewer Role = "INTERVIEWER"
	RoleAdmin       Role = "ADMIN"
	RoleSystem      Role = "SYSTEM" // the program itself: its jobs and commands
	// RoleAnonymous is who has not said who he is. Nothing happens in his name.
	RoleAnonymous Role = "ANONYMOUS"
)

// Actor is who does something. ID is the person's; the local administrator, the
// system and who is anonymous have 0.
type Actor struct {
	Role Role
	ID   int64
}

// IsStudent reports whether a student acts for himself: what is for the others
// alone asks it.
func (a Actor) IsStudent() bool { return a.Role == RoleStudent }
