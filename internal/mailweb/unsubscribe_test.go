package mailweb_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rehearse/internal/app/preferences"
	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/mailweb"
	"rehearse/internal/ratelimit"
	"rehearse/internal/schooltest"
	"rehearse/internal/store"
	"rehearse/internal/web"
)

// school is a school whose links to unsubscribe work.
type school struct {
	*schooltest.School
	public string
}

func newSchool(t *testing.T, set ...func(*gqlhttp.Options)) *school {
	t.Helper()
	s := &school{School: schooltest.NewWith(t, store.Options{}, set...)}
	limits, is := s.Handler.(*gqlhttp.Handler)
	if !is {
		t.Fatalf("the handler is a %T", s.Handler)
	}
	site := web.New(web.Options{
		School:     web.School{GraphQL: s.Handler, Session: http.NotFoundHandler(), Unsubscribe: mailweb.Unsubscriber(s.App, limits)},
		Playground: http.NotFoundHandler(), Desk: http.NotFoundHandler(), Metrics: http.NotFoundHandler(), Log: slog.New(slog.NewTextHandler(s.Log, nil)),
	})
	server := httptest.NewServer(site.Public(false))
	t.Cleanup(server.Close)
	s.public, s.URL = server.URL, server.URL+"/graphql"
	return s
}

// link returns the link to unsubscribe of a person.
func (s *school) link(role booking.Role, id string, category booking.NotificationCategory) string {
	s.T.Helper()
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		s.T.Fatal(err)
	}
	token, err := s.App.UnsubscribeToken(s.T.Context(), preferences.Subscription{Owner: booking.Actor{Role: role, ID: n}, Category: category})
	if err != nil {
		s.T.Fatal(err)
	}
	return s.public + "/unsubscribe/" + token
}

type response struct {
	status int
	header http.Header
	body   string
}

// send sends a request as an e-mail program does: without a token, an Origin or cookies.
func (s *school) send(method, address string) response {
	s.T.Helper()
	body := url.Values{"List-Unsubscribe": {"One-Click"}}.Encode()
	request, err := http.NewRequestWithContext(s.T.Context(), method, address, strings.NewReader(body))
	if err != nil {
		s.T.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		s.T.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.T.Fatal(err)
	}
	return response{answer.StatusCode, answer.Header, string(text)}
}

// wanted returns the preferences of a person, as an administrator sees them.
func (s *school) wanted(noun, id string) string {
	s.T.Helper()
	return strings.TrimSpace(s.Ask(fmt.Sprintf("{ it: %s(id: %s) { notificationPreferences { bookings grades reminders agenda feedback } } }", noun, id), nil).Body)
}

func preferencesAre(values string) string {
	return `{"data":{"it":{"notificationPreferences":` + values + `}}}`
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// A GET request changes nothing, because programs that check e-mails send it. A POST request
// turns off one category of one person, and can be repeated.
func TestUnsubscribe(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ada, bob := s.Student(nil), s.Student(nil)
	all := preferencesAre(`{"bookings":true,"grades":true,"reminders":true,"agenda":null,"feedback":null}`)
	link := s.link(booking.RoleStudent, ada, booking.NotifyReminders)
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		page := s.send(method, link)
		same(t, "status of "+method, page.status, http.StatusOK)
		same(t, "Content-Type of "+method, page.header.Get("Content-Type"), "text/html; charset=utf-8")
		same(t, "Cache-Control of "+method, page.header.Get("Cache-Control"), "no-store")
	}
	page := s.send(http.MethodGet, link)
	for _, part := range []string{`<form method="post">`, `name="List-Unsubscribe" value="One-Click"`, "reminders of interviews"} {
		if !strings.Contains(page.body, part) {
			t.Errorf("the page %s has no %s", page.body, part)
		}
	}
	same(t, "preferences after GET", s.wanted("student", ada), all)
	for range 2 {
		done := s.send(http.MethodPost, link)
		same(t, "status of POST", done.status, http.StatusOK)
		same(t, "the response says what is off", strings.Contains(done.body, "You no longer get reminders of interviews."), true)
	}
	same(t, "preferences after POST", s.wanted("student", ada), preferencesAre(`{"bookings":true,"grades":true,"reminders":false,"agenda":null,"feedback":null}`))
	same(t, "preferences of another student", s.wanted("student", bob), all)
	same(t, "events", strings.TrimSpace(s.Ask(`{ events(filter: { kind: [NOTIFICATION_PREFERENCES_UPDATED] }) { nodes { actor { role id } student { id } } } }`, nil).Body),
		fmt.Sprintf(`{"data":{"events":{"nodes":[{"actor":{"role":"STUDENT","id":"%s"},"student":{"id":"%s"}}]}}}`, ada, ada))
	same(t, "status of PUT", s.send(http.MethodPut, link).status, http.StatusMethodNotAllowed)
}

// An interviewer who was deactivated can change nothing, but can unsubscribe.
func TestDeactivatedInterviewerUnsubscribes(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	var payload struct{ Errors []schooltest.Refusal }
	s.Mutate("updateInterviewer", "interviewer { id }", schooltest.In{"interviewerId": ann, "active": false}, &payload)
	s.Accepted(payload.Errors)
	same(t, "status", s.send(http.MethodPost, s.link(booking.RoleInterviewer, ann, booking.NotifyAgenda)).status, http.StatusOK)
	same(t, "preferences", s.wanted("interviewer", ann), preferencesAre(`{"bookings":true,"grades":true,"reminders":true,"agenda":false,"feedback":true}`))
}

// Whoever changes a link gets 404, whatever they change, and nothing is turned off.
func TestForgedLinks(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ada, bob := s.Student(nil), s.Student(nil)
	link := s.link(booking.RoleStudent, ada, booking.NotifyReminders)
	token := link[strings.LastIndex(link, "/")+1:]
	other := s.link(booking.RoleStudent, bob, booking.NotifyReminders)
	foreign := other[strings.LastIndex(other, "/")+1:]
	flipped := []byte(token)
	flipped[0] ^= 1
	for name, forged := range map[string]string{
		"a guess": "guess", "no signature": "U1RVREVOVCAxIFJFTUlOREVSUw", "another signature": foreign[:20] + token[20:],
		"a flipped bit": string(flipped), "a cut token": token[:len(token)-2], "a longer token": token + "AAAA", "not base64": "%21%21",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			t.Run(name+" "+method, func(t *testing.T) {
				got := s.send(method, s.public+"/unsubscribe/"+forged)
				same(t, "status", got.status, http.StatusNotFound)
				same(t, "body", got.body, "404 page not found\n")
			})
		}
	}
	all := preferencesAre(`{"bookings":true,"grades":true,"reminders":true,"agenda":null,"feedback":null}`)
	same(t, "preferences", s.wanted("student", ada), all)
	same(t, "preferences of the other", s.wanted("student", bob), all)

	// The negative control: the token itself works.
	same(t, "status of the token", s.send(http.MethodPost, link).status, http.StatusOK)
}

// An anonymised student has no preferences.
func TestAnonymisedStudentUnsubscribes(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ada := s.Student(nil)
	link := s.link(booking.RoleStudent, ada, booking.NotifyGrades)
	var payload struct{ Errors []schooltest.Refusal }
	s.Mutate("anonymiseStudent", "student { id }", schooltest.In{"studentId": ada}, &payload)
	s.Accepted(payload.Errors)
	same(t, "status", s.send(http.MethodPost, link).status, http.StatusOK)
	same(t, "preferences", s.wanted("student", ada), preferencesAre(`{"bookings":true,"grades":true,"reminders":true,"agenda":null,"feedback":null}`))
}

// The address of a client pays for links, whether they exist or not.
func TestLinksAreRateLimited(t *testing.T) {
	t.Parallel()
	s := newSchool(t, func(o *gqlhttp.Options) {
		o.Rates = &gqlhttp.RateLimits{
			Points:   ratelimit.NewLocal(ratelimit.Limit{Burst: 25, PerSecond: 1}),
			Bookings: ratelimit.NewLocal(ratelimit.Limit{Burst: 10, PerSecond: 1}), Now: func() time.Time { return schooltest.T0 },
		}
	})
	statuses := []int{}
	for range 3 {
		statuses = append(statuses, s.send(http.MethodPost, s.public+"/unsubscribe/guess").status)
	}
	same(t, "statuses", statuses, []int{404, 404, 429})
}
