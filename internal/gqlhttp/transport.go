package gqlhttp

import (
	"context"
	"net/http"
	"strconv"

	"github.com/99designs/gqlgen/graphql"

	"rehearse/graph"
	"rehearse/internal/errorcode"
)

// transport serves GraphQL over HTTP with a single response: POST with a JSON body, and GET
// for queries. It replaces the transport of gqlgen, which does not limit the body, repeats
// the body in its errors, and does not implement the statuses and media types of GraphQL
// over HTTP.
type transport struct{ admission }

// costHeader reports the cost of an operation. In a request, it asks for details in
// extensions.cost.
const costHeader = "X-GraphQL-Cost"

// Supports reports whether r expects a single response. It leaves upgrades and event
// streams to other transports.
func (transport) Supports(r *http.Request) bool {
	return r.Header.Get("Upgrade") == "" && !prefersEventStream(r)
}

// Do implements graphql.Transport.
func (t transport) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	if _, acceptable := responseMedia(r); !acceptable {
		writeRefusal(w, r, refuse(notAcceptable, "Accept allows neither %s nor %s; one of them is expected", graphqlJSONMedia, jsonMedia))
		return
	}
	from, refused := t.receive(r.Context(), r, r.ContentLength)
	if refused != nil {
		writeRefusal(w, r, refused)
		return
	}
	done := t.sized(r, from.caller)
	defer done()
	params, refused := readRequest(w, r, t.bodyLimit(r.Context()))
	if refused != nil {
		writeRefusal(w, r, t.unreadable(r, from, refused))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), t.timeout)
	defer cancel()
	operation, refused := t.admit(ctx, from.with(bodySize(r), params), exec, params)
	if refused != nil {
		writeRefusal(w, r, refused)
		return
	}
	defer operation.done()
	if operation.subscribes() {
		refused = refuse(notAcceptable, "a subscription requires a WebSocket (%s) or Accept: %s", subprotocol, eventStreamMedia)
		writeRefusal(w, r, refused.billed(operation.bill))
		return
	}
	operation.bill.headers(w.Header().Set)
	responses, ctx := operation.dispatch(ctx, cancel, exec)
	respond(w, r, operation, responses(ctx))
}

// respond writes the response to an executed operation. The response is nil if the context ended
// before execution.
func respond(w http.ResponseWriter, r *http.Request, operation *admitted, response *graphql.Response) {
	if response == nil {
		writeRefusal(w, r, because(ranOutOfTime, errorcode.Timeout, graph.TimeoutMessage))
		return
	}
	if refused := operation.withoutMemory(response); refused != nil {
		writeRefusal(w, r, refused)
		return
	}
	if r.Header.Get(costHeader) != "" {
		if response.Extensions == nil {
			response.Extensions = map[string]any{}
		}
		response.Extensions["cost"] = operation.bill.points
	}
	write(w, r, executed, response)
}

// writeRefusal writes a response without data.
func writeRefusal(w http.ResponseWriter, r *http.Request, refused *refusal) {
	for name, value := range refused.header {
		w.Header().Set(name, value)
	}
	write(w, r, refused.outcome, &graphql.Response{Errors: refused.errors, Extensions: refused.more})
}

func write(w http.ResponseWriter, r *http.Request, o outcome, response *graphql.Response) {
	media, _ := responseMedia(r)
	h := w.Header()
	h.Add("Vary", "Accept")
	h.Set("Cache-Control", "no-store") // responses are private to the caller
	h.Set("Content-Type", media+"; charset=utf-8")
	observer(r.Context()).Answered(r.Context(), o.status(media), observed(r.Context(), codesOf(response.Errors)))
	parts := encoded(response, httpEnvelope)
	h.Set("Content-Length", strconv.Itoa(parts.size()))
	w.WriteHeader(o.status(media))
	_ = parts.writeTo(w) // fails only if the client has disconnected
}

// unsupported responds to requests that no other transport supports.
type unsupported struct{}

func (unsupported) Supports(*http.Request) bool { return true }

func (unsupported) Do(w http.ResponseWriter, r *http.Request, _ graphql.GraphExecutor) {
	if r.Header.Get("Upgrade") != "" {
		writeRefusal(w, r, refuse(malformed, "the protocol in Upgrade is not supported; websocket is expected"))
		return
	}
	writeRefusal(w, r, refuse(notAcceptable, "Accept prefers another media type than %s and %s; one of them is expected", graphqlJSONMedia, jsonMedia))
}
