package gqlhttp

import (
	"context"
	"sync"
	"time"

	"rehearse/internal/errorcode"
)

// StreamLimits limits the resources of subscribers. A stream is a WebSocket or a response
// of server-sent events. Zero values mean the defaults.
type StreamLimits struct {
	PerServer  int           // streams in total; 10,000
	PerCaller  int           // streams of one person, or of one address; 100
	Watches    int           // subscriptions of one caller, on all their streams; 200
	Handshakes int           // WebSockets of one address that wait for connection_init; 100
	Operations int           // concurrent operations on one WebSocket; 100
	Init       time.Duration // timeout for connection_init; 3 s

	// Only tests set these.
	keepAlive time.Duration // interval of messages that keep a stream open; 20 s
	write     time.Duration // time that a client may take to read a message; WriteTimeout
}

// WriteTimeout is the time that a client may take to read a message.
const WriteTimeout = 10 * time.Second

// subscriptionLimit is the name of the limit Watches.
const subscriptionLimit = "subscriptions" + perCaller

func (l StreamLimits) withDefaults() StreamLimits {
	return StreamLimits{
		PerServer: orDefault(l.PerServer, 10_000), PerCaller: orDefault(l.PerCaller, 100), Watches: orDefault(l.Watches, 200),
		Handshakes: orDefault(l.Handshakes, 100), Init: orDefault(l.Init, 3*time.Second),
		Operations: orDefault(l.Operations, 100), keepAlive: orDefault(l.keepAlive, 20*time.Second), write: orDefault(l.write, WriteTimeout),
	}
}

func orDefault[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// streams counts the open streams of the server.
type streams struct {
	limits   StreamLimits
	stopping context.Context //nolint:containedctx // the context of the server, not of a request

	mu           sync.Mutex
	open         int
	callers      map[string]int // streams by caller
	watches      map[string]*subscriber
	handshakes   int            // WebSockets waiting for connection_init, which do not count as open
	handshakesOf map[string]int // handshakes by address
	all          sync.WaitGroup
}

func newStreams(stopping context.Context, l StreamLimits) *streams {
	return &streams{limits: l.withDefaults(), stopping: stopping, callers: map[string]int{}, watches: map[string]*subscriber{}, handshakesOf: map[string]int{}}
}

// reserveHandshake reserves a handshake for a WebSocket from the address, until done is called.
// Handshakes have limits of their own, so that clients that open sockets and send nothing
// do not take the places of open streams.
func (s *streams) reserveHandshake(address string) (done func(), refused *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.handshakesOf[address] >= s.limits.Handshakes:
		refused = because(rateLimited, errorcode.RateLimited, "too many WebSockets of this address have not sent connection_init; try again")
		return nil, refused.with(retryAfterHeader, retryStream)
	case s.open >= s.limits.PerServer, s.handshakes >= max(s.limits.PerServer, 4*s.limits.Handshakes):
		return nil, tooManyStreams()
	}
	s.handshakes++
	s.handshakesOf[address]++
	s.all.Add(1)
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.handshakes--
		if s.handshakesOf[address]--; s.handshakesOf[address] == 0 {
			delete(s.handshakesOf, address)
		}
		s.all.Done()
	}), nil
}

// openFor opens a stream for the caller, unless a limit is reached.
func (s *streams) openFor(caller string) (_ func(), full string) {
	leave, ok := s.openStream()
	if !ok {
		return nil, "too many connections"
	}
	release, ok := s.addToCaller(caller)
	if !ok {
		leave()
		return nil, "too many connections of one caller"
	}
	return func() { release(); leave() }, ""
}

// openStream opens a stream, unless the server's limit is reached.
func (s *streams) openStream() (leave func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open >= s.limits.PerServer {
		return nil, false
	}
	s.open++
	s.all.Add(1)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.open--
		s.all.Done()
	}, true
}

func (s *streams) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

// addToCaller assigns a stream to the caller, unless the caller's limit is reached.
func (s *streams) addToCaller(caller string) (release func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.callers[caller] >= s.limits.PerCaller {
		return nil, false
	}
	s.callers[caller]++
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.callers[caller]--; s.callers[caller] == 0 {
			delete(s.callers, caller)
		}
	}), true
}

// watch adds a subscription to the caller, unless the caller's limit is reached. payer pays
// for its events.
func (s *streams) watch(caller string) (payer *subscriber, release func(), refused *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	payer = s.watches[caller]
	if payer == nil {
		payer = newSubscriber()
	}
	if payer.subscriptions >= s.limits.Watches {
		refused = limitReached(subscriptionLimit, s.limits.Watches, "this caller has too many subscriptions; end one before you start another")
		return nil, nil, refused.with(retryAfterHeader, retryStream)
	}
	payer.subscriptions++
	s.watches[caller] = payer
	return payer, sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if payer.subscriptions--; payer.subscriptions == 0 {
			delete(s.watches, caller)
		}
	}), nil
}

// retryStream is the Retry-After of a refused stream, in seconds.
const retryStream = "5"

func tooManyStreams() *refusal {
	return because(unavailable, errorcode.Unavailable, "the server has too many connections; try again").with(retryAfterHeader, retryStream)
}
