package gqlhttp_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/coder/websocket"

	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/identity"
	"rehearse/internal/store"
)

// If the server cannot check whether the sender is still in the school, they can only query. That
// remains so for a request that began before the database came back.
func TestUnconfirmedSenderOnlyQueries(t *testing.T) {
	t.Parallel()
	s := newSchoolWith(t, store.Options{}, func(o *gqlhttp.Options) {
		o.Sender = func(context.Context, []string) (identity.Sender, error) {
			return identity.Sender{Actor: booking.Actor{Role: booking.RoleAdmin}, Unconfirmed: true}, nil
		}
	})
	before := s.Rows()
	if a := s.Ask(`{ students { totalCount } }`, nil); len(a.Errors) > 0 {
		t.Errorf("a query: %s", a.Body)
	}
	a := s.Ask(`mutation { createStudent(input: {name: "X", email: "x@example.org"}) { student { id } } }`, nil)
	if a.Status != http.StatusServiceUnavailable || len(a.Errors) != 1 || a.Errors[0].Extensions.Code != "UNAVAILABLE" || s.Rows() != before {
		t.Errorf("a mutation: got status %d and %s", a.Status, a.Body)
	}
	if status := s.open(`subscription { interviewChanged { id } }`, nil).response.StatusCode; status != http.StatusServiceUnavailable {
		t.Errorf("a subscription: got status %d", status)
	}
	conn, response, err := websocket.Dial(t.Context(), s.URL, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err == nil {
		_ = conn.CloseNow()
		t.Error("a WebSocket is opened")
	} else if response == nil || response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a WebSocket: got %v", err)
	}
}
