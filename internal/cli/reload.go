package cli

import (
	"context"
	"crypto/tls"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"rehearse/internal/identity"
)

// hangups catches SIGHUP, which would otherwise end the process.
type hangups struct {
	signals    chan os.Signal
	inTerminal bool // when catching began
}

func catchHangups() hangups {
	h := hangups{signals: make(chan os.Signal, 1), inTerminal: hasTerminal()}
	signal.Notify(h.signals, syscall.SIGHUP)
	return h
}

// ignore stops catching the signals.
func (h hangups) ignore() { signal.Stop(h.signals) }

// hasTerminal reports whether the process has a controlling terminal.
func hasTerminal() bool {
	terminal, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	_ = terminal.Close() // opened only as a check
	return true
}

// reloads holds what SIGHUP reloads.
type reloads struct {
	certificate atomic.Pointer[tls.Certificate] // nil without TLS
	key         *identity.ReplaceableKey        // nil unless tokens are verified with a key file
}

// reload reads the configured files again. If one cannot be read, the previous value stays
// in use.
func (s *session) reload(ctx context.Context, r *reloads) {
	if r.certificate.Load() == nil && r.key == nil {
		s.log.InfoContext(ctx, "SIGHUP: nothing to reload; neither TLS_CERT_FILE nor JWT_PUBLIC_KEY_FILE is set")
		return
	}
	if r.certificate.Load() != nil {
		if certificate, err := s.config.ReadCertificate(); err != nil {
			s.log.ErrorContext(ctx, "SIGHUP: keeping the previous certificate", "error", err)
		} else {
			r.certificate.Store(certificate)
			s.log.InfoContext(ctx, "SIGHUP: the certificate was reloaded", "file", s.config.TLSCertFile)
		}
	}
	if r.key != nil {
		if key, err := s.config.ReadPublicKey(); err != nil {
			s.log.ErrorContext(ctx, "SIGHUP: keeping the previous token key", "error", err)
		} else {
			r.key.Replace(*key)
			s.log.InfoContext(ctx, "SIGHUP: the token key was reloaded", "file", s.config.JWTPublicKeyFile)
		}
	}
}

// followHangups reloads on each SIGHUP until ctx ends. A SIGHUP because the terminal was
// closed stops the program instead.
func (s *session) followHangups(ctx context.Context, h hangups, r *reloads, stop func()) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.signals:
			if h.inTerminal && !hasTerminal() {
				s.log.InfoContext(ctx, "the terminal was closed; stopping")
				stop()
				return
			}
			s.reload(ctx, r)
		}
	}
}

// reloadable returns what SIGHUP reloads, and a function that returns the current
// certificate, or nil without TLS.
func (s *session) reloadable(keys identity.Keys) (*reloads, func() *tls.Certificate) {
	r := &reloads{}
	r.key, _ = keys.(*identity.ReplaceableKey)
	if s.config.Certificate == nil {
		return r, nil
	}
	r.certificate.Store(s.config.Certificate)
	return r, r.certificate.Load
}
