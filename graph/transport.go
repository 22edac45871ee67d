package graph

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const (
	maxBody           = 256 << 10
	jsonMedia         = "application/json"
	graphqlJSONMedia  = "application/graphql-response+json"
	allowedMethods    = "GET, POST"
	malformedJSONText = "the body is not a JSON object with a string query and, if any, an object variables"
)

// transport is GraphQL over HTTP: POST with a JSON body, and GET for queries.
// It is ours because the library's has no limit on the body and repeats the
// body in its errors.
type transport struct {
	timeout time.Duration
	limits  *RateLimits
	log     *slog.Logger

	schema     *ast.Schema
	deprecated []string // elements of it
}

// costHeader asks for what an operation costs, in extensions.cost.
const costHeader = "X-GraphQL-Cost"

// badRequest is a request that holds no operation.
type badRequest struct {
	status  int
	message string
}

func (transport) Supports(r *http.Request) bool { return r.Header.Get("Upgrade") == "" }

func (t transport) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	params, bad := readRequest(w, r)
	if bad != nil {
		writeError(w, r, bad.status, gqlerror.List{requestError(codeBadUserInput, bad.message)})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), t.timeout)
	defer cancel()
	operation, problems := exec.CreateOperationContext(ctx, params)
	if len(problems) > 0 {
		response := exec.DispatchError(graphql.WithOperationContext(ctx, operation), problems)
		writeError(w, r, documentErrorStatus(r), response.Errors)
		return
	}
	observer(ctx).Operation(ctx, string(operation.Operation.Operation), deprecatedUses(t.schema, t.deprecated, operation))
	if r.Method == http.MethodGet && operation.Operation.Operation != ast.Query {
		w.Header().Set("Allow", http.MethodPost)
		writeError(w, r, http.StatusMethodNotAllowed,
			gqlerror.List{requestError(codeBadUserInput, "GET answers queries only; send a mutation with POST")})
		return
	}
	paid, refused, err := t.limits.take(ctx, r, operation)
	switch {
	case err != nil:
		t.log.ErrorContext(ctx, "rate limits cannot be kept", "error", err)
		writeError(w, r, http.StatusServiceUnavailable, gqlerror.List{requestError(codeUnavailable, "try again in a moment")})
		return
	case refused != nil:
		w.Header().Set("Retry-After", strconv.Itoa(refused.Extensions["cost"].(charge).RetryAfterInSec))
		writeError(w, r, http.StatusTooManyRequests, gqlerror.List{refused})
		return
	}
	responses, ctx := exec.DispatchOperation(ctx, operation)
	response := responses(ctx)
	if response == nil { // the library's answer when the time ran out before it began
		writeError(w, r, http.StatusOK, gqlerror.List{requestError(codeTimeout, "the operation took too long and was given up")})
		return
	}
	if r.Header.Get(costHeader) != "" {
		if response.Extensions == nil {
			response.Extensions = map[string]any{}
		}
		response.Extensions["cost"] = paid
	}
	observer(ctx).Answered(ctx, http.StatusOK, codesOf(response.Errors))
	write(w, r, http.StatusOK, response)
}

func readRequest(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *badRequest) {
	params := &graphql.RawParams{Headers: r.Header}
	switch r.Method {
	case http.MethodGet:
		return params, readURL(r.URL.Query(), params)
	case http.MethodPost:
		return params, readBody(w, r, params)
	}
	w.Header().Set("Allow", allowedMethods)
	return nil, &badRequest{http.StatusMethodNotAllowed, "use POST, or GET for a query"}
}

func readURL(query url.Values, params *graphql.RawParams) *badRequest {
	params.Query, params.OperationName = query.Get("query"), query.Get("operationName")
	for name, into := range map[string]*map[string]any{"variables": &params.Variables, "extensions": &params.Extensions} {
		text := query.Get(name)
		if text == "" {
			continue
		}
		if err := decodeJSON(strings.NewReader(text), into); err != nil {
			return &badRequest{http.StatusBadRequest, name + " is not a JSON object"}
		}
	}
	return missingQuery(params)
}

func readBody(w http.ResponseWriter, r *http.Request, params *graphql.RawParams) *badRequest {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != jsonMedia {
		return &badRequest{http.StatusUnsupportedMediaType, "the body must have Content-Type: application/json"}
	}
	err = decodeJSON(http.MaxBytesReader(w, r.Body, maxBody), params)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return &badRequest{http.StatusRequestEntityTooLarge, "the body is larger than the 256 KiB allowed"}
	case err != nil:
		return &badRequest{http.StatusBadRequest, malformedJSONText}
	}
	return missingQuery(params)
}

func missingQuery(params *graphql.RawParams) *badRequest {
	if params.Query == "" {
		return &badRequest{http.StatusBadRequest, "the parameter query is missing"}
	}
	return nil
}

// decodeJSON reads one JSON value and nothing after it; numbers keep their
// digits.
func decodeJSON(from io.Reader, into any) error {
	decoder := json.NewDecoder(from)
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.Join(errors.New("more than one JSON value"), err)
	}
	return nil
}

func requestError(code, message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": code}}
}

// documentErrorStatus: under application/json the status says only whether the
// server answered; under GraphQL's own media type, whether the document stood.
func documentErrorStatus(r *http.Request) int {
	if responseMedia(r) == jsonMedia {
		return http.StatusOK
	}
	return http.StatusBadRequest
}

func responseMedia(r *http.Request) string {
	if strings.Contains(r.Header.Get("Accept"), graphqlJSONMedia) {
		return graphqlJSONMedia
	}
	return jsonMedia
}

// writeError answers a request of which nothing was executed: without data.
func writeError(w http.ResponseWriter, r *http.Request, status int, problems gqlerror.List) {
	observer(r.Context()).Answered(r.Context(), status, codesOf(problems))
	write(w, r, status, struct {
		Errors gqlerror.List `json:"errors"`
	}{problems})
}

func write(w http.ResponseWriter, r *http.Request, status int, body any) {
	w.Header().Set("Content-Type", responseMedia(r)+"; charset=utf-8")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body) // a client that went away is no error of ours
}
