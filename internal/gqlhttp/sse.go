package gqlhttp

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"rehearse/graph"
	"rehearse/internal/errorcode"
	"rehearse/internal/identity"
)

var errStopping = errors.New("the server is shutting down")

// eventStreams serves GraphQL over server-sent events, with the protocol graphql-sse in its
// distinct connections mode: each response is the stream of one operation.
type eventStreams struct {
	admission
	*streams
}

// Supports implements graphql.Transport.
func (*eventStreams) Supports(r *http.Request) bool {
	return r.Header.Get("Upgrade") == "" && prefersEventStream(r)
}

// Do implements graphql.Transport.
func (t *eventStreams) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	from, refused := t.receive(r.Context(), r, r.ContentLength)
	if refused != nil {
		writeRefusal(w, r, refused)
		return
	}
	leave, refused := t.join(from.caller)
	if refused != nil {
		writeRefusal(w, r, refused)
		return
	}
	defer leave()
	answered := t.sized(r, from.caller)
	defer answered()
	params, refused := readRequest(w, r, t.maxBody)
	if refused != nil {
		writeRefusal(w, r, t.unreadable(r, from, refused))
		return
	}
	stream := events{w: w, control: http.NewResponseController(w), limits: t.limits}
	operation, refused := t.admit(r.Context(), from.with(bodySize(r), params), exec, params)
	switch {
	case refused != nil && refused.outcome == wrongDocument:
		stream.refuse(r.Context(), refused)
		return
	case refused != nil:
		writeRefusal(w, r, refused)
		return
	}
	defer operation.done()
	operation.bill.headers(w.Header().Set)
	if operation.subscribes() {
		payer, unwatch, refused := t.watch(operation.caller)
		if refused != nil {
			writeRefusal(w, r, refused)
			return
		}
		operation.payer = payer
		defer unwatch()
	}
	t.execute(r.Context(), stream, operation, exec)
}

// join registers a stream of the caller. leave must be called when it ends.
func (t *eventStreams) join(caller string) (leave func(), full *refusal) {
	exit, ok := t.openStream()
	if !ok {
		return nil, tooManyStreams()
	}
	release, ok := t.addToCaller(caller)
	if !ok {
		exit()
		full = because(rateLimited, errorcode.RateLimited, "this caller has too many event streams; close one before you open another")
		return nil, full.with(retryAfterHeader, retryStream)
	}
	return func() { release(); exit() }, nil
}

// execute executes the operation and sends its responses, until it ends, the server stops
// or the sender's token expires.
func (t *eventStreams) execute(ctx context.Context, stream events, operation *admitted, exec graphql.GraphExecutor) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ctx, end := graph.WithEnding(ctx)
	timed, ended := ctx, func() {}
	if !operation.subscribes() {
		timed, ended = context.WithTimeout(ctx, t.timeout)
		defer ended()
	}
	responses, timed := operation.dispatch(timed, ended, exec)
	defer context.AfterFunc(t.stopping, func() { cancel(errStopping) })() //nolint:contextcheck // runs when the server stops, which is not bound to the request
	defer afterSender(ctx, func() { cancel(identity.ErrExpired) })()
	stream.send(ctx, func() *graphql.Response { return responses(timed) }, end)
}

// events writes an event stream.
type events struct {
	w       http.ResponseWriter
	control *http.ResponseController
	limits  StreamLimits
}

func (e events) begin() (ok bool) {
	e.w.Header().Set("Content-Type", eventStreamMedia)
	e.w.Header().Set("Cache-Control", "no-store")
	e.w.Header().Set("X-Accel-Buffering", "no") // disables buffering in nginx
	_ = e.control.SetReadDeadline(time.Time{})  // lift the server's deadline, which is for requests
	return e.write(silence)
}

// refuse streams the errors of an invalid operation, as the protocol requires.
func (e events) refuse(ctx context.Context, refused *refusal) {
	for name, value := range refused.header {
		e.w.Header().Set(name, value)
	}
	_ = e.begin() && e.next(ctx, &graphql.Response{Errors: refused.errors, Extensions: refused.more}) && e.end()
}

// silence is a comment of the stream, sent to keep it alive.
var silence = parts{[]byte(":\n\n")}

// send writes the responses of an operation until it ends or the client disconnects. A
// subscription has started before the first byte is written.
func (e events) send(ctx context.Context, responses func() *graphql.Response, end *graph.Ending) {
	if !e.begin() {
		return
	}
	answers, taken := make(chan *graphql.Response), make(chan struct{})
	go func() {
		defer close(answers)
		for response := responses(); response != nil; response = responses() {
			select {
			case answers <- response:
				<-taken // the next event reuses the buffer
			case <-ctx.Done():
				return
			}
		}
	}()
	defer close(taken)
	alive := time.NewTicker(e.limits.keepAlive)
	defer alive.Stop()
	for {
		select {
		case <-alive.C:
			if !e.write(silence) {
				return
			}
		case response, more := <-answers:
			if !more {
				e.complete(ctx, end)
				return
			}
			if !e.next(ctx, response) {
				return
			}
			taken <- struct{}{}
		}
	}
}

// complete ends the stream, with an error if it ended for another reason than its own
// completion.
func (e events) complete(ctx context.Context, end *graph.Ending) {
	code, why := errorcode.Unavailable, end.Err()
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errStopping):
		why = errStopping
	case errors.Is(cause, identity.ErrExpired):
		code, why = errorcode.Unauthenticated, identity.ErrExpired
	}
	if why != nil && !e.next(ctx, &graphql.Response{Errors: gqlerror.List{graph.RequestError(code, why.Error())}}) {
		return
	}
	e.end()
}

func (e events) end() (ok bool) { return e.write(parts{[]byte("event: complete\ndata: \n\n")}) }

func (e events) next(ctx context.Context, response *graphql.Response) (ok bool) {
	observer(ctx).Answered(ctx, http.StatusOK, observed(ctx, codesOf(response.Errors)))
	return e.write(encoded(oneLine(response), eventEnvelope))
}

// write writes and flushes the text. It fails if the client does not read in time.
func (e events) write(text parts) (ok bool) {
	return text.writeTo(e) == nil && e.control.Flush() == nil
}

// Write implements io.Writer.
func (e events) Write(text []byte) (int, error) {
	_ = e.control.SetWriteDeadline(time.Now().Add(e.limits.write)) //nolint:forbidigo // connections use the real time
	return e.w.Write(text)
}
