package graph_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/coder/websocket"

	"rehearse/graph"
	"rehearse/internal/booking"
)

// subscriptions ask for each field of Subscription what belongs to a household.
func subscriptions(h household) map[string]string {
	return map[string]string{
		"slotsChanged":     fmt.Sprintf(`slotsChanged(studentId: %s, start: %q, end: %q) { refetch }`, h.student, moment(0), moment(40*day)),
		"interviewChanged": fmt.Sprintf(`interviewChanged(studentId: %s, interviewerId: %s) { id }`, h.student, h.interviewer),
	}
}

func TestWhoMaySubscribe(t *testing.T) {
	t.Parallel()
	s, second := living(t)
	a, b := s.household("a"), s.household("b")
	for _, field := range loadSchema(t).Subscription.Fields {
		rights := rightsTo(t, field)
		asked := map[string]string{"own": subscriptions(b)[field.Name], "missing": subscriptions(nobody)[field.Name]}
		if asked["own"] == "" {
			t.Errorf("%s is not tried", field.Name)
			continue
		}
		for _, who := range append(askers(a, b), asker{"the administrator", booking.RoleAdmin, "0", b, true}) {
			want := map[string]string{"NONE": "FORBIDDEN", "OWN": "NOT_FOUND"}[rights[who.role]]
			if who.role == booking.RoleAnonymous {
				want = "UNAUTHENTICATED"
			}
			for whose, selection := range asked {
				second.act(who.role, int64(number(t, who.id)))
				c := second.connect()
				id := c.begin("subscription { "+selection+" }", nil)
				switch {
				case whose == "own" && who.own && want != "FORBIDDEN":
					c.send(`{"type":"ping"}`)
					c.wants("pong", "")
				case who.role == booking.RoleAdmin:
					if code := c.fails(id); code != "NOT_FOUND" {
						t.Errorf("%s, %s of what is missing: %s", field.Name, who.name, code)
					}
				default:
					if code := c.fails(id); code != want {
						t.Errorf("%s, %s of %s: %s, wanted %s", field.Name, who.name, whose, code, want)
					}
				}
			}
		}
	}
}

// Who does not read what he is told is sent away.
func TestASlowReaderIsSentAway(t *testing.T) {
	t.Parallel()
	s, second := living(t, func(o *graph.HandlerOptions) { o.Streams.Write = time.Minute })
	conn, _, err := websocket.Dial(t.Context(), second.url, &websocket.DialOptions{
		Subprotocols: []string{"graphql-transport-ws"},
		HTTPClient:   &http.Client{Transport: &http.Transport{DialContext: narrow}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(-1)
	slow := &client{t: t, conn: conn}
	slow.send(initialise)
	slow.wants("connection_ack", "")
	slow.subscribed(slotsChangedOf, in{"s": s.student(nil), "start": moment(0), "end": moment(60 * day)})
	quick := second.connect()
	id := quick.follow(s.student(nil))
	for range 16 { // 2,400 slots, each 150 told of before the next
		start := t0.Add(7 * day)
		window := s.publish(s.interviewer(nil), start, 150*15*time.Minute, 15)
		s.accepted(window.Errors)
		last := start.Add(149 * 15 * time.Minute).Format(time.RFC3339)
		quick.until(id, func(e slotsChanged) bool {
			return slices.ContainsFunc(e.SlotsChanged.Opened, func(opened slot) bool {
				return opened.Start == last && opened.Interviewer.ID == window.Slots[0].Interviewer.ID
			})
		})
	}
	if why := slow.closes(1013); why != "the client reads events too slowly, or its rate limit delays them" {
		t.Errorf("he is sent away because %q", why)
	}
}

// narrow is a connection that takes little before somebody reads.
func narrow(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err == nil {
		err = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	}
	return conn, err
}
