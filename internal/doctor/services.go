package doctor

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"rehearse/internal/config"
	"rehearse/internal/identity"
	"rehearse/internal/mail"
)

// renewalDays is the number of days before its end from which a certificate is due for renewal.
const renewalDays = 21

const day = 24 * time.Hour

func checkCertificate(_ context.Context, p *patient) []Finding {
	if p.Config.TLSCertFile == "" {
		return nil
	}
	pair, err := p.Config.ReadCertificate()
	if err != nil {
		return problem("set TLS_CERT_FILE to the certificate chain and TLS_KEY_FILE to its private key, and let the user of the server read both", "%v", err)
	}
	chain := make([]*x509.Certificate, len(pair.Certificate))
	for i, der := range pair.Certificate {
		if chain[i], err = x509.ParseCertificate(der); err != nil {
			return problem("renew the certificate", "certificate %d of TLS_CERT_FILE cannot be read: %v", i+1, err)
		}
	}
	findings := judgeCertificate(chain, p.Now())
	if public, err := url.Parse(p.Config.PublicURL); err == nil && public.Scheme == "https" && chain[0].VerifyHostname(public.Hostname()) != nil {
		findings = append(findings, warning("get a certificate for this host, unless a proxy with its own certificate is in front of the server",
			"the certificate is not for %s, the host of PUBLIC_URL", public.Hostname())...)
	}
	return findings
}

// judgeCertificate judges the dates of a chain, whose first certificate is the server's.
func judgeCertificate(chain []*x509.Certificate, now time.Time) []Finding {
	const advice = "renew the certificate, and send SIGHUP to the server"
	first := chain[0]
	for _, c := range chain[1:] {
		if c.NotAfter.Before(first.NotAfter) {
			first = c
		}
	}
	until := first.NotAfter.UTC().Format(time.RFC3339)
	left := int(first.NotAfter.Sub(now) / day)
	switch {
	case chain[0].NotBefore.After(now):
		return problem("check the clock of this machine, or get another certificate", "the certificate is valid only from %s", chain[0].NotBefore.UTC().Format(time.RFC3339))
	case now.After(first.NotAfter):
		return problem(advice, "the certificate expired at %s", until)
	case left < renewalDays:
		return warning(advice, "the certificate expires in %d days, at %s", left, until)
	}
	return ok("the certificate is valid for %d more days, until %s", left, until)
}

func checkTokens(ctx context.Context, p *patient) []Finding {
	c := p.Config
	switch {
	case c.TokenIssuer() != "":
		keys, err := identity.CheckIssuer(ctx, c.OIDCIssuer)
		if err != nil {
			return problem("check OIDC_ISSUER, the network and the proxy between this machine and the issuer", "the keys of the issuer %s cannot be read: %v", c.OIDCIssuer, err)
		}
		return ok("the issuer %s is reachable; usable keys: %d", c.OIDCIssuer, keys)
	case c.JWTPublicKeyFile != "" && c.JWTAudience == "":
		return warning("set JWT_AUDIENCE", "JWT_AUDIENCE is not set, so tokens that the key signs for other services are accepted")
	case c.JWTPublicKeyFile != "":
		return ok("the key in %s verifies tokens", c.JWTPublicKeyFile)
	case c.JWTSecret != "":
		return ok("JWT_SECRET verifies tokens")
	}
	return ok("the key in the data folder verifies tokens; a request without a token has the rights of the administrator")
}

func checkMailServer(ctx context.Context, p *patient) []Finding {
	m := p.Config.Mail
	if m.Server == nil {
		return nil
	}
	err := mail.NewSender(*m.Server, 0, nil).TryLogin(ctx)
	var failed mail.Failed
	switch {
	case errors.As(err, &failed):
		return problem(failed.Advice(), "%s", failed.Explain(*m.Server, m.From.Address, ""))
	case err != nil:
		return problem("check SMTP_URL", "%v", err)
	case m.Server.User == "":
		return ok("%s accepts connections without a login", m.Server)
	}
	return ok("%s accepts the login", m.Server)
}

func checkPublicURL(ctx context.Context, p *patient) []Finding {
	text := p.Config.PublicURL
	if text == "" {
		if p.Config.Mail.Server == nil {
			return nil
		}
		return warning("set PUBLIC_URL to the URL at which people reach the server", "PUBLIC_URL is not set, so e-mails have no link to unsubscribe")
	}
	u, err := url.Parse(text)
	if err != nil {
		return problem("set PUBLIC_URL to a URL such as https://rehearse.example.org", "PUBLIC_URL cannot be read")
	}
	host := u.Hostname()
	switch {
	case strings.HasSuffix(u.Path, "/graphql"):
		return warning("remove /graphql from PUBLIC_URL", "PUBLIC_URL is %s; links to %s/calendar would not work", text, text)
	case isLoopback(host) && p.Config.Auth != config.AuthLocal:
		return warning("set PUBLIC_URL to the URL at which people reach the server", "PUBLIC_URL is %s, which works on this machine only", text)
	case u.Scheme == "http" && !isLoopback(host):
		return warning("let the server or a proxy use TLS, and set PUBLIC_URL to its https URL", "PUBLIC_URL is %s, so people send secrets without encryption", text)
	}
	if _, err := net.DefaultResolver.LookupHost(ctx, host); err != nil {
		return warning("check PUBLIC_URL and the DNS; this is expected if only the users' network knows the name", "the host %s of PUBLIC_URL has no address: %v", host, err)
	}
	return ok("%s", text)
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}

func checkTraces(ctx context.Context, p *patient) []Finding {
	if !p.Config.Traces() {
		return nil
	}
	endpoint := cmp.Or(p.Config.OTLPTracesEndpoint, p.Config.OTLPEndpoint)
	u, err := url.Parse(endpoint)
	if err != nil {
		return problem("check OTEL_EXPORTER_OTLP_ENDPOINT", "the endpoint of traces is not a URL")
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	address := net.JoinHostPort(u.Hostname(), port)
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return warning("check OTEL_EXPORTER_OTLP_ENDPOINT and the collector; the server works without traces", "the endpoint of traces cannot be reached: %v", err)
	}
	if err := conn.Close(); err != nil {
		return warning("check the collector", "the endpoint of traces, %s: %v", address, err)
	}
	return ok("%s accepts connections", address)
}
