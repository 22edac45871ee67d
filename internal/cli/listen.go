package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

type listeners struct{ public, ops net.Listener }

// listen takes the addresses first: a port in use is told before a database is
// started for nothing.
func (p *program) listen(ctx context.Context) (listeners, error) {
	var l listeners
	var err error
	if l.public, err = open(ctx, "ADDR", p.config.Addr); err != nil {
		return l, err
	}
	if p.config.OpsAddr != "" {
		if l.ops, err = open(ctx, "OPS_ADDR", p.config.OpsAddr); err != nil {
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

// nextFree is the address with the next port that is free, or with any.
func nextFree(ctx context.Context, addr string) string {
	const tries = 20
	host, port, _ := net.SplitHostPort(addr) // it was checked
	first, _ := strconv.Atoi(port)
	for next := first + 1; next <= min(first+tries, 65535); next++ {
		candidate := net.JoinHostPort(host, strconv.Itoa(next))
		if l, err := new(net.ListenConfig).Listen(ctx, "tcp", candidate); err == nil {
			_ = l.Close() // it has taken nobody
			return candidate
		}
	}
	return net.JoinHostPort(host, "0")
}

func (l listeners) close() {
	for _, one := range []net.Listener{l.public, l.ops} {
		if one != nil {
			_ = one.Close() // closed already when it was served on
		}
	}
}
