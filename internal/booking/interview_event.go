package booking

// interviewFields are the fields that an event of an interview can contain.
var interviewFields = []string{
	"status", "start", "end", "slotId", "interviewerId", "grade", "note", "noteShared", "completedAt", "cancelReason", "waivers",
	"meetingUrl", "intake",
}

// Event returns the event of a change of the interview. A zero before means that
// the interview is new.
func (i Interview) Event(kind EventKind, before Interview) Event {
	var changes Changes
	if before.ID == 0 {
		changes = changes.Add("status", nil, i.Status).Add("start", nil, i.Start).Add("end", nil, i.End)
	} else {
		changes = changes.Add("status", before.Status, i.Status).Add("start", before.Start, i.Start).Add("end", before.End, i.End).
			Add("slotId", before.SlotID, i.SlotID).Add("interviewerId", before.InterviewerID, i.InterviewerID)
	}
	changes = changes.Add("grade", before.Grade, i.Grade).Touched("note", before.Note, i.Note).
		Add("noteShared", before.NoteShared, i.NoteShared).
		Add("completedAt", before.CompletedAt, i.CompletedAt).Touched("cancelReason", before.CancelReason, i.CancelReason).
		Add("waivers", before.Waivers, i.Waivers).Touched("meetingUrl", before.MeetingURL, i.MeetingURL).
		Touched("intake", before.Intake, i.Intake)
	return Event{
		Kind: kind, StudentID: i.StudentID, InterviewerID: i.InterviewerID, SlotID: i.SlotID, InterviewID: i.ID, Changes: changes,
	}
}
