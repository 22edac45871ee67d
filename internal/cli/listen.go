package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// listeners are the open listeners of a server. ops is nil without OPS_ADDR.
type listeners struct{ public, ops net.Listener }

// listen opens the listeners. The server opens them before it starts the database, so that a port conflict is
// reported early.
func (s *session) listen(ctx context.Context) (listeners, error) {
	var l listeners
	var err error
	if l.public, err = open(ctx, "ADDR", s.config.Addr); err != nil {
		return l, err
	}
	if s.config.OpsAddr != "" {
		if l.ops, err = open(ctx, "OPS_ADDR", s.config.OpsAddr); err != nil {
			l.close()
			return l, err
		}
	}
	return l, nil
}

func open(ctx context.Context, name, addr string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s %s is in use; is another server running there? Stop it, or choose another port, such as %s=%s", name, addr, name, nextFree(ctx, addr))
	}
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s %s: %w", name, addr, err)
	}
	return l, nil
}

// nextFree returns addr with the next free port, or with port 0.
func nextFree(ctx context.Context, addr string) string {
	const tries = 20
	host, port, _ := net.SplitHostPort(addr) // config has validated it
	first, _ := strconv.Atoi(port)
	for next := first + 1; next <= min(first+tries, 65535); next++ {
		candidate := net.JoinHostPort(host, strconv.Itoa(next))
		if l, err := new(net.ListenConfig).Listen(ctx, "tcp", candidate); err == nil {
			_ = l.Close() // nobody has connected
			return candidate
		}
	}
	return net.JoinHostPort(host, "0")
}

func (l listeners) close() {
	for _, one := range []net.Listener{l.public, l.ops} {
		if one != nil {
			_ = one.Close() // the HTTP server has usually closed it
		}
	}
}
