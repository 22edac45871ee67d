package pgtest

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"slices"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Proxy is a TCP proxy for a database that can stop forwarding without closing connections,
// as does a server that is frozen or a network that loses packets.
type Proxy struct {
	DSN string

	pools  bool
	mu     sync.Mutex
	away   bool          // whether new connections are closed at once
	thawed chan struct{} // closed unless the proxy is frozen
	conns  map[*proxied]struct{}
}

// proxied is a connection through the proxy.
type proxied struct {
	client, server net.Conn
	lost           chan struct{} // closed when nothing is forwarded any more
}

// Proxy starts a proxy for the database that runs until the test ends.
func (d Database) Proxy(t testing.TB) *Proxy {
	t.Helper()
	return d.proxy(t, new(Proxy))
}

// Pooler starts a Proxy that, like a pooler, reports a process id to clients that differs from
// the server's.
func (d Database) Pooler(t testing.TB) *Proxy {
	t.Helper()
	return d.proxy(t, &Proxy{pools: true})
}

func (d Database) proxy(t testing.TB, p *Proxy) *Proxy {
	t.Helper()
	config, err := pgx.ParseConfig(d.DSN)
	if err != nil {
		t.Fatalf("parse the address of the test database: %v", err)
	}
	front, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.thawed, p.conns = make(chan struct{}), map[*proxied]struct{}{}
	p.DSN = (&url.URL{
		Scheme: "postgres", User: url.UserPassword(config.User, config.Password), Host: front.Addr().String(),
		Path: config.Database, RawQuery: "sslmode=disable",
	}).String()
	close(p.thawed)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		for {
			client, err := front.Accept()
			if err != nil {
				return
			}
			network, address := pgconn.NetworkAddress(config.Host, config.Port)
			server, err := new(net.Dialer).DialContext(ctx, network, address)
			if err == nil && p.isAway() {
				_ = server.Close()
				err = net.ErrClosed
			}
			if err != nil {
				_ = client.Close()
				continue
			}
			c := &proxied{client, server, make(chan struct{})}
			running.Go(func() { p.serve(ctx, c) })
		}
	})
	t.Cleanup(func() {
		stop()
		_ = front.Close()
		p.Cut()
		running.Wait()
	})
	return p
}

// Leave closes new connections at once, as does a host whose database is not running.
func (p *Proxy) Leave() { p.setAway(true) }

// Return forwards new connections again.
func (p *Proxy) Return() { p.setAway(false) }

func (p *Proxy) setAway(away bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = away
}

func (p *Proxy) isAway() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.away
}

// Freeze stops forwarding, on new connections as well.
func (p *Proxy) Freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.thawed = make(chan struct{})
}

// Thaw forwards again, starting with what has been sent in the meantime.
func (p *Proxy) Thaw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.thawed)
}

// Lose stops forwarding for ever on the present connections, and leaves them open.
func (p *Proxy) Lose() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		close(c.lost)
		delete(p.conns, c)
	}
}

// Cut closes the present connections.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_, _ = c.client.Close(), c.server.Close()
	}
}

func (p *Proxy) serve(ctx context.Context, c *proxied) {
	p.mu.Lock()
	p.conns[c] = struct{}{}
	p.mu.Unlock()
	var running sync.WaitGroup
	for _, way := range [][2]net.Conn{{c.client, c.server}, {c.server, c.client}} {
		running.Go(func() {
			if !p.pools || way[0] == c.client || forgeProcess(way[0], way[1]) == nil {
				p.forward(ctx, c, way[0], way[1])
			}
			_ = way[1].Close()
		})
	}
	running.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}

// forgeProcess forwards the messages of the server up to the one with its process id, which it
// changes.
func forgeProcess(server io.Reader, client io.Writer) error {
	const backendKeyData = 'K'
	for header := make([]byte, 5); ; {
		if _, err := io.ReadFull(server, header); err != nil {
			return err
		}
		body := make([]byte, binary.BigEndian.Uint32(header[1:])-4)
		if _, err := io.ReadFull(server, body); err != nil {
			return err
		}
		if header[0] == backendKeyData {
			body[0] ^= 0xc0 // half of the ids that pgbouncer makes up are too large for int4
		}
		if _, err := client.Write(slices.Concat(header, body)); err != nil || header[0] == backendKeyData {
			return err
		}
	}
}

// forward copies until the connection or the test ends.
func (p *Proxy) forward(ctx context.Context, c *proxied, from io.Reader, to io.Writer) {
	for buffer := make([]byte, 32<<10); ; {
		n, err := from.Read(buffer)
		p.mu.Lock()
		thawed := p.thawed
		p.mu.Unlock()
		select {
		case <-thawed:
		case <-ctx.Done():
			return
		}
		select {
		case <-c.lost:
			<-ctx.Done()
			return
		default:
		}
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
