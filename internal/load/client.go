package load

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"

	"rehearse/internal/errorcode"
)

// client is a GraphQL client for one server.
type client struct {
	http  *http.Client
	url   string
	token string
}

func newClient(o Options) *client {
	return &client{
		http: &http.Client{Timeout: o.Timeout, Transport: &http.Transport{
			MaxIdleConnsPerHost: o.inFlight(), IdleConnTimeout: time.Minute,
		}},
		url: o.URL, token: o.Token,
	}
}

// failure is the error of a request without data. Its code is that of the first GraphQL error,
// or a short description of the transport error.
type failure struct {
	code      string
	transport bool
	says      string
}

func (f *failure) Error() string { return f.code + ": " + f.says }

// shed reports whether the server refused the request because of load or a rate limit.
func (f *failure) shed() bool {
	code := errorcode.Code(f.code)
	return !f.transport && (code == errorcode.Unavailable || code == errorcode.RateLimited)
}

// ask sends a document and decodes the response's data. Any error is a *failure.
func (c *client) ask(ctx context.Context, document string, variables map[string]any, data any) error {
	status, body, err := c.post(ctx, document, variables)
	if err != nil {
		return &failure{code: kindOf(err), transport: true, says: err.Error()}
	}
	var answer struct {
		Data   json.RawMessage
		Errors []struct {
			Message    string
			Extensions struct{ Code string }
		}
	}
	err = json.Unmarshal(body, &answer)
	switch {
	case err == nil && len(answer.Errors) > 0:
		return &failure{code: answer.Errors[0].Extensions.Code, says: answer.Errors[0].Message}
	case status != http.StatusOK || err != nil || answer.Data == nil:
		return &failure{code: fmt.Sprintf("HTTP %d", status), transport: true, says: fmt.Sprintf("the response is not GraphQL: %.200q", body)}
	}
	if err := json.Unmarshal(answer.Data, data); err != nil {
		return &failure{code: "data", transport: true, says: err.Error()}
	}
	return nil
}

func (c *client) post(ctx context.Context, document string, variables map[string]any) (status int, body []byte, err error) {
	text, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return 0, nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(text))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err = io.ReadAll(response.Body)
	return response.StatusCode, body, err
}

// kindOf classifies a transport error.
func kindOf(err error) string {
	var late net.Error
	switch {
	case errors.As(err, &late) && late.Timeout():
		return "timeout"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection broken"
	default:
		return "transport"
	}
}
