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
		{"with a quotation mark", "a\"b", false},
		{"beyond ASCII", "\u00e9", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := s.For(t)
			id := s.createdIn(test.sent, i)
			events := s.events(", orderBy: {field: ID, direction: DESC}")
			same(t, "request id of the event", events[0].RequestID, id)
			same(t, "request id is the client's", id == test.sent, test.kept)
			if !test.kept && !generated.MatchString(id) {
				t.Errorf("generated id = %q, want a match of %s", id, generated)
			}
		})
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
	for _, test := range []struct {
		name, filter string
		want         int
	}{
		{"no filter", "", 8}, // two of each: students, interviewers, slots, bookings
		{"a student", "studentId: " + ada, 2},
		{"an unknown student", "studentId: 999", 0},
		{"an interviewer", "interviewerId: " + ann, 3},
		{"an interview", "interviewId: " + id, 1},
		{"a kind", "kind: [INTERVIEW_BOOKED]", 2},
		{"no kind", "kind: []", 8},
		{"a start", `start: "2026-06-01T09:00:00Z"`, 2},
		{"an end", `end: "2026-06-01T09:00:00Z"`, 6},
		{"a later end", `end: "2026-06-01T09:00:00.1Z"`, 7},
		{"a start and an end", `start: "2026-06-01T09:00:00Z", end: "2026-06-01T10:00:00Z"`, 1},
		{"a student and kinds", "studentId: " + ada + ", kind: [STUDENT_CREATED, HOLD_PLACED]", 1},
		{"a student and another student's interviewer", `interviewerId: ` + ann + `, studentId: ` + bob, 0},
		{"a student, their interviewer and a kind", `kind: [INTERVIEW_BOOKED], studentId: ` + ada + `, interviewerId: ` + ann, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			same(t, "events", len(s.For(t).events(", filter: {"+test.filter+"}")), test.want)
		})
	}
	reversed := s.Ask(`{ events(filter: {start: "2026-06-02T00:00:00Z", end: "2026-06-01T00:00:00Z"}) { totalCount } }`, nil)
	same(t, "error code of a reversed range", reversed.Errors[0].Extensions.Code, "BAD_USER_INPUT")
	same(t, "error code of too large a page", s.Ask("{ events(first: 101) { totalCount } }", nil).Errors[0].Extensions.Code, "BAD_USER_INPUT")

	all := s.events("")
	for direction, want := range map[string][]event{"ASC": all, "DESC": reverse(all)} {
		t.Run("pages in order "+direction, func(t *testing.T) {
			s := s.For(t)
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
				same(t, "total", data.Events.TotalCount, len(all))
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
			same(t, "events", walked, ordered)
		})
	}
}

func reverse(events []event) []event {
	out := slices.Clone(events)
	slices.Reverse(out)
	return out
}
