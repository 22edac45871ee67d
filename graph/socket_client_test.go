package graph_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// client is one side of a WebSocket that speaks graphql-transport-ws.
type client struct {
	t    *testing.T
	conn *websocket.Conn
	next int
}

type frame struct {
	Type    string          `json:"type"`
	ID      string          `json:"id,omitempty"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// initialise is the first message of a client.
const initialise = `{"type":"connection_init"}`

// soon bounds every wait of these tests; nothing takes nearly as long, however busy the machine.
const soon = time.Minute

// dial opens a socket to a server and says nothing yet.
func dial(t *testing.T, url string, header http.Header) *client {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), url, &websocket.DialOptions{
		Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: header,
	})
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(1 << 20)
	return &client{t: t, conn: conn}
}

// connect opens a socket that is ready for operations.
func (s *school) connect() *client {
	s.t.Helper()
	c := dial(s.t, s.url, nil)
	c.send(initialise)
	c.wants("connection_ack", "")
	return c
}

func (c *client) send(text string) {
	c.t.Helper()
	if err := c.conn.Write(c.t.Context(), websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatalf("send %s: %v", text, err)
	}
}

// read is the next message.
func (c *client) read() (frame, error) {
	ctx, cancel := context.WithTimeout(c.t.Context(), soon)
	defer cancel()
	var f frame
	_, text, err := c.conn.Read(ctx)
	if err == nil {
		err = json.Unmarshal(text, &f)
	}
	return f, err
}

// wants reads a message of the type and id, and answers its payload.
func (c *client) wants(kind, id string) json.RawMessage {
	c.t.Helper()
	f, err := c.read()
	if err != nil || f.Type != kind || f.ID != id {
		c.t.Fatalf("got %s %s %s (%v), wanted %s %s", f.Type, f.ID, f.Payload, err, kind, id)
	}
	return f.Payload
}

// closes reads until the socket is closed, and fails unless it is with the code.
func (c *client) closes(code websocket.StatusCode) string {
	c.t.Helper()
	for {
		_, err := c.read()
		var closed websocket.CloseError
		switch {
		case err == nil:
		case errors.As(err, &closed) && closed.Code == code:
			return closed.Reason
		default:
			c.t.Fatalf("the socket ends with %v, wanted code %d", err, code)
		}
	}
}

// begin sends an operation; it answers its id.
func (c *client) begin(document string, variables map[string]any) string {
	c.t.Helper()
	c.next++
	id := string(rune('a' + c.next))
	text, err := json.Marshal(map[string]any{
		"id": id, "type": "subscribe", "payload": map[string]any{"query": document, "variables": variables},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.send(string(text))
	return id
}

// subscribed begins a subscription and returns when nothing that happens from
// now on is missed.
func (c *client) subscribed(document string, variables map[string]any) string {
	c.t.Helper()
	id := c.begin(document, variables)
	c.send(`{"type":"ping"}`)
	c.wants("pong", "")
	return id
}

// event reads the next answer of an operation into data.
func (c *client) event(id string, data any) {
	c.t.Helper()
	payload := c.wants("next", id)
	a := answer{t: c.t, body: string(payload)}
	if err := json.Unmarshal(payload, &a); err != nil {
		c.t.Fatal(err)
	}
	a.into(data)
}

// fails reads the error that ends an operation, and answers its code.
func (c *client) fails(id string) string {
	c.t.Helper()
	var problems []struct {
		Message    string
		Extensions struct{ Code string }
	}
	if err := json.Unmarshal(c.wants("error", id), &problems); err != nil || len(problems) != 1 {
		c.t.Fatalf("errors %+v (%v), wanted one", problems, err)
	}
	return problems[0].Extensions.Code
}
