package booking

import "time"

// Interviewer is a person who gives mock interviews and publishes availability.
type Interviewer struct {
	ID       InterviewerID
	Name     string
	Email    string // lower case, unique among interviewers
	TimeZone string // IANA name, for display
	Tags     []string
	// The maximum number of interviews per day and per week (from Monday) in the
	// interviewer's zone; nil for no cap. An interview counts on the day on which
	// it starts.
	MaxPerDay, MaxPerWeek *int
	// MeetingURL is where the interviewer's interviews take place; nil for none.
	MeetingURL *string

	// The profile that students see; nil fields are empty.
	Headline, Bio, PhotoURL *string
	Languages               []string // BCP 47, sorted

	Active    bool // an inactive interviewer has no future open slots
	CreatedAt time.Time
	Revision
}

// TagCount is a tag and the number of active interviewers with it.
type TagCount struct {
	Tag          string
	Interviewers int
}

// MayPublish refuses an inactive interviewer.
func (i Interviewer) MayPublish() Refused {
	if i.Active {
		return nil
	}
	return Refuse(WrongStatus, "interviewerId", "The interviewer is not active; only active interviewers can publish availability.")
}

// CheckChanges refuses changes requested by an inactive interviewer.
func (i Interviewer) CheckChanges() Refused {
	if i.Active {
		return nil
	}
	return RefuseRequest(WrongStatus, "You are not an active interviewer; you can read your data but not change it.")
}
