package gqlhttp

import (
	"context"
	"errors"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"rehearse/graph"
	"rehearse/internal/errorcode"
	"rehearse/internal/live"
)

// MaxMessageID is the maximum length of an operation's id, in bytes.
const MaxMessageID = 128

// subscribe starts an operation. A subscription has started by the time the next message is
// read, so a client that receives the pong to a later ping misses no event.
func (s *socket) subscribe(ctx context.Context, m message) (ok bool) {
	if m.ID == "" || len(m.ID) > MaxMessageID { // every response repeats the id
		s.close(closeBadMessage, "Invalid message received")
		return false
	}
	from, params, refused := s.parse(ctx, m)
	switch {
	case refused != nil && refused.outcome == malformed:
		s.close(closeBadMessage, "Invalid message received")
		return false
	case refused != nil:
		s.sendJSON(ctx, message{Type: "error", ID: m.ID}, refused.errors)
		return true
	}
	ctx, known, running := s.remember(ctx, m.ID)
	if known {
		s.close(closeSameID, "Subscriber already exists")
		return false
	}
	if running > s.limits.Operations {
		refused = because(rateLimited, errorcode.RateLimited, "too many operations on this connection; complete one before you start another")
		s.fail(ctx, m.ID, s.chargeReading(ctx, from, params.RawParams, refused).errors)
		return true
	}
	operation, refused := s.admit(ctx, from, s.exec, params)
	switch {
	case refused != nil:
		s.fail(ctx, m.ID, refused.errors)
	case operation.subscribes():
		s.startSubscription(ctx, m.ID, operation)
	default:
		s.running.Go(func() { s.execute(ctx, m.ID, operation) })
	}
	return true
}

// parse reads the operation of a message. It charges for a message that is refused, unless
// the message is malformed, which closes the socket.
func (s *socket) parse(ctx context.Context, m message) (source, *parameters, *refusal) {
	size := int64(len(m.Payload))
	from, refused := s.receive(ctx, s.opened, size)
	if refused != nil {
		return from, nil, refused
	}
	values, refused := readObject(m.Payload)
	if refused != nil {
		return from, nil, refused
	}
	params, refused := readParameters(values, s.opened.Header)
	if refused != nil {
		if refused.outcome != malformed {
			from.bytes = size
			refused = s.chargeReading(ctx, from, &graphql.RawParams{}, refused)
		}
		return from, nil, refused
	}
	return from.with(size, params), params, nil
}

// startSubscription starts a subscription and sends its events in the background.
func (s *socket) startSubscription(ctx context.Context, id string, operation *admitted) {
	payer, ended, refused := s.watch(operation.caller)
	if refused != nil {
		operation.done()
		s.fail(ctx, id, refused.errors)
		return
	}
	operation.payer = payer
	s.atEnd(id, ended)
	ctx, end := graph.WithEnding(ctx)
	responses, ctx := operation.dispatch(ctx, nil, s.exec)
	s.running.Go(func() { s.follow(ctx, id, responses, end) })
}

// execute executes a query or a mutation and sends its response.
func (s *socket) execute(ctx context.Context, id string, operation *admitted) {
	defer operation.done()
	timed, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	responses, timed := operation.dispatch(timed, cancel, s.exec)
	if response := responses(timed); response != nil {
		s.follow(ctx, id, graphql.OneShot(response), &graph.Ending{}) // ctx, because timed may be done while the response is valid
		return
	}
	s.fail(ctx, id, gqlerror.List{graph.RequestError(errorcode.Timeout, graph.TimeoutMessage)})
}

// follow sends the responses of an operation until it ends.
func (s *socket) follow(ctx context.Context, id string, responses graphql.ResponseHandler, end *graph.Ending) {
	for response := responses(ctx); response != nil; response = responses(ctx) {
		if len(response.Data) == 0 { // nothing was executed
			s.fail(ctx, id, response.Errors)
			return
		}
		observer(ctx).Answered(ctx, http.StatusOK, observed(ctx, codesOf(response.Errors)))
		s.sendParts(ctx, encoded(response, envelope{`{"type":"next","id":` + jsonString(id) + `,"payload":{`, "}}"}))
	}
	switch {
	case errors.Is(end.Err(), live.ErrSlow):
		s.close(closeTryAgain, live.ErrSlow.Error())
	case ctx.Err() == nil:
		s.remove(id)
		s.send(ctx, message{Type: "complete", ID: id})
	}
}

// fail ends an operation with errors.
func (s *socket) fail(ctx context.Context, id string, problems gqlerror.List) {
	observer(ctx).Answered(ctx, http.StatusOK, observed(ctx, codesOf(problems)))
	s.remove(id)
	s.sendJSON(ctx, message{Type: "error", ID: id}, problems)
}

// remember registers an operation under its id, unless the id is in use.
func (s *socket) remember(ctx context.Context, id string) (_ context.Context, known bool, running int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known = s.operations[id]; known {
		return ctx, true, 0
	}
	ctx, cancel := context.WithCancel(ctx)
	ctx, done := observer(ctx).Request(ctx, s.opened)
	s.operations[id] = func() { cancel(); done() }
	return ctx, false, len(s.operations)
}

// atEnd calls ended when the operation ends, or at once if it has ended.
func (s *socket) atEnd(id string, ended func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	end, known := s.operations[id]
	if !known {
		ended()
		return
	}
	s.operations[id] = func() { ended(); end() }
}

// remove ends an operation and releases its id.
func (s *socket) remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if end, known := s.operations[id]; known {
		end()
		delete(s.operations, id)
	}
}

func (s *socket) removeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, end := range s.operations {
		end()
	}
	clear(s.operations)
}
