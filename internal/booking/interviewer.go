package booking

import (
	"slices"
	"time"
)

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

var (
	interviewerContact = contact(
		func(i *Interviewer) *string { return &i.Name },
		func(i *Interviewer) *string { return &i.Email },
		func(i *Interviewer) *string { return &i.TimeZone },
	)
	interviewerActive  = fields[Interviewer]{newField("active", func(i *Interviewer) *bool { return &i.Active }, asGiven)}
	interviewerProfile = fields[Interviewer]{
		newField("tags", func(i *Interviewer) *[]string { return &i.Tags }, normaliseTags),
		newField("maxPerDay", func(i *Interviewer) **int { return &i.MaxPerDay }, optionalInt(1, MaxCap)),
		newField("maxPerWeek", func(i *Interviewer) **int { return &i.MaxPerWeek }, optionalInt(1, MaxCap)),
		newField("meetingUrl", func(i *Interviewer) **string { return &i.MeetingURL }, optionalURL("https://meet.example.org/room")).withhold(),
		newField("headline", func(i *Interviewer) **string { return &i.Headline }, optionalLine(MaxHeadline)).withhold(),
		newField("bio", func(i *Interviewer) **string { return &i.Bio }, optionalText(MaxBio)).withhold(),
		newField("photoUrl", func(i *Interviewer) **string { return &i.PhotoURL }, optionalURL("https://photos.example.org/ada.jpg")).withhold(),
		newField("languages", func(i *Interviewer) *[]string { return &i.Languages }, normaliseLanguages),
	}

	// interviewerFields are in the order of the columns of a file.
	interviewerFields = slices.Concat(interviewerContact, interviewerActive, interviewerProfile)
	// interviewerEventFields are in the order of the changes of an event.
	interviewerEventFields = slices.Concat(interviewerContact, interviewerProfile, interviewerActive)
)

// InterviewerFields returns the fields of an interviewer, in the order of the columns of
// a file.
func InterviewerFields() []PersonField[Interviewer] { return interviewerFields }

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

// CheckOwn refuses the fields that interviewers may not change themselves: those by which the
// school knows and classifies them.
func (c InterviewerChange) CheckOwn() (refused Refused) {
	for _, field := range []struct {
		name  string
		given bool
	}{{"name", c.Name != nil}, {"email", c.Email != nil}, {"tags", c.Tags != nil}, {"active", c.Active != nil}} {
		if field.given {
			refused = append(refused, ForAdministrators(field.name)...)
		}
	}
	return refused
}

// ForAdministrators refuses a field that only an administrator may change.
func ForAdministrators(field string) Refused {
	return Refuse(AdministratorsOnly, field, "Only an administrator may change "+field+".")
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

// Normalise trims the texts, puts the e-mail address in lower case, makes the time
// zone's name canonical and reports invalid values.
func (i Interviewer) Normalise() (Interviewer, Refused) {
	refused := interviewerFields.normalise(&i)
	return i, refused
}

// interviewerChanges are the fields that an event of an interviewer can contain.
var interviewerChanges = interviewerEventFields.names()

// Event returns the event of a change of the interviewer.
func (i Interviewer) Event(kind EventKind, before Interviewer) Event {
	return Event{Kind: kind, InterviewerID: i.ID, Changes: i.Changes(before)}
}

// Changes returns what differs from the interviewer before the change.
func (i Interviewer) Changes(before Interviewer) Changes {
	return interviewerEventFields.changes(before, i)
}

// Differences refuses an imported interviewer that differs from the existing one.
// An import does not change existing people.
func (i Interviewer) Differences(imported Interviewer) Refused {
	return interviewerFields.differences(i, imported)
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
