package store

import (
	"time"

	"gorm.io/gorm"

	"rehearse/internal/booking"
)

// Scope restricts a list to what one caller may see at one time. A filter, which the client
// sends, can only narrow it. The zero value matches nothing.
type Scope struct {
	caller booking.Actor
	now    time.Time
}

// ScopeOf returns the scope of the caller at now. Administrators and the program itself see
// everything.
func ScopeOf(caller booking.Actor, now time.Time) Scope { return Scope{caller: caller, now: now} }

// everything reports whether the scope restricts nothing.
func (s Scope) everything() bool {
	return s.caller.Role == booking.RoleAdmin || s.caller.Role == booking.RoleSystem
}

// students restricts a list of students.
func (s Scope) students(db *gorm.DB) *gorm.DB {
	if s.everything() {
		return db
	}
	return db.Where("false")
}

// interviewers restricts a list of interviewers. A student sees the active ones.
func (s Scope) interviewers(db *gorm.DB) *gorm.DB {
	switch {
	case s.everything():
		return db
	case s.caller.Role == booking.RoleStudent:
		return db.Where("active")
	}
	return db.Where("false")
}

// ofPerson reports whether the scope contains the interviews of a single person.
func (s Scope) ofPerson() bool {
	return s.caller.Role == booking.RoleStudent || s.caller.Role == booking.RoleInterviewer
}

// interviews restricts a list of interviews to those that the caller is a party to.
func (s Scope) interviews(db *gorm.DB) *gorm.DB {
	switch {
	case s.everything():
		return db
	case s.caller.Role == booking.RoleStudent:
		return db.Where("student_id = ?", s.caller.ID)
	case s.caller.Role == booking.RoleInterviewer:
		return db.Where("interviewer_id = ?", s.caller.ID)
	}
	return db.Where("false")
}

// slots restricts a list of slots of any status to the caller's own.
func (s Scope) slots(db *gorm.DB) *gorm.DB {
	switch {
	case s.everything():
		return db
	case s.caller.Role == booking.RoleInterviewer:
		return db.Where("interviewer_id = ?", s.caller.ID)
	}
	return db.Where("false")
}
