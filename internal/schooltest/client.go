package schooltest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// Client is a WebSocket client that speaks graphql-transport-ws.
type Client struct {
	T    *testing.T
	Conn *websocket.Conn
	next int
}

// Frame is a message of the protocol.
type Frame struct {
	Type    string          `json:"type"`
	ID      string          `json:"id,omitempty"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// Initialise is the first message that a client sends.
const Initialise = `{"type":"connection_init"}`

// Soon is the timeout of every wait in these tests, far longer than any takes on a busy
// machine.
const Soon = time.Minute

// Dial opens a WebSocket without sending a message.
func Dial(t *testing.T, url string, header http.Header) *Client {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), url, &websocket.DialOptions{
		Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: header,
	})
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(1 << 20)
	return &Client{T: t, Conn: conn}
}

// Connect opens a WebSocket that is ready for operations.
func (s *School) Connect() *Client {
	s.T.Helper()
	c := Dial(s.T, s.URL, nil)
	c.Send(Initialise)
	c.Wants("connection_ack", "")
	return c
}

// Send sends a message.
func (c *Client) Send(text string) {
	c.T.Helper()
	if err := c.Conn.Write(c.T.Context(), websocket.MessageText, []byte(text)); err != nil {
		c.T.Fatalf("send %s: %v", text, err)
	}
}

// Read returns the next message.
func (c *Client) Read() (Frame, error) {
	ctx, cancel := context.WithTimeout(c.T.Context(), Soon)
	defer cancel()
	var f Frame
	_, text, err := c.Conn.Read(ctx)
	if err == nil {
		err = json.Unmarshal(text, &f)
	}
	return f, err
}

// Wants reads a message, checks its type and id, and returns its payload. It answers pings, which
// the server sends if a test takes long.
func (c *Client) Wants(kind, id string) json.RawMessage {
	c.T.Helper()
	f, err := c.Read()
	for err == nil && f.Type == "ping" && kind != "ping" {
		c.Send(`{"type":"pong"}`)
		f, err = c.Read()
	}
	if err != nil || f.Type != kind || f.ID != id {
		c.T.Fatalf("got %s %s %s (%v), wanted %s %s", f.Type, f.ID, f.Payload, err, kind, id)
	}
	return f.Payload
}

// Closes reads until the socket is closed, checks the code, and returns the reason.
func (c *Client) Closes(code websocket.StatusCode) string {
	c.T.Helper()
	for {
		_, err := c.Read()
		var closed websocket.CloseError
		switch {
		case err == nil:
		case errors.As(err, &closed) && closed.Code == code:
			return closed.Reason
		default:
			c.T.Fatalf("the socket ends with %v, wanted code %d", err, code)
		}
	}
}

// Begin starts an operation and returns its id.
func (c *Client) Begin(document string, variables map[string]any) string {
	c.T.Helper()
	c.next++
	id := string(rune('a' + c.next))
	text, err := json.Marshal(map[string]any{
		"id": id, "type": "subscribe", "payload": map[string]any{"query": document, "variables": variables},
	})
	if err != nil {
		c.T.Fatal(err)
	}
	c.Send(string(text))
	return id
}

// Subscribed starts a subscription and waits until it misses no further event.
func (c *Client) Subscribed(document string, variables map[string]any) string {
	c.T.Helper()
	id := c.Begin(document, variables)
	c.Send(`{"type":"ping"}`)
	c.Wants("pong", "")
	return id
}

// Event decodes the data of the next response of an operation into data.
func (c *Client) Event(id string, data any) {
	c.T.Helper()
	payload := c.Wants("next", id)
	a := Answer{T: c.T, Body: string(payload)}
	if err := json.Unmarshal(payload, &a); err != nil {
		c.T.Fatal(err)
	}
	a.Into(data)
}

// Fails reads the error that ends an operation and returns its code.
func (c *Client) Fails(id string) string {
	c.T.Helper()
	var problems []struct {
		Message    string
		Extensions struct{ Code string }
	}
	if err := json.Unmarshal(c.Wants("error", id), &problems); err != nil || len(problems) != 1 {
		c.T.Fatalf("errors %+v (%v), wanted one", problems, err)
	}
	return problems[0].Extensions.Code
}
