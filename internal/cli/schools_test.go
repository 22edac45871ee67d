//go:build unix

package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"rehearse/internal/app"
	"rehearse/internal/app/signin"
	"rehearse/internal/booking"
	"rehearse/internal/identity"
	"rehearse/internal/pgtest"
	"rehearse/internal/school"
	"rehearse/internal/schooltest"
	"rehearse/internal/store"
)

// campus is a school of a server, with data that no other school has. All schools have the same ids.
type campus struct {
	*running
	name   school.Name // empty for the only school
	marker string      // in all texts of the school
	feed   string      // the path of a calendar feed, without that of the school
	leave  string      // the path of a link to unsubscribe, likewise
	urls   string      // begins the URLs in responses
}

// campuses starts a server with the only school and two others, north and south.
func campuses(t *testing.T, env ...string) (db pgtest.Database, all []*campus) {
	t.Helper()
	db, external := external(t)
	data := newDataFolder(t)
	for _, name := range []string{"north", "south"} {
		mustRun(t, data, external, "school", "create", name)
	}
	env = append(append(external, "AUTH=jwt", secretOfTests, "SCHOOL_DOMAIN=schools.test"), env...)
	r := start(t, data, env...)
	for _, name := range []school.Name{"", "north", "south"} {
		c := &campus{running: r, name: name, marker: strings.ToUpper("secret-of-" + string(name) + "-")}
		c.urls = "http://" + r.address + name.Path()
		if slices.Contains(env, "PUBLIC_URL="+deskOfTests) {
			c.urls = "https://" + c.host()
		}
		c.fill(t, db)
		all = append(all, c)
	}
	return db, all
}

// fill adds a student, an interviewer, who meet, a webhook and a calendar feed.
func (c *campus) fill(t *testing.T, db pgtest.Database) {
	t.Helper()
	admin := c.token(booking.RoleAdmin, 0)
	mutate := func(format string, args ...any) string {
		t.Helper()
		status, text := c.send(c.name.Path()+"/graphql", admin, "mutation { "+fmt.Sprintf(format, args...)+" }")
		if status != http.StatusOK || strings.Contains(text, `"code"`) {
			t.Fatalf("%s: got status %d and %s", c.name, status, text)
		}
		return text
	}
	tomorrow := time.Now().UTC().Add(24 * time.Hour).Truncate(time.Hour)
	mutate(`createStudent(input: {name: %q, email: "s@%sexample.org"}) { errors { code } }`, c.marker+"student", strings.ToLower(c.marker))
	mutate(`createInterviewer(input: {name: %q, email: "i@%sexample.org"}) { errors { code } }`, c.marker+"interviewer", strings.ToLower(c.marker))
	mutate(`addAvailability(input: {interviewerId: 1, start: %q, end: %q, tags: [%q]}) { errors { code } }`,
		tomorrow.Format(time.RFC3339), tomorrow.Add(4*time.Hour).Format(time.RFC3339), c.marker+"tag")
	mutate(`bookSlot(input: {studentId: 1, slotId: 1}) { errors { code } }`)
	mutate(`cancelInterview(input: {interviewId: 1, reason: %q}) { errors { code } }`, c.marker+"reason")
	mutate(`bookSlot(input: {studentId: 1, slotId: 1}) { errors { code } }`)
	var created struct {
		Data struct{ CreateCalendarFeed struct{ URL string } }
	}
	if err := json.Unmarshal([]byte(mutate(`createCalendarFeed(input: {studentId: 1}) { url errors { code } }`)), &created); err != nil {
		t.Fatal(err)
	}
	path, is := strings.CutPrefix(created.Data.CreateCalendarFeed.URL, c.urls)
	if !is {
		t.Fatalf("%s: the feed is at %s", c.name, created.Data.CreateCalendarFeed.URL)
	}
	c.feed = path
	unsubscribe, err := app.New(c.store(t, db), time.Now).UnsubscribeURLs(t.Context(), "http://public")
	if err != nil {
		t.Fatal(err)
	}
	link := unsubscribe(booking.Mail{Kind: booking.MailReminder, Recipient: booking.Actor{Role: booking.RoleStudent, ID: 1}})
	c.leave = strings.TrimPrefix(link, "http://public")
}

// store opens the store of the school.
func (c *campus) store(t *testing.T, db pgtest.Database) *store.Store {
	t.Helper()
	only := db.Open(t, store.Options{})
	if c.name == "" {
		return only
	}
	of, err := only.School(t.Context(), c.name, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = of.Close() })
	return of
}

// key returns the secret of the server.
func (c *campus) key() identity.Secret {
	c.t.Helper()
	_, secret, _ := strings.Cut(secretOfTests, "=")
	key, err := identity.NewSecret(secret)
	if err != nil {
		c.t.Fatal(err)
	}
	return key
}

// cookie returns the cookie of a session in the school.
func (c *campus) cookie(role booking.Role, id int64) string {
	c.t.Helper()
	sessions, err := identity.NewSessions(c.key(), c.name, time.Now)
	if err != nil {
		c.t.Fatal(err)
	}
	token, err := sessions.Sign(identity.Session{Actor: booking.Actor{Role: role, ID: id}, Method: signin.OIDC}, time.Hour)
	if err != nil {
		c.t.Fatal(err)
	}
	return "rehearse_session=" + token
}

// token returns a token of the school.
func (c *campus) token(role booking.Role, id int64) string {
	c.t.Helper()
	token, err := c.key().Sign(identity.Terms{School: c.name, Clock: time.Now}, booking.Actor{Role: role, ID: id}, time.Hour)
	if err != nil {
		c.t.Fatal(err)
	}
	return token
}

// send sends a document to a path with a token.
func (r *running) send(path, token, document string, header ...string) (status int, body string) {
	r.t.Helper()
	text, err := json.Marshal(map[string]string{"query": document})
	if err != nil {
		r.t.Fatal(err)
	}
	return r.request(http.MethodPost, path, string(text), append([]string{"Content-Type", "application/json", "Authorization", "Bearer " + token}, header...)...)
}

// request sends a request with headers. Host is one of them.
func (r *running) request(method, path, body string, header ...string) (status int, text string) {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, "http://"+r.address+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			request.Host = header[i+1]
			continue
		}
		request.Header.Set(header[i], header[i+1])
	}
	return r.read(http.DefaultClient.Do(request))
}

// everything reads what a school has, with the texts of its people.
const everything = `{
	students { nodes { id name email interviews { nodes { id note interviewer { name } } } } }
	interviewers { nodes { id name email } } tags { tag }
	interviews { nodes { id status student { name email } interviewer { name } } }
	slots { nodes { id interviewer { name } } } events { nodes { id kind } } webhooks { id url } exportStudent(studentId: 1)
}`

// Schools of one server see nothing of each other.
func TestSchoolsAreIsolated(t *testing.T) {
	t.Parallel()
	_, all := campuses(t)
	t.Run("own tokens see their school", func(t *testing.T) { testOwnTokens(t, all) })
	t.Run("tokens of other schools are refused", func(t *testing.T) { testOtherTokens(t, all) })
	t.Run("unknown schools are not found", func(t *testing.T) { testUnknownSchools(t, all[1]) })
	all[0].stop()
}

// A school is seen by its own tokens, on each road on which it can be named, and nothing of another
// school is.
func testOwnTokens(t *testing.T, all []*campus) {
	for _, c := range all {
		host := "127.0.0.1"
		roads := map[string]func(document string) (int, string){
			"its path and the claim": func(document string) (int, string) {
				return c.send(c.name.Path()+"/graphql", c.token(booking.RoleAdmin, 0), document)
			},
			"the claim alone": func(document string) (int, string) {
				return c.send("/graphql", c.token(booking.RoleAdmin, 0), document)
			},
			"a session": func(document string) (int, string) {
				body, _ := json.Marshal(map[string]string{"query": document})
				return c.request(http.MethodPost, c.name.Path()+"/session/graphql", string(body), "Content-Type", "application/json",
					"Cookie", c.cookie(booking.RoleAdmin, 0))
			},
		}
		if c.name != "" {
			host = string(c.name) + ".schools.test"
			roads["its path, host and the claim"] = func(document string) (int, string) {
				return c.send(c.name.Path()+"/graphql", c.token(booking.RoleAdmin, 0), document, "Host", host+":80")
			}
		}
		roads["its host and the claim"] = func(document string) (int, string) {
			return c.send("/graphql", c.token(booking.RoleAdmin, 0), document, "Host", host)
		}
		for road, send := range roads {
			status, text := send(everything)
			if status != http.StatusOK || strings.Contains(text, `"errors"`) || !strings.Contains(text, c.marker) {
				t.Errorf("%q by %s: got status %d and %.300s", c.name, road, status, text)
			}
			c.mustNotLeak(t, road, text, all)
		}
		status, calendar := c.get(c.name.Path() + c.feed)
		if status != http.StatusOK || !strings.Contains(strings.ReplaceAll(calendar, "\r\n ", ""), c.marker) {
			t.Errorf("the feed of %q: got status %d and %.300s", c.name, status, calendar)
		}
		if status, page := c.get(c.name.Path() + c.leave); status != http.StatusOK {
			t.Errorf("the link to unsubscribe of %q: got status %d and %.300s", c.name, status, page)
		}
	}
}

// mustNotLeak checks that a text has nothing of another school.
func (c *campus) mustNotLeak(t *testing.T, road, text string, all []*campus) {
	t.Helper()
	for _, other := range all {
		if other != c && strings.Contains(strings.ToUpper(text), other.marker) {
			t.Errorf("%q by %s shows what %q has: %.500s", c.name, road, other.name, text)
		}
	}
}

// A token of one school opens nothing of another, on no road and for no operation.
func testOtherTokens(t *testing.T, all []*campus) {
	operations := all[0].rootFields()
	for _, c := range all {
		for _, other := range all {
			if other == c {
				continue
			}
			t.Run(fmt.Sprintf("%s with a token of %s", c.marker, other.marker), func(t *testing.T) {
				c := &campus{c.in(t), c.name, c.marker, c.feed, c.leave, c.urls}
				for _, role := range []booking.Role{booking.RoleAdmin, booking.RoleStudent, booking.RoleInterviewer} {
					token := other.token(role, 1)
					if c.name != "" { // without a name, the claim names the other school
						for _, document := range operations {
							c.wantRefused(document, http.StatusUnauthorized)(c.send(c.name.Path()+"/graphql", token, document))
						}
						c.refusesStreams(token)
						c.wantRefused("its host", http.StatusUnauthorized)(c.send("/graphql", token, everything, "Host", string(c.name)+".schools.test"))
					}
					for what, cookie := range map[string]string{
						"a session": other.cookie(role, 1), "a token as a session": "rehearse_session=" + token, "a token of the school as a session": "rehearse_session=" + c.token(role, 1),
					} {
						c.wantRefused(what, http.StatusUnauthorized)(c.request(http.MethodPost, c.name.Path()+"/session/graphql",
							`{"query": "{ students { totalCount } }"}`, "Content-Type", "application/json", "Cookie", cookie))
					}
				}
				c.wantRefused("a calendar feed", http.StatusNotFound)(c.get(c.name.Path() + other.feed))
				c.wantRefused("a link to unsubscribe", http.StatusNotFound)(c.get(c.name.Path() + other.leave))
				c.wantRefused("a link to unsubscribe, confirmed", http.StatusNotFound)(c.request(http.MethodPost, c.name.Path()+other.leave, "List-Unsubscribe=One-Click"))
				if c.name != "" && other.name != "" {
					c.wantRefused("its path with another host", http.StatusNotFound)(
						c.send(c.name.Path()+"/graphql", c.token(booking.RoleAdmin, 0), everything, "Host", string(other.name)+".schools.test"))
				}
			})
		}
	}
}

// wantRefused returns a check that a response has the status and no data.
func (c *campus) wantRefused(what string, want int) func(status int, text string) {
	c.t.Helper()
	return func(status int, text string) {
		c.t.Helper()
		if status != want || strings.Contains(text, `"data"`) || strings.Contains(strings.ToUpper(text), "SECRET-OF") {
			c.t.Errorf("%s: got status %d and %.300s, want status %d", what, status, text, want)
		}
	}
}

// rootFields returns a document for each operation of the API.
func (c *campus) rootFields() (documents []string) {
	_, text := c.send("/graphql", c.token(booking.RoleAdmin, 0),
		`{ __schema { queryType { fields { name } } mutationType { fields { name } } subscriptionType { fields { name } } } }`)
	var schema struct {
		Data struct {
			Schema map[string]struct{ Fields []struct{ Name string } } `json:"__schema"`
		}
	}
	if err := json.Unmarshal([]byte(text), &schema); err != nil {
		c.t.Fatal(err)
	}
	for kind, of := range schema.Data.Schema {
		for _, field := range of.Fields {
			documents = append(documents, strings.TrimSuffix(kind, "Type")+" { "+field.Name+" { __typename } }")
		}
	}
	slices.Sort(documents)
	if len(documents) < 50 {
		c.t.Fatalf("got %d operations: %s", len(documents), text)
	}
	return documents
}

// refusesStreams checks that a token opens neither a WebSocket nor an event stream.
func (c *campus) refusesStreams(token string) {
	c.t.Helper()
	const document = `{"query": "subscription { eventAdded { id } }"}`
	c.wantRefused("an event stream", http.StatusUnauthorized)(c.request(http.MethodPost, c.name.Path()+"/graphql", document,
		"Content-Type", "application/json", "Accept", "text/event-stream", "Authorization", "Bearer "+token))
	c.wantRefused("a query by GET", http.StatusUnauthorized)(c.request(http.MethodGet, c.name.Path()+"/graphql?query=%7Bstudents%7BtotalCount%7D%7D", "",
		"Authorization", "Bearer "+token))
	url := "ws://" + c.address + c.name.Path() + "/graphql"
	_, response, err := websocket.Dial(c.t.Context(), url, &websocket.DialOptions{
		Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	if err == nil || response == nil || response.StatusCode != http.StatusUnauthorized {
		c.t.Errorf("a WebSocket: got the error %v", err)
	}
	socket := schooltest.Dial(c.t, url, nil)
	socket.Send(`{"type": "connection_init", "payload": {"Authorization": "Bearer ` + token + `"}}`)
	if reason := socket.Closes(4403); reason != identity.ErrOtherSchool.Error() {
		c.t.Errorf("a WebSocket with the token in connection_init was closed because %q", reason)
	}
}

// A name that no school has, or cannot have, is not found, whatever the token says.
func testUnknownSchools(t *testing.T, c *campus) {
	admin := c.token(booking.RoleAdmin, 0)
	for what, path := range map[string]string{
		"unknown": "/s/east/graphql", "upper case": "/s/North/graphql", "empty": "/s//graphql", "a schema": "/s/public/graphql",
		"a quote": "/s/north%22/graphql", "long": "/s/" + strings.Repeat("n", 31) + "/graphql", "encoded": "/s/n%6Frth%2F/graphql",
	} {
		if status, text := c.send(path, admin, everything); status != http.StatusNotFound && status != http.StatusTemporaryRedirect || strings.Contains(text, "data") {
			t.Errorf("%s: got status %d and %.200s", what, status, text)
		}
	}
	for _, host := range []string{"east.schools.test", "a.north.schools.test", "North_.schools.test"} {
		c.wantRefused(host, http.StatusNotFound)(c.send("/graphql", admin, everything, "Host", host))
	}
	c.wantRefused("the playground by path", http.StatusNotFound)(c.get("/s/north/playground"))
	for host, path := range map[string]string{c.address: "/s/north", "north.schools.test": "/"} {
		if status, page := c.request(http.MethodGet, path, "", "Host", host); status != http.StatusOK || !strings.Contains(page, "Rehearse") {
			t.Errorf("the desk of a school at %s: got status %d and %.200s", path, status, page)
		}
	}
}
