package booking

import (
	"fmt"
	"time"
)

// MaxCalendarFeeds is the maximum number of calendar feeds of a person.
const MaxCalendarFeeds = 5

// A CalendarFeed lets a calendar program read the calendar of a student or an interviewer
// under a secret URL.
type CalendarFeed struct {
	ID            CalendarFeedID
	StudentID     StudentID     // 0 for an interviewer's feed
	InterviewerID InterviewerID // 0 for a student's feed
	CreatedAt     time.Time
	LastReadAt    *time.Time // in whole hours; nil if never
	Content       CalendarContent
}

// CalendarContent identifies the content of a calendar file, and says since when a feed has
// had it.
type CalendarContent struct {
	Hash      [32]byte
	ChangedAt time.Time // in whole seconds; zero if the feed was never read
}

// Owner returns the person whose calendar the feed is. A reader of the feed sees what they
// may see.
func (f CalendarFeed) Owner() Actor { return ownerOf(f.StudentID, f.InterviewerID) }

// CheckCalendarFeeds refuses another feed to a person who has the given number of them.
func CheckCalendarFeeds(existing int) Refused {
	if existing < MaxCalendarFeeds {
		return nil
	}
	return RefuseRequest(TooManyCalendarFeeds, fmt.Sprintf(
		"The person has %d calendar feeds; at most %d are allowed. Delete one first.", existing, MaxCalendarFeeds))
}

// Read returns the feed as it is after a read of the content at now, and whether the read
// changed it. ChangedAt rises by at least a second with every change of the content, so that
// it can serve as the Last-Modified of the file.
func (f CalendarFeed) Read(content [32]byte, now time.Time) (CalendarFeed, bool) {
	hour, changed := now.Truncate(time.Hour), false
	if f.LastReadAt == nil || f.LastReadAt.Before(hour) {
		f.LastReadAt, changed = &hour, true
	}
	if f.Content.ChangedAt.IsZero() || f.Content.Hash != content {
		at := now.Truncate(time.Second)
		if next := f.Content.ChangedAt.Add(time.Second); at.Before(next) {
			at = next
		}
		f.Content, changed = CalendarContent{Hash: content, ChangedAt: at}, true
	}
	return f, changed
}

// calendarFeedFields are the fields that an event of a calendar feed can contain.
var calendarFeedFields = []string{"calendarFeedId"}

// Event returns the event of a feed that was created or deleted.
func (f CalendarFeed) Event(kind EventKind) Event {
	return Event{
		Kind: kind, StudentID: f.StudentID, InterviewerID: f.InterviewerID,
		Changes: Changes{}.Add("calendarFeedId", nil, f.ID),
	}
}
