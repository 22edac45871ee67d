//go:build unix

package cli

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// balancer is a TCP proxy that sends each new connection to one of its servers, in turn. It checks
// /readyz of each server, uses those that are ready, and retries nothing.
type balancer struct {
	address string
	ready   sync.Map // of addresses of servers, to whether they are ready
	turn    atomic.Int64
	running sync.WaitGroup
}

// checkEvery is the time between two checks of a balancer.
const checkEvery = 200 * time.Millisecond

func newBalancer(t *testing.T) *balancer {
	t.Helper()
	front, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &balancer{address: front.Addr().String()}
	ctx, stop := context.WithCancel(context.Background())
	b.running.Go(func() {
		for again := time.Tick(checkEvery); ctx.Err() == nil; <-again {
			b.check(ctx)
		}
	})
	b.running.Go(func() {
		for {
			client, err := front.Accept()
			if err != nil {
				return
			}
			b.running.Go(func() { b.forward(ctx, client) })
		}
	})
	t.Cleanup(func() {
		stop()
		_ = front.Close()
		b.running.Wait()
	})
	return b
}

// add adds a server, and waits until it is used.
func (b *balancer) add(t *testing.T, r *running) {
	t.Helper()
	b.ready.Store(r.address, false)
	for ready := any(false); ready == false; ready, _ = b.ready.Load(r.address) {
		select {
		case <-t.Context().Done():
			t.Fatalf("the server does not become ready: %s", r.stderr)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (b *balancer) check(ctx context.Context) {
	b.ready.Range(func(server, _ any) bool {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://%s/readyz", server), nil)
		if err != nil {
			return false
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			_ = response.Body.Close()
		}
		b.ready.Store(server, err == nil && response.StatusCode == http.StatusOK)
		return true
	})
}

// forward connects a client to the next server that is ready.
func (b *balancer) forward(ctx context.Context, client net.Conn) {
	defer client.Close()
	var servers []string
	b.ready.Range(func(server, ready any) bool {
		if ready == true {
			servers = append(servers, fmt.Sprint(server))
		}
		return true
	})
	if len(servers) == 0 {
		return
	}
	slices.Sort(servers)
	server, err := new(net.Dialer).DialContext(ctx, "tcp", servers[b.turn.Add(1)%int64(len(servers))])
	if err != nil {
		return
	}
	defer context.AfterFunc(ctx, func() { _, _ = client.Close(), server.Close() })()
	b.running.Go(func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	})
	_, _ = io.Copy(client, server)
}

// traffic counts the answered and the lost requests of clients that send requests all the time.
type traffic struct {
	answered, lost atomic.Int64
	reason         atomic.Value // why a request was lost
}

// send sends requests until ctx ends. Its connections are closed after each request unless keep is
// set.
func (l *traffic) send(ctx context.Context, address string, keep bool) {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: !keep}}
	defer client.CloseIdleConnections()
	for ctx.Err() == nil {
		response, err := client.Post("http://"+address+"/graphql", "application/json", strings.NewReader(`{"query": "{ students { totalCount } }"}`))
		var text []byte
		if err == nil {
			text, err = io.ReadAll(response.Body)
			_ = response.Body.Close()
		}
		if err != nil || !strings.Contains(string(text), `"totalCount":25`) {
			l.lost.Add(1)
			l.reason.Store(fmt.Sprintf("%v: %s", err, text))
			continue
		}
		l.answered.Add(1)
	}
}

// await waits until n more requests have been answered.
func (l *traffic) await(t *testing.T, n int64) {
	t.Helper()
	for until := l.answered.Load() + n; l.answered.Load() < until; {
		select {
		case <-t.Context().Done():
			t.Fatalf("requests are not answered: %v", l.reason.Load())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Two servers are replaced one by one behind a load balancer that retries nothing. With a
// DRAIN_DELAY that is longer than the balancer takes to notice, no request is lost.
func TestRollingRestartLosesNoRequest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		delay string
		loses bool
	}{
		{"8s", false}, // a busy machine takes seconds to check a server
		{"0s", true},  // negative control
	} {
		t.Run("DRAIN_DELAY="+c.delay, func(t *testing.T) {
			t.Parallel()
			_, env := externalSchool(t)
			env = append(env, "DRAIN_DELAY="+c.delay, "RATE_LIMIT=off", "MAX_OPERATIONS_PER_CALLER=32")
			b := newBalancer(t)
			servers := []*running{start(t, newDataFolder(t), env...), start(t, newDataFolder(t), env...)}
			for _, r := range servers {
				b.add(t, r)
			}
			ctx, stop := context.WithCancel(t.Context())
			var clients sync.WaitGroup
			defer clients.Wait()
			defer stop()
			sent := &traffic{}
			for i := range 8 {
				clients.Go(func() { sent.send(ctx, b.address, i%2 == 0) })
			}
			for _, old := range servers {
				sent.await(t, 50)
				b.add(t, start(t, newDataFolder(t), env...))
				old.stop()
			}
			sent.await(t, 50)
			stop()
			clients.Wait()
			if lost := sent.lost.Load(); (lost > 0) != c.loses {
				t.Errorf("%d requests of %d were lost, want some: %t; the last: %v", lost, lost+sent.answered.Load(), c.loses, sent.reason.Load())
			}
			t.Logf("%d requests were answered, %d were lost", sent.answered.Load(), sent.lost.Load())
		})
	}
}
