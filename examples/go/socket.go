package main

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"

	"github.com/Khan/genqlient/graphql"
	"github.com/coder/websocket"
)

// dialer opens WebSockets for genqlient, which does not support the protocol's pings. The
// socket answers the server's pings. The server answers a client's ping when everything
// that was sent before it has started.
type dialer struct {
	socket *socket
}

type socket struct {
	conn  *websocket.Conn
	begun chan struct{}
	once  sync.Once
}

func (d *dialer) DialContext(ctx context.Context, url string, header http.Header) (graphql.WSConn, error) {
	header = header.Clone()
	header.Del("Sec-WebSocket-Protocol")                             // the library sends it
	conn, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{ //nolint:bodyclose // Dial closes the body
		HTTPHeader: header, Subprotocols: []string{"graphql-transport-ws"},
	})
	if err != nil {
		return nil, err
	}
	d.socket = &socket{conn: conn, begun: make(chan struct{})}
	return d.socket, nil
}

// awaitBegun waits until every subscription that was sent is active.
func (d *dialer) awaitBegun(ctx context.Context) error {
	if err := d.socket.send(ctx, `{"type":"ping"}`); err != nil {
		return err
	}
	select {
	case <-d.socket.begun:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *socket) ReadMessage() (kind int, text []byte, err error) {
	for {
		kind, text, err := s.conn.Read(context.Background())
		var message struct{ Type string }
		if err != nil || json.Unmarshal(text, &message) != nil {
			return int(kind), text, err
		}
		switch message.Type {
		case "ping":
			err = s.send(context.Background(), `{"type":"pong"}`)
		case "pong":
			s.once.Do(func() { close(s.begun) })
		default:
			return int(kind), text, nil
		}
		if err != nil {
			return 0, nil, err
		}
	}
}

func (s *socket) WriteMessage(kind int, text []byte) error {
	if websocket.MessageType(kind) != websocket.MessageText {
		return nil // a close message, which Close sends
	}
	return s.send(context.Background(), string(text))
}

func (s *socket) send(ctx context.Context, text string) error {
	return s.conn.Write(ctx, websocket.MessageText, []byte(text))
}

func (s *socket) Close() error { return s.conn.Close(websocket.StatusNormalClosure, "") }
