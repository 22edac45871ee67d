package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rehearse/internal/config"
)

// probeTimeout is longer than the server's own time limit for /readyz.
const probeTimeout = 5 * time.Second

func (p *program) probeCommand() *cobra.Command {
	return p.command(spec{
		name: "probe", group: groupServe,
		short: "Check that the server on this machine is ready",
		long: `Request /readyz from the server on this machine, and print the response. The configuration must
be that of the server: the request goes to OPS_ADDR if it is set, and to ADDR otherwise. This
command is the health check of the container image, which has no other program.`,
		example:   "  rehearse probe",
		variables: []string{"ADDR", "OPS_ADDR"},
		fault:     "the server is not ready, or cannot be reached",
		purpose:   config.PurposeServe,
		quiet:     true,
	}, func(ctx context.Context, s *session, _ []string) error { return s.probe(ctx) })
}

// probe requests /readyz and returns an error unless the server is ready.
func (s *session) probe(ctx context.Context) error {
	if s.config.OpsAddr == "" && s.config.TLSCertFile != "" {
		return fmt.Errorf("%w:\nOPS_ADDR is empty; with TLS_CERT_FILE, probe requires it", errConfiguration)
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	url := "http://" + reachable(cmp.Or(s.config.OpsAddr, s.config.Addr)) + "/readyz"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	response, err := new(http.Client).Do(request)
	if err != nil {
		return fmt.Errorf("the server cannot be reached: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // it has been read
	const enough = 1 << 10
	body, err := io.ReadAll(io.LimitReader(response.Body, enough))
	if err != nil {
		return fmt.Errorf("the response of %s cannot be read: %w", url, err)
	}
	text := strings.TrimSpace(string(body))
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s responds with %d: %s", url, response.StatusCode, text)
	}
	_, err = fmt.Fprintln(s.stdout, text)
	return err
}

// reachable returns the address at which this machine reaches a server that listens on addr. A
// server that listens on all addresses is reached on the loopback address.
func reachable(addr string) string {
	host, port, _ := net.SplitHostPort(addr) // config has validated it
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
