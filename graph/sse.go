package graph

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"rehearse/internal/app"
	"rehearse/internal/identity"
)

const eventStream = "text/event-stream"

var errStopping = errors.New("the server stops")

// eventStreams is GraphQL over server-sent events, by the protocol graphql-sse in
// its distinct connections mode: an answer is the stream of one operation.
type eventStreams struct {
	admission
	*streams
}

// Supports implements graphql.Transport.
func (*eventStreams) Supports(r *http.Request) bool {
	return !isSocket(r) && strings.Contains(r.Header.Get("Accept"), eventStream)
}

// Do implements graphql.Transport.
func (t *eventStreams) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	params, bad := readRequest(w, r)
	if bad != nil {
		reject(bad.status, codeBadUserInput, bad.message).write(w, r)
		return
	}
	leave, ok := t.enter()
	if !ok {
		tooManyStreams().write(w, r)
		return
	}
	defer leave()
	release, ok := t.claim(t.admission.limits.whose(r.Context(), r))
	if !ok {
		no := reject(http.StatusTooManyRequests, codeRateLimited, "there are too many subscribers of one caller")
		no.retryAfter = retryStream
		no.write(w, r)
		return
	}
	defer release()
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	operation, _, no := t.admit(ctx, r, exec, params)
	if no != nil {
		no.write(w, r)
		return
	}
	if operation.Operation.Operation != ast.Subscription {
		var done func()
		ctx, done = context.WithTimeout(ctx, t.timeout)
		defer done()
	}
	ctx, end := withEnding(ctx)
	responses, ctx := exec.DispatchOperation(ctx, operation)
	defer context.AfterFunc(t.stopping, func() { cancel(errStopping) })() //nolint:contextcheck // the server stops, not the request
	defer afterSender(ctx, func() { cancel(identity.ErrExpired) })()
	events{w: w, control: http.NewResponseController(w), every: t.streams.limits.KeepAlive}.send(ctx, responses, end)
}

// events writes an event stream.
type events struct {
	w       http.ResponseWriter
	control *http.ResponseController
	every   time.Duration // between signs of life
}

// send writes what comes of an operation until there is no more, or the client
// is gone. When it is seen to begin, a subscription has begun.
func (e events) send(ctx context.Context, responses graphql.ResponseHandler, end *ending) {
	e.w.Header().Set("Content-Type", eventStream)
	e.w.Header().Set("Cache-Control", "no-store")
	e.w.Header().Set("X-Accel-Buffering", "no") // which nginx would do
	_ = e.control.SetReadDeadline(time.Time{})  // the server's is for requests
	if !e.write(":\n\n") {
		return
	}
	answers := make(chan *graphql.Response)
	go func() {
		defer close(answers)
		for response := responses(ctx); response != nil; response = responses(ctx) {
			select {
			case answers <- response:
			case <-ctx.Done():
				return
			}
		}
	}()
	alive := time.NewTicker(e.every)
	defer alive.Stop()
	for {
		select {
		case <-alive.C:
			if !e.write(":\n\n") {
				return
			}
		case response, more := <-answers:
			if !more {
				e.complete(ctx, end)
				return
			}
			if !e.next(response) {
				return
			}
		}
	}
}

// complete says why there is no more, if something is wrong.
func (e events) complete(ctx context.Context, end *ending) {
	cause := context.Cause(ctx)
	switch {
	case end.slow():
		e.next(problem(codeUnavailable, app.ErrSlow.Error()))
	case errors.Is(cause, errStopping):
		e.next(problem(codeUnavailable, errStopping.Error()))
	case errors.Is(cause, identity.ErrExpired):
		e.next(problem(codeUnauthenticated, identity.ErrExpired.Error()))
	}
	e.write("event: complete\ndata: \n\n")
}

func problem(code, message string) any {
	return struct {
		Errors gqlerror.List `json:"errors"`
	}{gqlerror.List{requestError(code, message)}}
}

func (e events) next(answer any) (ok bool) {
	text, err := json.Marshal(answer)
	return err == nil && e.write("event: next\ndata: "+string(text)+"\n\n")
}

// write sends the text at once. Who does not take it in time is given up.
func (e events) write(text string) (ok bool) {
	_ = e.control.SetWriteDeadline(time.Now().Add(streamWriteTimeout)) //nolint:forbidigo // no operation's time: the connection's
	_, err := io.WriteString(e.w, text)
	return err == nil && e.control.Flush() == nil
}
