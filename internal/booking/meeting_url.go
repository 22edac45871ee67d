package booking

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"rehearse/internal/spelling"
)

// The placeholders of a template for meeting links.
const (
	placeInterview   = "{interviewId}"
	placeInterviewer = "{interviewerId}"
	placeStudent     = "{studentId}"
	placeRandom      = "{random}"
)

var (
	placeholders = []string{placeInterview, placeInterviewer, placeStudent, placeRandom}
	placeholder  = regexp.MustCompile(`\{[^{}]*\}`)
)

// RandomLength is the number of characters of a link that {random} stands for. In base32,
// they have at least 128 bits.
const RandomLength = 26

// normaliseMeetingURLTemplate normalises a template for meeting links. An empty text is no
// template. Unless rooms are shared, the template must make a different link for each interview.
func normaliseMeetingURLTemplate(field, template string, shared bool) (string, Refused) {
	template = spelling.Name(template)
	if template == "" {
		return "", nil
	}
	longest := Interview{ID: math.MaxInt64, InterviewerID: math.MaxInt64, StudentID: math.MaxInt64}.
		expand(template, func() string { return strings.Repeat("x", RandomLength) })
	if n := max(utf8.RuneCountInString(longest), utf8.RuneCountInString(template)); n > MaxURL {
		return template, Invalid(field, between(AllowedLength, 0, MaxURL), fmt.Sprintf(
			"%s makes links of up to %d characters; at most %d are allowed.", field, n, MaxURL))
	}
	if refused := checkPlaceholders(field, template); len(refused) > 0 {
		return template, refused
	}
	if _, ok := meetingAddress(longest); !ok {
		return template, Invalid(field, Allowed{Kind: AllowedURL}, fmt.Sprintf(
			"%s is %q; an https URL such as https://meet.example.org/%s-%s is expected. http is allowed only for localhost.",
			field, clip(template), placeInterview, placeRandom))
	}
	if !shared && !strings.Contains(template, placeInterview) && !strings.Contains(template, placeRandom) {
		return template, Invalid(field, Allowed{Kind: AllowedOther}, fmt.Sprintf(
			"%s is %q, which makes the same link for several interviews; %s or %s is expected unless shareMeetingRooms is true.",
			field, clip(template), placeInterview, placeRandom))
	}
	scheme, rest, _ := strings.Cut(template, "://")
	return strings.ToLower(scheme) + "://" + rest, nil
}

// checkPlaceholders refuses unknown placeholders, single braces, and placeholders in the
// host, which could lead people to another site.
func checkPlaceholders(field, template string) Refused {
	refuse := func(problem string) Refused {
		return Invalid(field, Allowed{Kind: AllowedOther}, fmt.Sprintf(
			"%s %s; %s are allowed, after the host.", field, problem, strings.Join(placeholders, ", ")))
	}
	for _, found := range placeholder.FindAllString(template, -1) {
		if !slices.Contains(placeholders, found) {
			return refuse(fmt.Sprintf("has the unknown placeholder %s", clip(found)))
		}
	}
	if strings.ContainsAny(placeholder.ReplaceAllString(template, ""), "{}") {
		return refuse(fmt.Sprintf("is %q, in which a brace has no counterpart", clip(template)))
	}
	_, rest, _ := strings.Cut(template, "://")
	if end := strings.IndexAny(rest+"/", "/?#"); strings.Contains(rest[:end], "{") {
		return refuse(fmt.Sprintf("has a placeholder in the host %q", clip(rest[:end])))
	}
	return nil
}

// meetingAddress returns an https URL, or an http URL of this machine, with its scheme in
// lower case.
func meetingAddress(text string) (string, bool) {
	if address, ok := spelling.WebAddress(text); ok {
		return address, true
	}
	return spelling.LoopbackAddress(text)
}

// normaliseMeetingURL normalises the link of an imported interview.
func normaliseMeetingURL(field string, link *string) (*string, Refused) {
	if link = trimmed(link); link == nil {
		return nil, nil
	}
	if n := utf8.RuneCountInString(*link); n > MaxURL {
		return link, Invalid(field, between(AllowedLength, 0, MaxURL),
			fmt.Sprintf("%s has %d characters; at most %d are allowed.", field, n, MaxURL))
	}
	address, ok := meetingAddress(*link)
	if !ok {
		return link, Invalid(field, Allowed{Kind: AllowedURL}, fmt.Sprintf(
			"%s is %q; an https URL such as https://meet.example.org/room is expected.", field, clip(*link)))
	}
	return &address, nil
}

// WithMeetingURL returns the interview with the link that the policy's template makes for
// it. was is the interview before a move, or the zero value if it is new. An interview keeps
// its link as long as its interviewer stays the same, and an imported one keeps the link of
// the file. If the interview has no id yet, {interviewId} stays in the link.
func (i Interview) WithMeetingURL(was Interview, p Policy, random func() string) Interview {
	imported := was.ID == 0 && i.MeetingURL != nil
	stays := was.ID != 0 && i.InterviewerID == was.InterviewerID
	if i.Status != Booked || imported || stays {
		return i
	}
	i.MeetingURL = nil
	if p.MeetingURLTemplate != "" {
		link := i.expand(p.MeetingURLTemplate, random)
		i.MeetingURL = &link
	}
	return i
}

func (i Interview) expand(template string, random func() string) string {
	return placeholder.ReplaceAllStringFunc(template, func(found string) string {
		switch {
		case found == placeInterview && i.ID != 0:
			return strconv.FormatInt(int64(i.ID), 10)
		case found == placeInterviewer:
			return strconv.FormatInt(int64(i.InterviewerID), 10)
		case found == placeStudent:
			return strconv.FormatInt(int64(i.StudentID), 10)
		case found == placeRandom:
			return random()
		default:
			return found
		}
	})
}

// MeetingURLFor returns where the interview takes place, as a party with the role may see
// it at now; nil if there is no link, or not yet or no longer. room is the interviewer's
// room, in which an interview without a link of its own takes place. The next student of the
// interviewer meets them in the same room, so a student sees it only while their interview
// takes place, unless the policy shares rooms.
func (i Interview) MeetingURLFor(role Role, room *string, p Policy, now time.Time) *string {
	switch {
	case i.Status != Booked:
		return nil
	case i.MeetingURL != nil:
		return i.MeetingURL
	case role == RoleStudent && !p.ShareMeetingRooms && (now.Before(i.Start) || !now.Before(i.End)):
		return nil
	default:
		return room
	}
}
