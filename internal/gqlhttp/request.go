package gqlhttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"rehearse/graph"
	"rehearse/internal/errorcode"
)

const allowedMethods = "GET, POST"

// refusal is the response to a request that is not executed.
type refusal struct {
	outcome outcome
	errors  gqlerror.List
	more    map[string]any    // extensions of the response
	header  map[string]string // additional headers of the response
}

func refuse(o outcome, format string, args ...any) *refusal {
	return because(o, errorcode.BadUserInput, fmt.Sprintf(format, args...))
}

func because(o outcome, code errorcode.Code, message string) *refusal {
	return &refusal{outcome: o, errors: gqlerror.List{graph.RequestError(code, message)}}
}

// limitReached returns the refusal of a caller that has reached a named limit.
func limitReached(limit string, allowed int, message string) *refusal {
	err := graph.RequestError(errorcode.RateLimited, message)
	err.Extensions["limit"], err.Extensions["allowed"] = limit, allowed
	return &refusal{outcome: rateLimited, errors: gqlerror.List{err}}
}

func (r *refusal) with(header, value string) *refusal {
	if r.header == nil {
		r.header = map[string]string{}
	}
	r.header[header] = value
	return r
}

// billed adds the headers of the bill, which is charged although the request is refused.
func (r *refusal) billed(b bill) *refusal {
	b.headers(func(name, value string) { r.with(name, value) })
	return r
}

// readRequest reads the parameters of a GraphQL request from a URL or from a body of at
// most maxBody bytes.
func readRequest(w http.ResponseWriter, r *http.Request, maxBody int64) (*parameters, *refusal) {
	var values map[string]json.RawMessage
	var refused *refusal
	switch r.Method {
	case http.MethodGet:
		values, refused = readURL(r.URL.RawQuery)
	case http.MethodPost:
		values, refused = readBody(w, r, maxBody)
	default:
		w.Header().Set("Allow", allowedMethods)
		return nil, refuse(wrongMethod, "the method is not allowed; use POST, or GET for a query")
	}
	if refused != nil {
		return nil, refused
	}
	return readParameters(values, r.Header)
}

// jsonParameters are the parameters of a GraphQL request that are JSON in a URL as well.
var jsonParameters = []string{"variables", "extensions"}

// readURL reads the parameters of a URL. It rejects repeated parameters, because some
// parsers take the first and others the last.
func readURL(query string) (map[string]json.RawMessage, *refusal) {
	given, err := url.ParseQuery(query)
	if err != nil {
		return nil, refuse(malformed, "the query string of the URL is invalid; its values must be percent-encoded")
	}
	values := map[string]json.RawMessage{}
	for _, name := range []string{"query", "operationName", "documentId"} {
		if text, is := given[name]; is && text[0] != "" {
			values[name], _ = json.Marshal(text[0]) // a string can always be encoded
			if !utf8.ValidString(text[0]) {
				return nil, refuse(malformed, "the parameter %s is not valid UTF-8", name)
			}
		}
	}
	for _, name := range jsonParameters {
		if text, is := given[name]; is && text[0] != "" {
			if !json.Valid([]byte(text[0])) {
				return nil, refuse(malformed, "the parameter %s is not valid JSON", name)
			}
			values[name] = json.RawMessage(text[0])
		}
	}
	for name := range values {
		if len(given[name]) > 1 {
			return nil, refuse(malformed, "the parameter %s occurs %d times; it is allowed once", name, len(given[name]))
		}
	}
	return values, nil
}

func readBody(w http.ResponseWriter, r *http.Request, maxBody int64) (map[string]json.RawMessage, *refusal) {
	media, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != jsonMedia || !isUTF8(parameters) {
		return nil, refuse(wrongMedia, "the Content-Type is not supported; application/json in UTF-8 is expected")
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		w.Header().Set("Accept-Encoding", "identity")
		return nil, refuse(wrongMedia, "the body is compressed; only uncompressed bodies are allowed")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.Is(err, errBodyRefused):
		return nil, bodyRefusal(r)
	case errors.As(err, &large) || r.ContentLength > maxBody:
		return nil, refuse(tooLarge, "the body is too large; at most %d bytes are allowed", maxBody)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, refuse(slowBody, "the body did not arrive in time")
	case err != nil:
		return nil, refuse(malformed, "the body is incomplete")
	case !utf8.Valid(body):
		return nil, refuse(malformed, "the body is not valid UTF-8")
	}
	return readObject(bytes.TrimPrefix(body, []byte("\ufeff"))) // some encoders write a byte order mark
}

func readObject(body []byte) (map[string]json.RawMessage, *refusal) {
	if bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("[")) {
		return nil, refuse(malformed, "the body is an array; an object is expected, with one operation per request")
	}
	var values map[string]json.RawMessage
	err := json.Unmarshal(body, &values)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return nil, refuse(malformed, "the body is not valid JSON: syntax error at byte %d", syntax.Offset)
	case err != nil || values == nil:
		return nil, refuse(malformed, "the body is not a JSON object")
	}
	return values, nil
}

// parameters are the parameters of a GraphQL request.
type parameters struct {
	*graphql.RawParams
	values int // number of JSON values in variables and extensions
}

// MaxValues limits the memory of decoded JSON, because each value is allocated.
const MaxValues = 10_000

// countValues returns the approximate number of values in JSON text. Most values follow one
// of the characters it counts.
func countValues(text []byte) int {
	total, inString, escaped := 0, false, false
	for _, c := range text {
		switch {
		case escaped:
			escaped = false
		case c == '\\':
			escaped = inString
		case c == '"':
			inString = !inString
		case !inString && (c == ',' || c == '[' || c == '{'):
			total++
		}
	}
	return total
}

// readParameters checks the types of the parameters. A null parameter is treated as
// missing.
func readParameters(values map[string]json.RawMessage, header http.Header) (*parameters, *refusal) {
	params := &parameters{RawParams: &graphql.RawParams{Headers: header}}
	var documentID string
	for _, text := range []struct {
		name string
		into *string
	}{{"query", &params.Query}, {"operationName", &params.OperationName}, {"documentId", &documentID}} {
		if value, is := values[text.name]; is && json.Unmarshal(value, text.into) != nil {
			return nil, refuse(malformed, "the parameter %s is %s; a string is expected", text.name, kindOfJSON(value))
		}
	}
	for _, object := range []struct {
		name string
		into *map[string]any
	}{{"variables", &params.Variables}, {"extensions", &params.Extensions}} {
		value, is := values[object.name]
		params.values += countValues(value)
		if params.values > MaxValues {
			return nil, &refusal{outcome: wrongDocument, errors: gqlerror.List{exceeds(limitValues, "the variables and extensions have %d values", params.values, MaxValues)}}
		}
		if is && decodeObject(value, object.into) != nil {
			return nil, refuse(malformed, "the parameter %s is %s; an object is expected", object.name, kindOfJSON(value))
		}
	}
	if refused := nameDocument(params.RawParams, documentID); refused != nil {
		return nil, refused
	}
	if params.Query == "" && params.Extensions[persistedExtension] == nil {
		return nil, refuse(malformed, "the parameter query is missing")
	}
	return params, nil
}

// decodeObject decodes a JSON object. It keeps numbers as text, to preserve their digits.
func decodeObject(value json.RawMessage, into *map[string]any) error {
	decoder := json.NewDecoder(bytes.NewReader(value))
	decoder.UseNumber()
	return decoder.Decode(into)
}

// kindOfJSON describes the type of a JSON value, for errors that do not repeat the value.
func kindOfJSON(value json.RawMessage) string {
	switch value[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	default:
		return "a number"
	}
}
