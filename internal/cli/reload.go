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

// hangups is the SIGHUP signals of the process, which would end it if they were
// not caught.
type hangups struct {
	signals    chan os.Signal
	inTerminal bool // when they were first caught
}

func catchHangups() hangups {
	h := hangups{signals: make(chan os.Signal, 1), inTerminal: hasTerminal()}
	signal.Notify(h.signals, syscall.SIGHUP)
	return h
}

// ignore stops catching them.
func (h hangups) ignore() { signal.Stop(h.signals) }

// hasTerminal reports whether the program can be seen in a terminal.
func hasTerminal() bool {
	terminal, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	_ = terminal.Close() // nothing was written
	return true
}

// reloads is what SIGHUP reads anew.
type reloads struct {
	certificate atomic.Pointer[tls.Certificate] // nil without TLS
	key         *identity.ReplaceableKey        // nil unless tokens are checked by a file
}

// reload reads the files of the configuration again. What cannot be read leaves
// what there is.
func (p *program) reload(ctx context.Context, r *reloads) {
	if r.certificate.Load() == nil && r.key == nil {
		p.log.InfoContext(ctx, "SIGHUP: nothing to reload; neither TLS_CERT_FILE nor JWT_PUBLIC_KEY_FILE is set")
		return
	}
	if r.certificate.Load() != nil {
		if certificate, err := p.config.ReadCertificate(); err != nil {
			p.log.ErrorContext(ctx, "SIGHUP: keeping the previous certificate", "error", err)
		} else {
			r.certificate.Store(certificate)
			p.log.InfoContext(ctx, "SIGHUP: the certificate was reloaded", "file", p.config.TLSCertFile)
		}
	}
	if r.key != nil {
		if key, err := p.config.ReadPublicKey(); err != nil {
			p.log.ErrorContext(ctx, "SIGHUP: keeping the previous token key", "error", err)
		} else {
			r.key.Replace(*key)
			p.log.InfoContext(ctx, "SIGHUP: the token key was reloaded", "file", p.config.JWTPublicKeyFile)
		}
	}
}

// followHangups reloads at each SIGHUP until ctx ends. One that comes because
// the terminal is closed stops the program, as it stops every other.
func (p *program) followHangups(ctx context.Context, h hangups, r *reloads, stop func()) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.signals:
			if h.inTerminal && !hasTerminal() {
				p.log.InfoContext(ctx, "the terminal was closed; stopping")
				stop()
				return
			}
			p.reload(ctx, r)
		}
	}
}

// reloadable is what is read anew, and the certificate of the moment; nil
// without TLS.
func (p *program) reloadable(keys identity.Keys) (*reloads, func() *tls.Certificate) {
	r := &reloads{}
	r.key, _ = keys.(*identity.ReplaceableKey)
	if p.config.Certificate == nil {
		return r, nil
	}
	r.certificate.Store(p.config.Certificate)
	return r, r.certificate.Load
}
