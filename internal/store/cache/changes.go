package cache

import (
	"strconv"
	"strings"

	"rehearse/internal/booking"
)

// Changes are the ids of rows that committed transactions have changed. Database triggers
// (migrations 12, 14 and 29) report them, so every write is included.
type Changes struct {
	Slots      []booking.SlotID
	Interviews []booking.InterviewID
	Students   []booking.StudentID // whose eligibility may have changed

	Interviewers []booking.InterviewerID
	Tagged       []booking.InterviewerID // whose slots' tags have changed

	// Set if too many rows have changed to list their ids.
	ManySlots, ManyInterviews, ManyInterviewers bool
	// Lost reports that earlier changes may have been missed.
	Lost bool
}

// And returns the union of both changes.
func (c Changes) And(o Changes) Changes {
	return Changes{
		Slots:        append(c.Slots, o.Slots...),
		Interviews:   append(c.Interviews, o.Interviews...),
		Students:     append(c.Students, o.Students...),
		Interviewers: append(c.Interviewers, o.Interviewers...),
		Tagged:       append(c.Tagged, o.Tagged...),
		ManySlots:    c.ManySlots || o.ManySlots, ManyInterviews: c.ManyInterviews || o.ManyInterviews,
		ManyInterviewers: c.ManyInterviewers || o.ManyInterviewers,
		Lost:             c.Lost || o.Lost,
	}
}

// parseChanges parses a trigger's message. An unknown kind comes from a newer version
// and may mean any change.
func parseChanges(message string) Changes {
	what, list, _ := strings.Cut(message, " ")
	switch what {
	case "slots":
		ids := parseIDs[booking.SlotID](list)
		return Changes{Slots: ids, ManySlots: len(ids) == 0}
	case "interviews":
		ids := parseIDs[booking.InterviewID](list)
		return Changes{Interviews: ids, ManyInterviews: len(ids) == 0}
	case "students":
		ids := parseIDs[booking.StudentID](list)
		return Changes{Students: ids, ManySlots: len(ids) == 0}
	case "interviewers":
		ids := parseIDs[booking.InterviewerID](list)
		return Changes{Interviewers: ids, ManyInterviewers: len(ids) == 0}
	case "tags":
		ids := parseIDs[booking.InterviewerID](list)
		return Changes{Tagged: ids, ManySlots: len(ids) == 0}
	default:
		return Changes{ManySlots: true, ManyInterviews: true, ManyInterviewers: true}
	}
}

func parseIDs[ID ~int64](list string) []ID {
	var ids []ID
	for text := range strings.SplitSeq(list, ",") {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			ids = append(ids, ID(n))
		}
	}
	return ids
}
