// Package webhook sends events to webhooks by the Standard Webhooks specification. It makes the
// body, the signature and the request, and decides which addresses requests may be sent to.
package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"rehearse/internal/booking"
)

const (
	// Timeout bounds an attempt: the connection, the request and the response.
	Timeout = 15 * time.Second
	// MaxResponse is the number of bytes of a response that are read and stored.
	MaxResponse = 1024

	connectTimeout = 5 * time.Second
	idleTimeout    = 30 * time.Second
	maxHeader      = 16 << 10
)

// Sender sends requests to receivers.
type Sender struct {
	addresses Addresses
	remote    *http.Client // for all receivers but those of this machine
	local     *http.Client
	timeout   time.Duration
}

// NewSender returns a sender. perHost is the number of connections to one receiver, and
// timeout bounds an attempt.
func NewSender(a Addresses, perHost int, timeout time.Duration) *Sender {
	return &Sender{
		addresses: a, timeout: timeout,
		remote: newClient(a.control(target{}), perHost), local: newClient(a.control(target{loopback: true}), perHost),
	}
}

// newClient returns a client that neither follows redirects nor uses the proxy of the
// environment, which would resolve names itself.
func newClient(control func(network, address string, _ syscall.RawConn) error, perHost int) *http.Client {
	dialer := &net.Dialer{Timeout: connectTimeout, Control: control}
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
			MaxConnsPerHost: perHost, MaxIdleConnsPerHost: perHost, IdleConnTimeout: idleTimeout,
			TLSHandshakeTimeout: connectTimeout, MaxResponseHeaderBytes: maxHeader, DisableCompression: true,
		},
	}
}

// Message is a request to a receiver.
type Message struct {
	URL     string
	ID      string // the same for each attempt
	At      time.Time
	Secrets []string
	Body    []byte
}

// Send sends a message once and returns what came back.
func (s *Sender) Send(ctx context.Context, m Message) booking.DeliveryResponse {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL, bytes.NewReader(m.Body))
	if err != nil {
		return failed("the URL is invalid")
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Rehearse")
	request.Header.Set("Webhook-Id", m.ID)
	request.Header.Set("Webhook-Timestamp", strconv.FormatInt(m.At.Unix(), 10))
	request.Header.Set("Webhook-Signature", signatures(m.Secrets, m.ID, m.At, m.Body))
	client := s.remote
	if namesThisMachine(request.URL.Hostname()) {
		client = s.local
	} else if request.URL.Scheme != "https" {
		return failed("the URL is not an https URL")
	}
	response, err := client.Do(request)
	if err != nil {
		return failed(reason(err))
	}
	defer func() { _ = response.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(response.Body, MaxResponse)) // the status is enough
	text := printable(body)
	return booking.DeliveryResponse{
		ResponseStatus: &response.StatusCode, ResponseBody: &text, RetryAfter: retryAfter(response.Header.Get("Retry-After"), m.At),
	}
}

// retryAfter returns how long after now a receiver asks to wait, or 0 if it does not.
func retryAfter(text string, now time.Time) time.Duration {
	const most = 24 * 60 * 60
	if seconds, err := strconv.ParseUint(text, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, most)) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(0, at.Sub(now)), most*time.Second)
}

// Close closes the idle connections.
func (s *Sender) Close() {
	s.remote.CloseIdleConnections()
	s.local.CloseIdleConnections()
}

func failed(reason string) booking.DeliveryResponse {
	return booking.DeliveryResponse{ResponseError: &reason}
}

// reason says why there was no response. It does not contain the URL, which may contain a key.
func reason(err error) string {
	var dns *net.DNSError
	var request *url.Error
	switch {
	case errors.Is(err, ErrAddress):
		return "the host resolves to an address that is not allowed"
	case errors.As(err, &dns):
		return "the host cannot be resolved"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &request) && request.Timeout():
		return "the receiver did not respond in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused"
	case errors.As(err, new(*tls.CertificateVerificationError)):
		return "the certificate of the receiver is not valid"
	default:
		return "the connection failed"
	}
}

// printable returns the text of a response, without what a database cannot store.
func printable(body []byte) string {
	return strings.ReplaceAll(strings.ToValidUTF8(string(body), "\uFFFD"), "\x00", "\uFFFD")
}
