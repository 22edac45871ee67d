package calendarweb_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	emersion "github.com/emersion/go-ical"

	"rehearse/internal/booking"
	"rehearse/internal/calendarweb"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/schooltest"
	"rehearse/internal/store"
	"rehearse/internal/web"
)

// school is a school whose calendar feeds are served.
type school struct {
	*schooltest.School
	public string
}

func newSchool(t *testing.T, set ...func(*gqlhttp.Options)) *school {
	t.Helper()
	return newSchoolWith(t, store.Options{}, set...)
}

func newSchoolWith(t *testing.T, o store.Options, set ...func(*gqlhttp.Options)) *school {
	t.Helper()
	s := &school{School: schooltest.NewWith(t, o, set...)}
	limits, is := s.Handler.(*gqlhttp.Handler)
	if !is {
		t.Fatalf("the handler is a %T", s.Handler)
	}
	site := web.New(web.Options{
		School:     web.School{GraphQL: s.Handler, Session: http.NotFoundHandler(), Calendar: calendarweb.Reader(s.App, limits)},
		Playground: http.NotFoundHandler(), Desk: http.NotFoundHandler(), Metrics: http.NotFoundHandler(), Log: slog.New(slog.NewTextHandler(s.Log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	server := httptest.NewServer(site.Public(false))
	t.Cleanup(server.Close)
	s.public, s.URL = server.URL, server.URL+"/graphql"
	return s
}

type created struct {
	Feed *struct {
		ID, CreatedAt string
		LastReadAt    *string
	}
	URL    *string
	Errors []schooltest.Refusal
}

// create creates a feed as the current caller.
func (s *school) create(input schooltest.In) created {
	s.T.Helper()
	var payload created
	s.Mutate("createCalendarFeed", "feed { id createdAt lastReadAt } url", input, &payload)
	return payload
}

// feedOf creates a feed as an administrator and returns its URL and its id.
func (s *school) feedOf(input schooltest.In) (address, id string) {
	s.T.Helper()
	payload := s.create(input)
	s.Accepted(payload.Errors)
	return *payload.URL, payload.Feed.ID
}

func (s *school) delete(id string) []schooltest.Refusal {
	s.T.Helper()
	var payload created
	s.Mutate("deleteCalendarFeed", "feed { id }", schooltest.In{"feedId": id}, &payload)
	return payload.Errors
}

// response is a response to a read of a feed.
type response struct {
	status int
	header http.Header
	body   string
}

// get reads a feed, with headers given as name and value.
func (s *school) get(method, address string, headers ...string) response {
	s.T.Helper()
	request, err := http.NewRequestWithContext(s.T.Context(), method, address, nil)
	if err != nil {
		s.T.Fatal(err)
	}
	for n := 0; n+1 < len(headers); n += 2 {
		request.Header.Set(headers[n], headers[n+1])
	}
	return s.send(request)
}

func (s *school) send(request *http.Request) response {
	s.T.Helper()
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		s.T.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		s.T.Fatal(err)
	}
	return response{answer.StatusCode, answer.Header, string(body)}
}

// text reads a feed, which must exist.
func (s *school) text(address string) string {
	s.T.Helper()
	got := s.get(http.MethodGet, address)
	if got.status != http.StatusOK {
		s.T.Fatalf("status = %d: %s", got.status, got.body)
	}
	return got.body
}

// parsed parses a calendar file.
func parsed(t *testing.T, text string) []emersion.Event {
	t.Helper()
	file, err := emersion.NewDecoder(strings.NewReader(text)).Decode()
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return file.Events()
}

// property returns the text of a property of an event.
func property(t *testing.T, of emersion.Event, name string) string {
	t.Helper()
	text, err := of.Props.Text(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// summaries returns the title and the status of each event.
func summaries(t *testing.T, events []emersion.Event) []string {
	t.Helper()
	titles := []string{}
	for _, event := range events {
		titles = append(titles, property(t, event, "SUMMARY")+" "+property(t, event, "STATUS"))
	}
	return titles
}

func (s *school) as(role booking.Role, id string) {
	s.T.Helper()
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		s.T.Fatal(err)
	}
	s.Act(role, n)
}

// secretOf returns the secret in the URL of a feed.
func secretOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(strings.TrimPrefix(u.Path, "/calendar/"), ".ics")
}
