package store_test

import (
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"rehearse/internal/pgtest"
)

// pooled starts a proxy for the database and returns its address. Like a pooler, it reports
// a process id to clients that differs from the server's.
func pooled(t *testing.T, db pgtest.Database) string {
	t.Helper()
	config, err := pgx.ParseConfig(db.DSN)
	if err != nil {
		t.Fatal(err)
	}
	front, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = front.Close() })
	go func() {
		for {
			client, err := front.Accept()
			if err != nil {
				return
			}
			network, address := pgconn.NetworkAddress(config.Host, config.Port)
			server, err := new(net.Dialer).DialContext(t.Context(), network, address)
			if err != nil {
				_ = client.Close()
				continue
			}
			go func() { _, _ = io.Copy(server, client); _ = server.Close() }()
			go func() { forward(client, server); _ = client.Close() }()
		}
	}()
	return (&url.URL{
		Scheme: "postgres", User: url.UserPassword(config.User, config.Password), Host: front.Addr().String(),
		Path: config.Database, RawQuery: "sslmode=disable",
	}).String()
}

// forward copies the server's messages to the client and changes the process id.
func forward(client io.Writer, server io.Reader) {
	const backendKeyData = 'K'
	for header := make([]byte, 5); ; {
		if _, err := io.ReadFull(server, header); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(header[1:])-4)
		if _, err := io.ReadFull(server, body); err != nil {
			return
		}
		if header[0] == backendKeyData {
			body[0] ^= 0x40
		}
		if _, err := client.Write(append(slices.Clone(header), body...)); err != nil {
			return
		}
	}
}
