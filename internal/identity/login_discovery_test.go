package identity_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rehearse/internal/identity"
)

// limit is how long a test waits.
const limit = time.Minute

// slowIssuer answers a request for its endpoints when answer has an element: with the endpoints if it
// is true, and with an error otherwise.
type slowIssuer struct {
	login   *identity.Login
	asked   chan struct{} // has an element for each request
	answer  chan bool
	now     atomic.Pointer[time.Time]
	changed atomic.Int64 // added to the names of the endpoints
}

func startSlowIssuer(t *testing.T) *slowIssuer {
	t.Helper()
	i := &slowIssuer{asked: make(chan struct{}, 100), answer: make(chan bool)}
	i.now.Store(&now)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.asked <- struct{}{}
		var good bool
		select {
		case good = <-i.answer:
		case <-t.Context().Done():
		}
		if !good {
			http.Error(w, "away", http.StatusBadGateway)
			return
		}
		at := "http://" + r.Host
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"issuer": %q, "authorization_endpoint": "%s/authorize-%d", "token_endpoint": %q, "jwks_uri": %q}`,
			at, at, i.changed.Load(), at+"/token", at+"/keys")
	}))
	t.Cleanup(server.Close)
	i.login = identity.NewLogin(identity.LoginOptions{Issuer: server.URL, ClientID: "rehearse", Clock: func() time.Time { return *i.now.Load() }})
	return i
}

func (i *slowIssuer) pass(d time.Duration) {
	later := i.now.Load().Add(d)
	i.now.Store(&later)
}

// passAsked lets time pass once the issuer has been asked.
func (i *slowIssuer) passAsked(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-i.asked:
		i.pass(d)
		i.asked <- struct{}{}
	case <-time.After(limit):
		t.Fatal("the issuer is not asked")
	}
}

// respond answers a request, which must arrive or have arrived.
func (i *slowIssuer) respond(t *testing.T, good bool) {
	t.Helper()
	select {
	case i.answer <- good:
		<-i.asked
	case <-time.After(limit):
		t.Fatal("the issuer is not asked")
	}
}

func (i *slowIssuer) unasked(t *testing.T) {
	t.Helper()
	if n := len(i.asked); n != 0 {
		t.Errorf("the issuer was asked %d times, want 0", n)
	}
}

func wantUnavailable(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, identity.ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
}

// Requests that wait for an issuer that does not answer share one attempt, and give up early.
func TestIssuerDoesNotAnswer(t *testing.T) {
	t.Parallel()
	i := startSlowIssuer(t)
	ended, end := context.WithCancel(t.Context())
	end()
	_, _, err := i.login.Begin(ended, false)
	wantUnavailable(t, err)

	began := time.Now()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			_, err := i.login.EndURL(t.Context())
			wantUnavailable(t, err)
		})
	}
	all.Wait()
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("the requests waited %v; they must not wait for the client's timeout, 5 s", took)
	}
	if n := len(i.asked); n != 1 {
		t.Errorf("the issuer was asked %d times, want once", n)
	}
}

// The time until an issuer is asked again begins when an attempt has ended, however long it took.
func TestIssuerIsNotAskedAtOnce(t *testing.T) {
	t.Parallel()
	i := startSlowIssuer(t)
	failed := make(chan error)
	go func() {
		_, _, err := i.login.Begin(t.Context(), false)
		failed <- err
	}()
	i.passAsked(t, time.Hour)
	i.respond(t, false)
	wantUnavailable(t, <-failed)
	i.pass(4 * time.Second)
	_, _, err := i.login.Begin(t.Context(), false)
	wantUnavailable(t, err)
	i.unasked(t)
}

// A server that knows the endpoints uses them while it asks for them again.
func TestIssuerDoesNotAnswerAgain(t *testing.T) {
	t.Parallel()
	i := startSlowIssuer(t)
	begin := func(ctx context.Context) string {
		t.Helper()
		to, _, err := i.login.Begin(ctx, false)
		if err != nil {
			t.Fatal(err)
		}
		return to
	}
	first := make(chan string)
	go func() {
		to, _, _ := i.login.Begin(t.Context(), false)
		first <- to
	}()
	i.respond(t, true)
	if to := <-first; !strings.Contains(to, "/authorize-0?") {
		t.Fatalf("the login goes to %q", to)
	}
	i.pass(time.Hour)
	i.changed.Store(1)
	ended, end := context.WithCancel(t.Context())
	end()
	for range 3 {
		if to := begin(ended); !strings.Contains(to, "/authorize-0?") {
			t.Errorf("the login goes to %q", to)
		}
	}
	i.respond(t, true)
	late := time.Now().Add(limit)
	for !strings.Contains(begin(t.Context()), "/authorize-1?") {
		if time.Now().After(late) {
			t.Fatal("the new endpoints are not used")
		}
	}
	i.unasked(t)
}

// An issuer with https does not lead to endpoints without it.
func TestEncryptedIssuer(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []string{"", "authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint"} {
		issuer := "https://login.example.org"
		m := map[string]string{
			"authorization_endpoint": issuer, "token_endpoint": issuer, "jwks_uri": issuer, "userinfo_endpoint": issuer, "end_session_endpoint": issuer,
		}
		if endpoint != "" {
			m[endpoint] = "http://login.example.org"
		}
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		err = identity.CheckMetadata(issuer, text)
		if (err == nil) != (endpoint == "") || err != nil && !strings.Contains(err.Error(), endpoint+` is "http:`) {
			t.Errorf("with %q unencrypted: got %v", endpoint, err)
		}
	}
}
