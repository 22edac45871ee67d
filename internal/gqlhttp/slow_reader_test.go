package gqlhttp_test

import (
	"context"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/coder/websocket"

	"rehearse/internal/gqlhttp"
	"rehearse/internal/schooltest"
)

// A client that does not read its events is disconnected.
func TestSlowReaderIsDisconnected(t *testing.T) {
	t.Parallel()
	s, second := living(t, func(o *gqlhttp.Options) { gqlhttp.SetWriteTimeout(o, time.Minute) })
	conn, _, err := websocket.Dial(t.Context(), second.URL, &websocket.DialOptions{
		Subprotocols: []string{"graphql-transport-ws"},
		HTTPClient:   &http.Client{Transport: &http.Transport{DialContext: narrow}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(-1)
	slow := &client{T: t, Conn: conn}
	slow.Send(schooltest.Initialise)
	slow.Wants("connection_ack", "")
	slow.Subscribed(schooltest.SlotsChangedDocument, in{"s": s.Student(nil), "start": moment(0), "end": moment(60 * day)})
	quick := second.Connect()
	id := quick.Follow(s.Student(nil))
	for range 16 { // 2,400 slots, 150 at a time, each time delivered before the next
		start := t0.Add(7 * day)
		window := s.Publish(s.Interviewer(nil), start, 150*15*time.Minute, 15)
		s.Accepted(window.Errors)
		last := start.Add(149 * 15 * time.Minute).Format(time.RFC3339)
		quick.Until(id, func(e slotsChanged) bool {
			return slices.ContainsFunc(e.SlotsChanged.Opened, func(opened slot) bool {
				return opened.Start == last && opened.Interviewer.ID == window.Slots[0].Interviewer.ID
			})
		})
	}
	if why := slow.Closes(1013); why != "the client reads events too slowly, or its rate limit delays them" {
		t.Errorf("the socket was closed with %q", why)
	}
}

// narrow opens a connection that buffers little until it is read.
func narrow(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err == nil {
		err = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	}
	return conn, err
}
