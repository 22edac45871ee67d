package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// transport is GraphQL over HTTP, one answer to one request: POST with a JSON
// body, and GET for queries. It is ours because the library's has no limit on
// the body, repeats the body in its errors, and knows neither the statuses nor
// the media types of GraphQL over HTTP.
type transport struct{ admission }

// costHeader says what an operation costs. In a request it asks for more about
// that, in extensions.cost.
const costHeader = "X-GraphQL-Cost"

// Supports leaves connections that become something else, and streams of events,
// to other transports.
func (transport) Supports(r *http.Request) bool {
	return r.Header.Get("Upgrade") == "" && !prefersEventStream(r)
}

func (t transport) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	if _, acceptable := responseMedia(r); !acceptable {
		writeRefusal(w, r, refuse(notAcceptable, "the response can be %s or %s; Accept allows neither", graphqlJSONMedia, jsonMedia))
		return
	}
	r, done := t.sized(r)
	defer done()
	params, refused := readRequest(w, r, t.bodyLimit(r.Context()))
	if refused != nil {
		writeRefusal(w, r, refused)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), t.timeout)
	defer cancel()
	operation, refused := t.admit(ctx, r, exec, params)
	if refused == nil && operation.subscribes() {
		refused = refuse(notAcceptable, "a subscription is answered over a WebSocket (%s), or with Accept: %s", subprotocol, eventStreamMedia)
	}
	if refused != nil {
		writeRefusal(w, r, refused)
		return
	}
	defer operation.leave()
	operation.bill.headers(w.Header().Set)
	responses, ctx := operation.dispatch(ctx, exec)
	response := responses(ctx)
	if response == nil { // the library's answer when the time ran out before it began
		writeRefusal(w, r, because(ranOutOfTime, codeTimeout, timeoutText))
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

// writeRefusal answers a request of which nothing was executed: without data.
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
	h.Set("Cache-Control", "no-store") // it is the sender's alone
	h.Set("Content-Type", media+"; charset=utf-8")
	observer(r.Context()).Answered(r.Context(), o.status(media), codesOf(response.Errors))
	body := encoded(response)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(o.status(media))
	_, _ = w.Write(body) // a client that went away is no error of ours
}

// encoded is a response as JSON. Its data are that already, and are most of it.
func encoded(response *graphql.Response) []byte {
	if len(response.Errors) == 0 && len(response.Extensions) == 0 && len(response.Data) > 0 {
		return slices.Concat([]byte(`{"data":`), response.Data, []byte("}\n"))
	}
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(answerOf(response)) // what is in it can be encoded
	return body.Bytes()
}

// answer is a response: without data, and not with null, if nothing was executed.
type answer struct {
	Errors     gqlerror.List   `json:"errors,omitempty"`
	Data       json.RawMessage `json:"data,omitempty"`
	Extensions map[string]any  `json:"extensions,omitempty"`
}

func answerOf(response *graphql.Response) answer {
	return answer{response.Errors, response.Data, response.Extensions}
}

// unsupported answers what no transport takes.
type unsupported struct{}

func (unsupported) Supports(*http.Request) bool { return true }

func (unsupported) Do(w http.ResponseWriter, r *http.Request, _ graphql.GraphExecutor) {
	if r.Header.Get("Upgrade") != "" {
		writeRefusal(w, r, refuse(malformed, "the only supported protocol is HTTP"))
		return
	}
	writeRefusal(w, r, refuse(notAcceptable, "the answer can be %s or %s; Accept prefers another", graphqlJSONMedia, jsonMedia))
}
