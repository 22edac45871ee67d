package gqlhttp

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"golang.org/x/time/rate"

	"rehearse/internal/app/operation"
	"rehearse/internal/identity"
)

// WebSocket close codes. Codes from 4400 on are defined by the protocol. Clients reconnect
// after 4403, possibly with another token.
const (
	closeStopping     websocket.StatusCode = 1001
	closeTryAgain     websocket.StatusCode = 1013
	closeBadMessage   websocket.StatusCode = 4400
	closeUnauthorized websocket.StatusCode = 4401
	closeForbidden    websocket.StatusCode = 4403
	closeSubprotocol  websocket.StatusCode = 4406
	closeInitTimeout  websocket.StatusCode = 4408
	closeSameID       websocket.StatusCode = 4409
	closeInitAgain    websocket.StatusCode = 4429
)

const subprotocol = "graphql-transport-ws"

// sockets serves GraphQL over WebSockets, with the protocol graphql-transport-ws. It
// replaces the transport of gqlgen, which limits neither sockets nor operations, waits for
// slow readers, accepts an id twice, and closes with nonstandard codes.
type sockets struct {
	admission
	*streams
	origins []string // cross-origin pages that may connect
	sender  func(context.Context, []string) (identity.Sender, error)
}

func isSocket(r *http.Request) bool { return strings.EqualFold(r.Header.Get("Upgrade"), "websocket") }

// Supports implements graphql.Transport.
func (*sockets) Supports(r *http.Request) bool { return isSocket(r) }

// Do implements graphql.Transport.
func (t *sockets) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	initialised, refused := t.reserveHandshake(t.rates.address(r))
	if refused != nil {
		writeRefusal(w, r, refused)
		return
	}
	defer initialised()
	wire := &wire{ResponseWriter: w}
	conn, err := websocket.Accept(wire, r, &websocket.AcceptOptions{Subprotocols: []string{subprotocol}, OriginPatterns: t.origins})
	if err != nil {
		return // Accept has written the response
	}
	ctx, cancel := context.WithCancel(r.Context())
	s := &socket{sockets: t, opened: r, exec: exec, conn: conn, wire: wire, initialised: initialised, cancel: cancel, operations: map[string]func(){}}
	s.serve(ctx)
}

// wire is the connection under a WebSocket.
type wire struct {
	http.ResponseWriter
	conn net.Conn
}

// Hijack implements http.Hijacker.
func (w *wire) Hijack() (conn net.Conn, buffered *bufio.ReadWriter, err error) {
	conn, buffered, err = http.NewResponseController(w.ResponseWriter).Hijack()
	w.conn = conn
	return conn, buffered, err
}

// setInitDeadline sets a read deadline, so that the connection of a client that sends nothing
// is closed without waiting for the client's close frame. The write deadline is a second
// later, which leaves time to write the reason.
func (w *wire) setInitDeadline(after time.Duration) {
	end := time.Now().Add(after) //nolint:forbidigo // connections use the real time
	_ = w.conn.SetReadDeadline(end)
	_ = w.conn.SetWriteDeadline(end.Add(time.Second))
}

// clearDeadline clears the deadlines that setInitDeadline has set.
func (w *wire) clearDeadline() { _ = w.conn.SetDeadline(time.Time{}) }

// socket is an open WebSocket.
type socket struct {
	*sockets
	opened            *http.Request
	exec              graphql.GraphExecutor
	conn              *websocket.Conn
	wire              *wire
	initialised       func() // called once connection_init has arrived
	cancel            context.CancelFunc
	receivedSincePing atomic.Bool // a message has arrived since the last ping
	running           sync.WaitGroup

	mu         sync.Mutex
	operations map[string]func() // cancel functions of the operations, by id
}

// message is a message of the protocol, in either direction.
type message struct {
	Type    string          `json:"type"`
	ID      string          `json:"id,omitempty"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// serve handles messages until either side closes the socket.
func (s *socket) serve(ctx context.Context) {
	defer s.removeAll()
	defer s.running.Wait()
	defer s.cancel()
	defer s.conn.CloseNow()                                                                       //nolint:errcheck // the connection is closed even on an error
	defer context.AfterFunc(s.stopping, func() { s.close(closeStopping, errStopping.Error()) })() //nolint:contextcheck // runs when the server stops, which is not bound to the request
	if s.conn.Subprotocol() != subprotocol {
		s.close(closeSubprotocol, "Subprotocol not acceptable")
		return
	}
	ctx, release, ok := s.initialise(ctx)
	if !ok {
		return
	}
	defer release()
	s.keepAlive(ctx)
	messages := rate.NewLimiter(MessagesPerSecond, MessageBurst)
	for ok && messages.Wait(ctx) == nil {
		var m message
		if m, ok = s.read(ctx); ok {
			ok = s.take(ctx, m)
		}
	}
}

// read returns the next message. ok is false if the socket has ended.
func (s *socket) read(ctx context.Context) (m message, ok bool) {
	kind, text, err := s.conn.Read(ctx)
	if err != nil {
		return m, false
	}
	s.receivedSincePing.Store(true)
	if kind != websocket.MessageText || json.Unmarshal(text, &m) != nil {
		s.close(closeBadMessage, "Invalid message received")
		return m, false
	}
	return m, true
}

// maxInit is the maximum size in bytes of connection_init and of the messages before it. A
// token has at most 8 KiB.
const maxInit = 32 << 10

// initialise waits for connection_init and authenticates the caller by its token or,
// without one, by the token of the request that opened the socket. Until then, the
// deadlines of the wire end all waits, including that for the client's close frame.
func (s *socket) initialise(ctx context.Context) (_ context.Context, release func(), ok bool) {
	s.conn.SetReadLimit(maxInit)
	s.wire.setInitDeadline(s.limits.Init)
	m, ok := s.read(ctx)
	for ok && (m.Type == "ping" || m.Type == "pong") {
		s.take(ctx, m)
		m, ok = s.read(ctx)
	}
	switch {
	case !ok:
		s.close(closeInitTimeout, "Connection initialisation timeout")
		return ctx, nil, false
	case m.Type != "connection_init":
		s.close(closeUnauthorized, "Unauthorized")
		return ctx, nil, false
	}
	if ctx, ok = s.identify(ctx, m.Payload); !ok {
		return ctx, nil, false
	}
	leave, full := s.openFor(s.callerKey(ctx, s.opened))
	if full != "" {
		s.close(closeTryAgain, full)
		return ctx, nil, false
	}
	s.initialised()
	s.wire.clearDeadline()
	s.conn.SetReadLimit(s.maxBody)
	stop := afterSender(ctx, func() { s.close(closeForbidden, identity.ErrExpired.Error()) })
	s.send(ctx, message{Type: "connection_ack"})
	return ctx, func() { stop(); leave() }, true
}

func (s *socket) identify(ctx context.Context, payload json.RawMessage) (_ context.Context, ok bool) {
	var params *struct{ Authorization string }
	if len(payload) > 0 && json.Unmarshal(payload, &params) != nil {
		s.close(closeBadMessage, "Invalid message received")
		return ctx, false
	}
	if params == nil || params.Authorization == "" {
		return ctx, true
	}
	sender, err := s.sender(ctx, []string{params.Authorization})
	if err == nil {
		return withSender(ctx, sender, operation.CallerOf(ctx).RequestID), true
	}
	s.log.DebugContext(ctx, "the token was rejected", "requestId", operation.CallerOf(ctx).RequestID, "error", err)
	if known := badToken(err); known != nil {
		s.close(closeForbidden, known.Error())
	} else {
		s.close(closeTryAgain, identity.ErrUnavailable.Error())
	}
	return ctx, false
}

// keepAlive pings the client periodically, and closes the socket if nothing has arrived
// since the last ping.
func (s *socket) keepAlive(ctx context.Context) {
	time.AfterFunc(s.limits.keepAlive, func() {
		switch {
		case ctx.Err() != nil:
		case !s.receivedSincePing.Swap(false):
			s.cancel()
		default:
			s.send(ctx, message{Type: "ping"})
			s.keepAlive(ctx)
		}
	})
}

// Messages of a WebSocket that are read in a second, and in a burst. Clients that send more
// wait, because only subscribe costs points.
const (
	MessagesPerSecond = 200
	MessageBurst      = 1000
)

// take handles a message. ok is false once the socket is closed.
func (s *socket) take(ctx context.Context, m message) (ok bool) {
	if m.Type != "subscribe" && len(m.Payload) > FreeBytes {
		s.close(closeBadMessage, "Invalid message received")
		return false
	}
	switch m.Type {
	case "ping":
		s.send(ctx, message{Type: "pong"})
	case "pong":
	case "subscribe":
		return s.subscribe(ctx, m)
	case "complete":
		s.remove(m.ID)
	case "connection_init":
		s.close(closeInitAgain, "Too many initialisation requests")
		return false
	default:
		s.close(closeBadMessage, "Invalid message received")
		return false
	}
	return true
}

func (s *socket) sendJSON(ctx context.Context, m message, payload any) {
	var err error
	if m.Payload, err = json.Marshal(payload); err != nil {
		s.log.ErrorContext(ctx, "cannot encode a response", "error", err)
		s.cancel()
		return
	}
	s.send(ctx, m)
}

func (s *socket) send(ctx context.Context, m message) {
	text, err := json.Marshal(m)
	if err != nil {
		s.cancel()
		return
	}
	s.sendParts(ctx, parts{text})
}

// sendParts writes a message. It ignores the cancellation of ctx, because an interrupted
// write would close the socket. It closes the socket if the client does not read the
// message in time; larger messages have more time.
func (s *socket) sendParts(ctx context.Context, text parts) {
	patience := s.limits.write * time.Duration(1+text.size()>>20)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if err := s.write(ctx, text); err != nil {
		s.cancel()
	}
}

func (s *socket) write(ctx context.Context, text parts) error {
	if text.size() <= maxJoined {
		return s.conn.Write(ctx, websocket.MessageText, slices.Concat(text[0], text[1], text[2]))
	}
	message, err := s.conn.Writer(ctx, websocket.MessageText)
	if err != nil {
		return err
	}
	return errors.Join(text.writeTo(message), message.Close())
}

// close closes the socket with a reason and cancels its operations.
func (s *socket) close(code websocket.StatusCode, why string) {
	_ = s.conn.Close(code, why) // the client may have disconnected
	s.cancel()
}
