package websession_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"rehearse/internal/app/outbox"
	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/identity"
	"rehearse/internal/mail"
	"rehearse/internal/mailtest"
	"rehearse/internal/ratelimit"
	"rehearse/internal/schooltest"
)

// postman sends the e-mail of a school.
type postman struct {
	*school
	relay      *mailtest.Relay
	dispatcher *outbox.Dispatcher
	read       int // messages that were read
}

type unobserved struct{}

func (unobserved) MailAttempted(booking.MailKind, string, time.Duration) {}
func (unobserved) OldestMail(time.Duration)                              {}

func byMail(o *settings) { o.links = true }

func newPostman(t *testing.T, set ...func(*settings)) *postman {
	t.Helper()
	p := &postman{school: newSchool(t, append(set, byMail)...), relay: &mailtest.Relay{}}
	templates, err := mail.LoadTemplates("")
	if err != nil {
		t.Fatal(err)
	}
	p.dispatcher = outbox.New(p.Store, p.clock.Now, outbox.Options{
		Server: p.relay.Start(t, nil, false), From: mail.Address{Address: "school@example.org"}, Templates: templates,
		Log: slog.New(slog.NewTextHandler(p.Log, nil)), Observer: unobserved{},
		SignIn: outbox.SignIn{URL: p.people.LinkURL(p.public), Administrators: p.people.Administrators()},
	})
	return p
}

var linkPattern = regexp.MustCompile(`/#sign-in=([\w-]+)`)

// deliver sends the messages that are due, and returns the tokens of their links, by recipient and role.
func (p *postman) deliver() map[string]string {
	p.T.Helper()
	if err := p.dispatcher.Round(p.T.Context()); err != nil {
		p.T.Fatal(err)
	}
	tokens := map[string]string{}
	for _, message := range p.relay.Messages()[p.read:] {
		p.read++
		message = strings.ReplaceAll(strings.ReplaceAll(message, "=\r\n", ""), "=3D", "=")
		to := regexp.MustCompile(`(?m)^To: .*<(.*)>`).FindStringSubmatch(message)
		role := regexp.MustCompile(`Sign in as an? (\w+):`).FindStringSubmatch(message)
		link := linkPattern.FindStringSubmatch(message)
		if to == nil || role == nil || link == nil {
			p.T.Fatalf("the message has no link: %s", message)
		}
		tokens[to[1]+" "+role[1]] = link[1]
	}
	return tokens
}

func (b *browser) requestLink(email string) int {
	b.T.Helper()
	body, err := json.Marshal(map[string]string{"email": email})
	if err != nil {
		b.T.Fatal(err)
	}
	got := b.send("POST", "/session/email", string(body))
	if got.status == http.StatusAccepted && (got.body != "" || len(got.header.Values("Set-Cookie")) > 0) {
		b.T.Errorf("the response for %s has the body %q and the header %v", email, got.body, got.header)
	}
	return got.status
}

func (b *browser) useLink(token string) int {
	b.T.Helper()
	return b.send("POST", "/session/email/confirm", `{"token": "`+token+`"}`).status
}

func TestSignInByMail(t *testing.T) {
	t.Parallel()
	p := newPostman(t)
	ada := p.person(booking.RoleStudent, "ada@example.org")
	b := p.browser()
	same(t, "the status", b.requestLink(" Ada@Example.org "), http.StatusAccepted)
	tokens := p.deliver()
	token := tokens["ada@example.org student"]
	same(t, "the number of messages", len(tokens), 1)
	same(t, "the session before", b.who(), "")
	same(t, "the status of a GET", b.send("GET", "/session/email/confirm?token="+token, "").status, http.StatusMethodNotAllowed)
	same(t, "the status of the link", b.useLink(token), http.StatusNoContent)
	same(t, "the session", b.who(), is(booking.RoleStudent, ada))
	same(t, "the status of a used link", p.browser().useLink(token), http.StatusGone)
	same(t, "the status of the logout", b.send("DELETE", "/session", "").status, http.StatusNoContent)
	if log := p.Log.String(); strings.Contains(log, token) || strings.Contains(log, "@example.org") {
		t.Errorf("the log has a link or an address: %s", log)
	}
}

// Nobody learns who is in the school: the response is the same, and a row is written in every case.
func TestRequestsForLinksAreAlike(t *testing.T) {
	t.Parallel()
	p := newPostman(t)
	p.person(booking.RoleStudent, "both@example.org")
	p.person(booking.RoleInterviewer, "both@example.org")
	p.deactivate(p.person(booking.RoleInterviewer, "gone@example.org"))
	rows := func() (n int) {
		t.Helper()
		if err := p.DB.SQL(t).QueryRowContext(t.Context(), "SELECT count(*) FROM sign_in_links").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, test := range []struct {
		email string
		to    []string
	}{
		{"both@example.org", []string{"both@example.org interviewer", "both@example.org student"}},
		{admin, []string{admin + " administrator"}},
		{"eve@example.org", nil}, {"gone@example.org", nil}, {"", nil}, {"%", nil}, {"not an address", nil}, {"both@example.org\x00", nil}, {strings.Repeat("x", 3000), nil},
	} {
		t.Run(test.email[:min(20, len(test.email))], func(t *testing.T) {
			before := rows()
			same(t, "the status for "+test.email, p.browser().requestLink(test.email), http.StatusAccepted)
			same(t, "the new rows for "+test.email, rows()-before, max(1, len(test.to)))
			tokens := p.deliver()
			same(t, "the number of messages to "+test.email, len(tokens), len(test.to))
			for _, to := range test.to {
				b := p.browser()
				same(t, "the status of the link to "+to, b.useLink(tokens[to]), http.StatusNoContent)
				role := strings.ToUpper(to[strings.Index(to, " ")+1:])[:5]
				if who := b.who(); !strings.HasPrefix(who, role) {
					t.Errorf("the link to %s signs in %s", to, who)
				}
			}
		})
	}
	if log := p.Log.String(); strings.Contains(log, "level=ERROR") {
		t.Errorf("the log has faults: %s", log)
	}
	for _, body := range []string{"", "[]", `{"email": 7}`, `{"email": "` + strings.Repeat("x", 5000) + `"}`} {
		same(t, "the status for the body "+body[:min(20, len(body))], p.browser().send("POST", "/session/email", body).status, http.StatusBadRequest)
	}
}

func TestLinksExpire(t *testing.T) {
	t.Parallel()
	p := newPostman(t)
	p.person(booking.RoleStudent, "ada@example.org")
	b := p.browser()
	b.requestLink("ada@example.org")
	token := p.deliver()["ada@example.org student"]
	p.clock.pass(15*time.Minute - time.Second)
	b.requestLink("ada@example.org")
	same(t, "the status before it expires", b.useLink(token), http.StatusNoContent)
	later := p.deliver()["ada@example.org student"]
	p.clock.pass(15 * time.Minute)
	same(t, "the status after it has expired", b.useLink(later), http.StatusGone)

	// A message that could not be sent in time is not sent.
	b.requestLink("ada@example.org")
	p.clock.pass(15 * time.Minute)
	same(t, "the late messages", p.deliver(), map[string]string{})
}

func TestForgedSignInLinks(t *testing.T) {
	t.Parallel()
	p := newPostman(t)
	p.person(booking.RoleStudent, "ada@example.org")
	p.browser().requestLink("ada@example.org")
	token := p.deliver()["ada@example.org student"]
	flipped := []byte(token)
	flipped[0] ^= 1
	forger := newSessions(t, "another secret of more than 32 bytes", p.clock.Now)
	for name, forged := range map[string]string{
		"nothing": "", "a guess": "guess", "a flipped bit": string(flipped), "a cut token": token[:len(token)-3], "a longer token": token + "MTIz",
		"the id alone": "MSAx", "not base64": "%%", "another secret": forger.LinkToken(identity.Link{ID: 1, At: p.clock.Now()}), "long": strings.Repeat("A", 3000),
	} {
		b := p.browser()
		same(t, "the status of "+name, b.useLink(forged), http.StatusGone)
		same(t, "the session of "+name, b.who(), "")
	}
	same(t, "the status of the token itself", p.browser().useLink(token), http.StatusNoContent)
}

// Of all who use a link at the same time, at any server, one is signed in.
func TestLinkIsUsedOnce(t *testing.T) {
	t.Parallel()
	p := newPostman(t)
	p.person(booking.RoleStudent, "ada@example.org")
	second := schoolOn(t, p.DB, p.issuer, p.clock, byMail)
	p.browser().requestLink("ada@example.org")
	token := p.deliver()["ada@example.org student"]
	responses := make(chan any)
	const uses = 8
	for i := range uses {
		at := p.public
		if i%2 == 1 {
			at = second.public
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at+"/session/email/confirm", strings.NewReader(`{"token": "`+token+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			response, err := (&http.Client{Timeout: schooltest.Soon}).Do(request)
			if err != nil {
				responses <- err
				return
			}
			_ = response.Body.Close()
			responses <- response.StatusCode
		}()
	}
	found := map[any]int{}
	for range uses {
		found[<-responses]++
	}
	same(t, "the statuses", found, map[any]int{http.StatusNoContent: 1, http.StatusGone: 7})
}

// A link whose person cannot be checked is not used up.
func TestLinkDuringAFault(t *testing.T) {
	t.Parallel()
	p := newPostman(t)
	ada := p.person(booking.RoleStudent, "ada@example.org")
	b := p.browser()
	b.requestLink("ada@example.org")
	token := p.deliver()["ada@example.org student"]
	p.exec("ALTER TABLE students RENAME COLUMN anonymised_at TO hidden_at")
	same(t, "the status during the fault", b.useLink(token), http.StatusServiceUnavailable)
	p.exec("ALTER TABLE students RENAME COLUMN hidden_at TO anonymised_at")
	same(t, "the status after the fault", b.useLink(token), http.StatusNoContent)
	same(t, "the session", b.who(), is(booking.RoleStudent, ada))
}

// A link does not help a person who has left since, nor does their session.
func TestLinkOfAPersonWhoHasLeft(t *testing.T) {
	t.Parallel()
	p := newPostman(t)
	ada, ben := p.person(booking.RoleStudent, "ada@example.org"), p.person(booking.RoleInterviewer, "ben@example.org")
	b := p.browser()
	b.requestLink("ada@example.org")
	b.requestLink("ben@example.org")
	tokens := p.deliver()
	p.anonymise(ada)
	p.deactivate(ben)
	same(t, "the status of the student's link", b.useLink(tokens["ada@example.org student"]), http.StatusGone)
	same(t, "the status of the interviewer's link", b.useLink(tokens["ben@example.org interviewer"]), http.StatusForbidden)
	same(t, "the session", b.who(), "")

	b.requestLink(admin)
	b.useLink(p.deliver()[admin+" administrator"])
	same(t, "the administrator", b.who(), "ADMIN")
	later := schoolOn(t, p.DB, p.issuer, p.clock, byMail, func(o *settings) { o.admins = []string{"another@example.org"} })
	same(t, "the administrator after the list has changed", b.at(later).who(), "")
}

// An address gets few links, whoever asks for them and at whichever server.
func TestLinksOfAnAddressAreLimited(t *testing.T) {
	t.Parallel()
	p := newPostman(t)
	p.person(booking.RoleStudent, "ada@example.org")
	p.person(booking.RoleStudent, "ben@example.org")
	second := schoolOn(t, p.DB, p.issuer, p.clock, byMail)
	for n := range 6 {
		b := p.browser()
		if n%2 == 1 {
			b = second.browser()
		}
		same(t, "the status", b.requestLink("ada@example.org"), http.StatusAccepted)
	}
	p.browser().requestLink("ben@example.org")
	p.deliver()
	same(t, "the number of messages", len(p.relay.Messages()), 4)
	p.clock.pass(5 * time.Minute)
	p.browser().requestLink("ada@example.org")
	p.deliver()
	same(t, "the number of messages after five minutes", len(p.relay.Messages()), 5)
}

// A client pays for each step of signing in.
func TestClientsAreLimited(t *testing.T) {
	t.Parallel()
	p := newPostman(t, func(o *settings) {
		o.rates = &gqlhttp.RateLimits{
			Points:   ratelimit.NewLocal(ratelimit.Limit{Burst: 250, PerSecond: 1}),
			Bookings: ratelimit.NewLocal(ratelimit.Limit{Burst: 10, PerSecond: 1}), Now: func() time.Time { return schooltest.T0 },
		}
	})
	b := p.browser()
	statuses := []int{b.requestLink("a@example.org"), b.useLink("guess"), b.requestLink("b@example.org"), b.useLink("guess")}
	same(t, "the statuses", statuses, []int{http.StatusAccepted, http.StatusGone, http.StatusTooManyRequests, http.StatusTooManyRequests})
}
