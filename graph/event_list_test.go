package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRequestID(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	generated := regexp.MustCompile("^[A-Z2-7]{26}$")
	for i, test := range []struct {
		name, sent string
		kept       bool
	}{
		{"given", "a-Request_1.2:3", true},
		{"of 64 characters", strings.Repeat("x", 64), true},
		{"none", "", false},
		{"too long", strings.Repeat("x", 65), false},
		{"with a space", "a b", false},
		{"with what a log would trip over", "a\"b", false},
		{"beyond ASCII", "\u00e9", false},
	} {
		id := s.createdIn(test.sent, i)
		events := s.events(", orderBy: {field: ID, direction: DESC}")
		same(t, test.name+": the event's is the answer's", events[0].RequestID, id)
		same(t, test.name, id == test.sent, test.kept)
		if !test.kept && !generated.MatchString(id) {
			t.Errorf("%s: generated %q", test.name, id)
		}
	}
}

// createdIn creates a student in a request with this id and returns the request id of the
// response.
func (s *school) createdIn(id string, n int) string {
	s.T.Helper()
	body, err := json.Marshal(in{"query": fmt.Sprintf(
		`mutation { createStudent(input: {name: "x", email: "r%d@example.org"}) { errors { message } } }`, n)})
	if err != nil {
		s.T.Fatal(err)
	}
	request, err := http.NewRequestWithContext(s.T.Context(), http.MethodPost, s.URL, bytes.NewReader(body))
	if err != nil {
		s.T.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if id != "" {
		request.Header["X-Request-Id"] = []string{id}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.T.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		s.T.Fatal(err)
	}
	return response.Header.Get("X-Request-Id")
}

func TestEventFiltersAndPages(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ada, bob, ann, bea := s.Student(nil), s.Student(nil), s.Interviewer(nil), s.Interviewer(nil)
	first, second := s.Slot(ann, day), s.Slot(bea, 2*day)
	s.SetClock(t0.Add(time.Hour))
	id := s.Booked(ada, first)
	s.SetClock(t0.Add(2 * time.Hour))
	s.Booked(bob, second)
	for arguments, want := range map[string]int{
		"":                              8, // two of each: students, interviewers, slots, bookings
		"studentId: " + ada:             2,
		"interviewerId: " + ann:         3,
		"interviewId: " + id:            1,
		"kind: [INTERVIEW_BOOKED]":      2,
		"kind: []":                      8,
		`start: "2026-06-01T09:00:00Z"`: 2,
		`end: "2026-06-01T09:00:00Z"`:   6,
		`end: "2026-06-01T09:00:00.1Z"`: 7,
		"studentId: 999":                0,
		"studentId: " + ada + ", kind: [STUDENT_CREATED, HOLD_PLACED]":            1,
		`start: "2026-06-01T09:00:00Z", end: "2026-06-01T10:00:00Z"`:              1,
		`interviewerId: ` + ann + `, studentId: ` + bob:                           0,
		`kind: [INTERVIEW_BOOKED], studentId: ` + ada + `, interviewerId: ` + ann: 1,
	} {
		same(t, arguments, len(s.events(", filter: {"+arguments+"}")), want)
	}
	reversed := s.Ask(`{ events(filter: {start: "2026-06-02T00:00:00Z", end: "2026-06-01T00:00:00Z"}) { totalCount } }`, nil)
	same(t, "a reversed range", reversed.Errors[0].Extensions.Code, "BAD_USER_INPUT")
	same(t, "too many", s.Ask("{ events(first: 101) { totalCount } }", nil).Errors[0].Extensions.Code, "BAD_USER_INPUT")

	all := s.events("")
	for direction, want := range map[string][]event{"ASC": all, "DESC": reverse(all)} {
		var walked []string
		after := "null"
		for {
			var data struct {
				Events struct {
					TotalCount int
					Edges      []struct{ Node event }
					PageInfo   struct {
						HasNextPage bool
						EndCursor   string
					}
				}
			}
			s.Ask(fmt.Sprintf(`{ events(first: 3, after: %s, orderBy: {field: ID, direction: %s}) {
				totalCount edges { node { id } } pageInfo { hasNextPage endCursor } } }`, after, direction), nil).Into(&data)
			same(t, "in all", data.Events.TotalCount, len(all))
			for _, edge := range data.Events.Edges {
				walked = append(walked, edge.Node.ID)
			}
			if !data.Events.PageInfo.HasNextPage {
				break
			}
			after = fmt.Sprintf("%q", data.Events.PageInfo.EndCursor)
		}
		var ordered []string
		for _, e := range want {
			ordered = append(ordered, e.ID)
		}
		same(t, direction, walked, ordered)
	}
}

func reverse(events []event) []event {
	out := slices.Clone(events)
	slices.Reverse(out)
	return out
}
