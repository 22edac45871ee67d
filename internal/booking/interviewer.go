package booking

import "time"

// Interviewer is a person who gives mock interviews and publishes availability.
type Interviewer struct {
	ID InterviewerID
	InterviewerDetails
	Active    bool // an inactive interviewer has no future open slots
	CreatedAt time.Time
	Revision
}

// InterviewerDetails is what an admin enters about an interviewer.
type InterviewerDetails struct {
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
}

// InterviewerChange changes the fields that are not nil.
type InterviewerChange struct {
	Name, Email, TimeZone *string
	Active                *bool
	Tags, Languages       []string

	// A nil value removes the cap, the URL or the text.
	MaxPerDay, MaxPerWeek   Optional[int]
	MeetingURL              Optional[string]
	Headline, Bio, PhotoURL Optional[string]
}

// Apply returns the interviewer after the change.
func (c InterviewerChange) Apply(to Interviewer) Interviewer {
	Assign(&to.Name, c.Name)
	Assign(&to.Email, c.Email)
	Assign(&to.TimeZone, c.TimeZone)
	Assign(&to.Active, c.Active)
	if c.Tags != nil {
		to.Tags = c.Tags
	}
	to.MaxPerDay = c.MaxPerDay.Or(to.MaxPerDay)
	to.MaxPerWeek = c.MaxPerWeek.Or(to.MaxPerWeek)
	to.MeetingURL = c.MeetingURL.Or(to.MeetingURL)
	to.Headline = c.Headline.Or(to.Headline)
	to.Bio = c.Bio.Or(to.Bio)
	to.PhotoURL = c.PhotoURL.Or(to.PhotoURL)
	if c.Languages != nil {
		to.Languages = c.Languages
	}
	return to
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
