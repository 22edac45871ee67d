package booking

// ownerOf returns the student or the interviewer that owns an object.
func ownerOf(student StudentID, interviewer InterviewerID) Actor {
	if student != 0 {
		return Actor{Role: RoleStudent, ID: int64(student)}
	}
	return Actor{Role: RoleInterviewer, ID: int64(interviewer)}
}

// CheckOwner refuses an input that names neither a student nor an interviewer, or both.
func CheckOwner(student StudentID, interviewer InterviewerID) Refused {
	if (student == 0) == (interviewer == 0) {
		return Refuse(InvalidInput, "studentId", "Either studentId or interviewerId is expected, and not both.")
	}
	return nil
}
