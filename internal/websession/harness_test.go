package websession_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rehearse/internal/app/signin"
	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/identity"
	"rehearse/internal/issuertest"
	"rehearse/internal/pgtest"
	"rehearse/internal/schooltest"
	"rehearse/internal/store"
	"rehearse/internal/web"
	"rehearse/internal/websession"
)

const admin = "office@example.org"

// school is a school with a site on which people sign in.
type school struct {
	*schooltest.School
	issuer *issuertest.Issuer
	people *signin.SignIn
	public string // its URL
	clock  *clock
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// settings are what the tests change.
type settings struct {
	claims identity.ClaimNames
	secret string
	admins []string
	rates  *gqlhttp.RateLimits
	links  bool // instead of the issuer
}

func newSchool(t *testing.T, set ...func(*settings)) *school {
	t.Helper()
	return schoolOn(t, pgtest.New(t), issuertest.Start(t), &clock{now: time.Now().Truncate(time.Second)}, set...)
}

// schoolOn returns a server on a database that may have others.
func schoolOn(t *testing.T, db pgtest.Database, issuer *issuertest.Issuer, now *clock, set ...func(*settings)) *school {
	t.Helper()
	with := settings{secret: secretOfTests, admins: []string{admin}}
	for _, change := range set {
		change(&with)
	}
	s := &school{issuer: issuer, clock: now}
	var site *websession.Site
	s.School = schooltest.NewOn(t, db, store.Options{}, func(o *gqlhttp.Options) {
		o.Rates = with.rates
		anybody := o.Sender
		o.Sender = func(ctx context.Context, authorization []string) (identity.Sender, error) {
			return site.Sender(anybody)(ctx, authorization)
		}
	})
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	s.public = server.URL
	sessions := newSessions(t, with.secret, now.Now)
	s.people = signin.New(s.Store, signin.Options{Admins: with.admins, Sessions: sessions, Now: now.Now})
	options := websession.Options{Sessions: sessions, People: s.people, Links: with.links, Now: now.Now, Log: slog.New(slog.NewTextHandler(s.Log, nil))}
	if !with.links {
		options.Login = identity.NewLogin(identity.LoginOptions{
			Issuer: issuer.URL, ClientID: issuertest.ClientID, ClientSecret: issuertest.ClientSecret, Scopes: []string{"openid", "email"},
			RedirectURL: s.public + websession.CallbackPath, HomeURL: s.public + "/", Claims: with.claims, Clock: now.Now,
		})
	}
	site = websession.New(options)
	limits := s.Handler.(*gqlhttp.Handler)
	session := site.Handler(s.Handler, func(w http.ResponseWriter, r *http.Request, work func(context.Context) error) error {
		return limits.Within(w, r, gqlhttp.KindSignIn, 100, work)
	}, gqlhttp.ErrAnswered)
	desk := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	handler = web.New(web.Options{
		School: web.School{GraphQL: s.Handler, Session: session}, Playground: desk, Desk: desk, Metrics: desk, Log: options.Log,
	}).Public(false)
	return s
}

// person creates a student or an interviewer with the address, and returns their id.
func (s *school) person(role booking.Role, email string) int64 {
	s.T.Helper()
	create := s.Student
	if role == booking.RoleInterviewer {
		create = s.Interviewer
	}
	id, err := strconv.ParseInt(create(schooltest.In{"email": email}), 10, 64)
	if err != nil {
		s.T.Fatal(err)
	}
	return id
}

// deactivate deactivates an interviewer.
func (s *school) deactivate(interviewer int64) {
	s.T.Helper()
	var payload struct{ Errors []schooltest.Refusal }
	s.Mutate("updateInterviewer", "interviewer { id }", schooltest.In{"interviewerId": interviewer, "active": false}, &payload)
	s.Accepted(payload.Errors)
}

func (s *school) anonymise(student int64) {
	s.T.Helper()
	var payload struct{ Errors []schooltest.Refusal }
	s.Mutate("anonymiseStudent", "student { id }", schooltest.In{"studentId": student}, &payload)
	s.Accepted(payload.Errors)
}

// browser keeps cookies and follows redirects, as a browser does.
type browser struct {
	*school
	client *http.Client
}

func (s *school) browser() *browser {
	s.T.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.T.Fatal(err)
	}
	return &browser{s, &http.Client{Jar: jar, Timeout: schooltest.Soon}}
}

// at returns the browser at another server with the same name.
func (b *browser) at(other *school) *browser { return &browser{other, b.client} }

type response struct {
	status int
	header http.Header
	body   string
	at     *url.URL // where the redirects ended
}

func (b *browser) send(method, path, body string, headers ...string) response {
	b.T.Helper()
	target := path
	if !strings.HasPrefix(path, "http") {
		target = b.public + path
	}
	request, err := http.NewRequestWithContext(b.T.Context(), method, target, strings.NewReader(body))
	if err != nil {
		b.T.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	answer, err := b.client.Do(request)
	if err != nil {
		b.T.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.T.Fatal(err)
	}
	return response{answer.StatusCode, answer.Header, string(text), answer.Request.URL}
}

// stop makes the browser return redirects instead of following those for which at returns true.
func (b *browser) stop(at func(*url.URL) bool) {
	b.client.CheckRedirect = func(next *http.Request, _ []*http.Request) error {
		if at(next.URL) {
			return http.ErrUseLastResponse
		}
		return nil
	}
}

// logIn signs in at the issuer, and returns the path and the query of the page where that ends.
func (b *browser) logIn() string {
	b.T.Helper()
	return b.send("GET", "/session/oidc", "").at.RequestURI()
}

// who returns the person of the session, as ROLE id, or an empty text if there is none.
func (b *browser) who() string {
	b.T.Helper()
	got := b.send("POST", "/session/graphql", `{"query": "{ viewer { role person { ... on Student { id } ... on Interviewer { id } } } }"}`, "Content-Type", "application/json")
	var answer struct {
		Data struct {
			Viewer *struct {
				Role   string
				Person *struct{ ID string }
			}
		}
	}
	if err := json.Unmarshal([]byte(got.body), &answer); err != nil {
		b.T.Fatalf("%v: %s", err, got.body)
	}
	switch viewer := answer.Data.Viewer; {
	case viewer == nil && got.status == http.StatusUnauthorized:
		return ""
	case viewer == nil:
		b.T.Fatalf("got status %d: %s", got.status, got.body)
		return ""
	case viewer.Person == nil:
		return viewer.Role
	default:
		return viewer.Role + " " + viewer.Person.ID
	}
}

func is(role booking.Role, id int64) string { return fmt.Sprintf("%s %d", role, id) }

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
