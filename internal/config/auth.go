package config

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"

	"rehearse/internal/identity"
)

// setAuth sets the default of AUTH. An invalid ADDR counts as a loopback address. Otherwise, the
// error about ADDR would come with a second one, about a missing key.
func (c *Config) setAuth() {
	if c.Auth != "" {
		return
	}
	c.Auth = AuthJWT
	if c.Embedded() && (isLoopback(c.Addr) || !isAddress(c.Addr)) {
		c.Auth = AuthLocal
	}
}

func (c *Config) validateAuth() []error {
	var errs []error
	if c.Auth != AuthLocal && c.Auth != AuthJWT {
		errs = append(errs, wrong("AUTH", c.Auth))
	}
	if c.Auth == AuthLocal && isAddress(c.Addr) && !isLoopback(c.Addr) {
		errs = append(errs, fmt.Errorf("AUTH=local is not allowed with ADDR %q; expected a loopback address such as 127.0.0.1:8080", c.Addr))
	}
	if c.Auth == AuthJWT && c.ClockOffset != 0 {
		errs = append(errs, fmt.Errorf("CLOCK_OFFSET is %q; it must be 0s unless AUTH is local", c.ClockOffset))
	}
	return errs
}

// validateKeys checks the sources of keys. Serving with AUTH=jwt requires exactly one;
// AUTH=local allows one at most, because it has its own key.
func (c *Config) validateKeys(purpose Purpose) []error {
	const sources = "JWT_SECRET, JWT_PUBLIC_KEY_FILE and OIDC_ISSUER"
	var errs []error
	var set []string
	add := func(name, value string, read func() error) {
		if value == "" {
			return
		}
		set = append(set, name)
		if err := read(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	add("JWT_SECRET", c.JWTSecret, c.readSecret)
	add("JWT_PUBLIC_KEY_FILE", c.JWTPublicKeyFile, c.setPublicKey)
	add("OIDC_ISSUER", c.TokenIssuer(), c.checkTokenIssuer)
	switch {
	case len(set) > 1:
		errs = append(errs, fmt.Errorf("%s are set; expected only one of %s", strings.Join(set, " and "), sources))
	case len(set) == 0 && c.Auth == AuthJWT && purpose != PurposeSign:
		errs = append(errs, fmt.Errorf("no token key is set, and AUTH is jwt, which is the default with DATABASE_URL or if ADDR is not a loopback address; "+
			"expected one of %s, or AUTH=local with ADDR on a loopback address", sources))
	}
	return errs
}

func (c *Config) readSecret() error {
	secret, err := identity.NewSecret(c.JWTSecret)
	c.Secret = &secret
	return err
}

func (c *Config) setPublicKey() (err error) {
	c.PublicKey, err = c.ReadPublicKey()
	return err
}

// ReadPublicKey reads the current content of JWT_PUBLIC_KEY_FILE.
func (c *Config) ReadPublicKey() (*identity.PublicKey, error) {
	text, err := os.ReadFile(c.JWTPublicKeyFile)
	if err != nil {
		return nil, err
	}
	key, err := identity.ParsePublicKey(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.JWTPublicKeyFile, err)
	}
	return &key, nil
}

// checkIssuer checks the URL of the issuer.
func (c *Config) checkIssuer() error {
	u, err := url.Parse(c.OIDCIssuer)
	secure := err == nil && (u.Scheme == "https" || (u.Scheme == "http" && isLoopbackHost(u.Hostname())))
	if !secure || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("it is %q; expected %s", c.OIDCIssuer, Describe("OIDC_ISSUER").Allowed)
	}
	return nil
}

// checkTokenIssuer checks an issuer whose keys verify tokens.
func (c *Config) checkTokenIssuer() error {
	var errs []error
	if err := c.checkIssuer(); err != nil {
		errs = append(errs, err)
	}
	if c.JWTAudience == "" {
		errs = append(errs, errors.New("JWT_AUDIENCE is required, because an issuer also signs tokens for other services"))
	}
	if c.JWTIssuer != "" && c.JWTIssuer != c.OIDCIssuer {
		errs = append(errs, fmt.Errorf("JWT_ISSUER is %q; with OIDC_ISSUER it must be the same or empty", c.JWTIssuer))
	}
	c.JWTIssuer = c.OIDCIssuer
	return errors.Join(errs...)
}

// isPublicURL reports whether text is a URL to which a path can be appended.
func isPublicURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" &&
		u.RawQuery == "" && !u.ForceQuery && u.Fragment == "" && u.User == nil && !strings.HasSuffix(text, "#")
}

// validateOrigins checks CORS_ORIGINS. It rejects patterns, which could match more
// origins than intended.
func (c *Config) validateOrigins() []error {
	var errs []error
	for i, origin := range c.CORSOrigins {
		origin = strings.TrimSpace(origin)
		c.CORSOrigins[i] = origin
		u, err := url.Parse(origin)
		if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || strings.Contains(u.Host, "*") ||
			u.Scheme+"://"+u.Host != origin || strings.ToLower(origin) != origin {
			errs = append(errs, wrong("CORS_ORIGINS", origin))
		}
	}
	return errs
}

func (c *Config) loadCertificate(purpose Purpose) []error {
	if c.TLSCertFile == "" && c.TLSKeyFile == "" {
		return nil
	}
	if c.TLSCertFile == "" || c.TLSKeyFile == "" {
		return []error{errors.New("one of TLS_CERT_FILE and TLS_KEY_FILE is set; expected both or none")}
	}
	if purpose == PurposeDoctor {
		return nil
	}
	var err error
	if c.Certificate, err = c.ReadCertificate(); err != nil {
		return []error{err}
	}
	return nil
}

// ReadCertificate reads the current content of TLS_CERT_FILE and TLS_KEY_FILE.
func (c *Config) ReadCertificate() (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(c.TLSCertFile, c.TLSKeyFile)
	if err != nil {
		return nil, fmt.Errorf("TLS_CERT_FILE and TLS_KEY_FILE: %w", err)
	}
	return &pair, nil
}

func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	return err == nil && isLoopbackHost(host)
}

func isLoopbackHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
