package graph

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// transport is GraphQL over HTTP, one answer to one request: POST with a JSON
// body, and GET for queries. It is ours because the library's has no limit on
// the body, repeats the body in its errors, and knows neither the statuses nor
// the media types of GraphQL over HTTP.
type transport struct {
	timeout time.Duration
	maxBody int64
	rates   *RateLimits
	log     *slog.Logger
}

// costHeader asks for what an operation costs, in extensions.cost.
const costHeader = "X-GraphQL-Cost"

// Supports leaves connections that become something else, and streams of events,
// to other transports.
func (transport) Supports(r *http.Request) bool {
	return r.Header.Get("Upgrade") == "" && !prefersEventStream(r)
}

func (t transport) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	if _, acceptable := responseMedia(r); !acceptable {
		writeRefusal(w, r, refuse(notAcceptable, "the answer can be %s or %s; Accept names neither", graphqlJSONMedia, jsonMedia))
		return
	}
	params, refused := readRequest(w, r, t.maxBody)
	if refused != nil {
		writeRefusal(w, r, refused)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), t.timeout)
	defer cancel()
	operation, problems := exec.CreateOperationContext(ctx, params)
	if len(problems) > 0 {
		response := exec.DispatchError(graphql.WithOperationContext(ctx, operation), problems)
		write(w, r, wrongDocument, response)
		return
	}
	paid, refused := t.admit(ctx, w, r, operation)
	if refused != nil {
		writeRefusal(w, r, refused)
		return
	}
	responses, ctx := exec.DispatchOperation(ctx, operation)
	response := responses(ctx)
	if response == nil { // the library's answer when the time ran out before it began
		writeRefusal(w, r, &refusal{ranOutOfTime, gqlerror.List{requestError(codeTimeout, timeoutText)}})
		return
	}
	if r.Header.Get(costHeader) != "" {
		if response.Extensions == nil {
			response.Extensions = map[string]any{}
		}
		response.Extensions["cost"] = paid
	}
	write(w, r, executed, response)
}

// admit is what stands between an operation that could be executed and its
// execution: the method it came by, and what it costs.
func (t transport) admit(
	ctx context.Context, w http.ResponseWriter, r *http.Request, operation *graphql.OperationContext,
) (charge, *refusal) {
	switch kind := operation.Operation.Operation; {
	case kind == ast.Subscription:
		return charge{}, refuse(notAcceptable, "a subscription is answered over a WebSocket, or with Accept: %s", eventStreamMedia)
	case kind == ast.Mutation && r.Method == http.MethodGet:
		w.Header().Set("Allow", http.MethodPost)
		return charge{}, refuse(wrongMethod, "GET answers queries only; send a mutation with POST")
	}
	paid, tooMuch, err := t.rates.take(ctx, r, operation)
	switch {
	case err != nil:
		t.log.ErrorContext(ctx, "rate limits cannot be kept", "error", err)
		return paid, &refusal{unavailable, gqlerror.List{requestError(codeUnavailable, "try again in a moment")}}
	case tooMuch != nil:
		w.Header().Set("Retry-After", strconv.Itoa(tooMuch.Extensions["cost"].(charge).RetryAfterInSec))
		return paid, &refusal{rateLimited, gqlerror.List{tooMuch}}
	}
	return paid, nil
}

// writeRefusal answers a request of which nothing was executed: without data.
func writeRefusal(w http.ResponseWriter, r *http.Request, refused *refusal) {
	write(w, r, refused.outcome, &graphql.Response{Errors: refused.errors})
}

func write(w http.ResponseWriter, r *http.Request, o outcome, response *graphql.Response) {
	media, _ := responseMedia(r)
	h := w.Header()
	h.Add("Vary", "Accept")
	h.Set("Cache-Control", "no-store") // it is the sender's alone
	h.Set("Content-Type", media+"; charset=utf-8")
	w.WriteHeader(o.status(media))
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(answer{response.Errors, response.Data, response.Extensions}) // a client that went away is no error of ours
}

// answer is a response: without data, and not with null, if nothing was executed.
type answer struct {
	Errors     gqlerror.List   `json:"errors,omitempty"`
	Data       json.RawMessage `json:"data,omitempty"`
	Extensions map[string]any  `json:"extensions,omitempty"`
}

// unsupported answers what no transport takes.
type unsupported struct{}

func (unsupported) Supports(*http.Request) bool { return true }

func (unsupported) Do(w http.ResponseWriter, r *http.Request, _ graphql.GraphExecutor) {
	if r.Header.Get("Upgrade") != "" {
		writeRefusal(w, r, refuse(malformed, "nothing is spoken here but HTTP"))
		return
	}
	writeRefusal(w, r, refuse(notAcceptable, "the answer can be %s or %s; Accept prefers another", graphqlJSONMedia, jsonMedia))
}
