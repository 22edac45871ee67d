// Package outbox sends e-mail messages about what happens in the school. The messages are in
// the table mail, which is filled from the events and from other sources, and are sent by
// whichever server claims them.
package outbox

import (
	"context"
	"crypto/tls"
	"log/slog"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/mail"
	"rehearse/internal/store"
)

const (
	// Connections is the maximum number of connections of a server to the mail server.
	Connections = 4
	// ClaimTime is how long after the beginning of an attempt another server makes the next
	// attempt, if the server that made the first one has died.
	ClaimTime = 5 * time.Minute

	claimed     = 4 * Connections  // messages that a server sends, or is about to
	sendTimeout = 2 * mail.Timeout // of one message; all that are claimed at once end within ClaimTime
	activePoll  = time.Second      // looks for events and due messages
	roundPause  = 5 * time.Millisecond
	faultPause  = 5 * time.Second
	firstPause  = 5 * time.Second // after the mail server was not available
	longestStop = time.Minute
	endPatience = 5 * time.Second // for messages in progress at the end
	lastWrite   = 2 * time.Second
)

// Observer receives what a Dispatcher measures.
type Observer interface {
	// MailAttempted reports the end of an attempt to send a message of the kind: `sent`,
	// `dropped`, `refused` if the message is given up, or `deferred`.
	MailAttempted(kind booking.MailKind, result string, took time.Duration)
	// OldestMail reports the age of the oldest pending message, or 0.
	OldestMail(age time.Duration)
}

// Results of an attempt.
const (
	Sent     = "sent"
	Dropped  = "dropped"
	Refused  = "refused"
	Deferred = "deferred"
)

// Options are the options of a Dispatcher.
type Options struct {
	Server    mail.Server
	Roots     *tls.Config // of the mail server's certificate; nil for the system's
	From      mail.Address
	Admin     string // the address of the administrators; empty for none
	Templates mail.Templates
	Log       *slog.Logger
	Observer  Observer
	// Unsubscribe returns the URL at which the recipient can stop messages like this one, or
	// an empty text. It is nil if there is none.
	Unsubscribe func(booking.Mail) string
	SignIn      SignIn
}

// A source adds the messages that are due at now to the table. It is called about once a
// second on each server, and adds each message once.
type source func(ctx context.Context, now time.Time) error

// Dispatcher fills the table of messages and sends them. Several servers can each run one on
// the same database. All of its work on the database is done by one goroutine, so it uses one
// connection; the messages are sent by others.
type Dispatcher struct {
	Options

	store   *store.Store
	now     func() time.Time
	sender  *mail.Sender
	sources []source
	school  string // its id, once it is read

	permits  chan struct{} // one for each connection
	sending  int           // messages in progress
	finished chan attempt
	results  []booking.Mail // after attempts that are not recorded yet

	resume time.Time     // no message is sent before
	pause  time.Duration // after the next failure of the mail server; 0 while it is available
}

// attempt is an attempt that has ended.
type attempt struct {
	booking.Mail

	result booking.MailResult
	fault  error // of the mail server
	took   time.Duration
}

// New returns a Dispatcher that takes the time from now.
func New(s *store.Store, now func() time.Time, o Options) *Dispatcher {
	return &Dispatcher{
		Options: o, store: s, now: now, sender: mail.NewSender(o.Server, Connections, o.Roots), sources: []source{s.DispatchMail, s.DispatchSignInLinks},
		permits: make(chan struct{}, Connections), finished: make(chan attempt, claimed),
	}
}

// Begin makes the messages begin with the events that are committed after the call, if e-mail
// is on for the first time.
func (d *Dispatcher) Begin(ctx context.Context) error { return d.store.BeginMail(ctx) }

// Run sends messages until ctx is done, and then waits for those in progress.
func (d *Dispatcher) Run(ctx context.Context) {
	sending, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer d.sender.Close()
	defer stop()
	poll := time.NewTimer(0)
	defer poll.Stop()
	look := true
	for {
		pause := activePoll
		if err := d.round(ctx, sending, look); err != nil && ctx.Err() == nil {
			d.Log.WarnContext(ctx, "cannot process e-mail; trying again", "error", err)
			pause = faultPause
		}
		poll.Reset(pause)
		look = false
		select {
		case <-ctx.Done():
			d.end(sending)
			return
		case <-poll.C:
			look = true
			d.measure(ctx)
		case one := <-d.finished:
			d.take(ctx, one)
		}
		select { // wait a moment, so that one round handles all that arrives together
		case <-ctx.Done():
		case <-time.After(roundPause):
		}
	}
}

// Round adds the messages that are due, sends them and records the results. It is for tests and
// must not be called while Run is running.
func (d *Dispatcher) Round(ctx context.Context) error {
	if err := d.round(ctx, ctx, true); err != nil {
		return err
	}
	for d.sending > 0 {
		d.take(ctx, <-d.finished)
	}
	d.measure(ctx)
	return d.record(ctx)
}

// round does everything that can be done now. It looks for new messages if look is set. The
// attempts that it starts end when the context sending ends.
func (d *Dispatcher) round(ctx, sending context.Context, look bool) error {
	d.collect(ctx)
	if err := d.record(ctx); err != nil {
		return err
	}
	if look {
		for _, add := range d.sources {
			if err := add(ctx, d.now()); err != nil {
				return err
			}
		}
	}
	now := d.now()
	size := claimed - d.sending
	switch {
	case now.Before(d.resume):
		return nil
	case d.pause > 0: // one message shows whether the mail server is available again
		size = 1 - d.sending
	}
	if size <= 0 {
		return nil
	}
	messages, err := d.store.ClaimMail(ctx, size, now, now.Add(ClaimTime))
	if err != nil || len(messages) == 0 {
		return err
	}
	letters, err := d.compose(ctx, messages, now)
	if err != nil {
		return err // the claim expires
	}
	for _, one := range letters {
		d.sending++
		go d.send(sending, one)
	}
	return nil
}

// send makes an attempt.
func (d *Dispatcher) send(ctx context.Context, l letter) {
	began := time.Now() //nolint:forbidigo // mail servers compare the date of the message with the real time
	done := attempt{Mail: l.Mail, result: booking.MailResult{Status: booking.MailDropped, Detail: l.dropped}}
	if l.dropped == "" {
		done.result, done.fault = d.deliver(ctx, l, began)
	}
	done.took = time.Since(began) //nolint:forbidigo // as above
	d.finished <- done
}

func (d *Dispatcher) deliver(ctx context.Context, l letter, at time.Time) (booking.MailResult, error) {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	message, err := d.write(l, at)
	if err != nil {
		d.Log.ErrorContext(ctx, "cannot write a message", "kind", l.Kind, "message", l.ID, "error", err)
		return booking.MailResult{Status: booking.MailFailed, Detail: "it cannot be written"}, nil
	}
	d.permits <- struct{}{}
	defer func() { <-d.permits }()
	return d.sender.Send(ctx, message)
}

// collect takes the results of all attempts that have ended.
func (d *Dispatcher) collect(ctx context.Context) {
	for {
		select {
		case one := <-d.finished:
			d.take(ctx, one)
		default:
			return
		}
	}
}

func (d *Dispatcher) take(ctx context.Context, one attempt) {
	d.sending--
	after := one.After(one.result, d.now())
	d.results = append(d.results, after)
	result := map[booking.MailStatus]string{
		booking.MailSent: Sent, booking.MailDropped: Dropped, booking.MailFailed: Refused, booking.MailPending: Deferred,
	}[after.Status]
	d.Observer.MailAttempted(one.Kind, result, one.took)
	switch {
	case one.fault != nil:
		d.unavailable(ctx, one.fault)
	case after.Status != booking.MailDropped:
		d.resume, d.pause = time.Time{}, 0
	}
	if after.Status == booking.MailFailed {
		d.Log.WarnContext(ctx, "a message was not accepted and is given up", "kind", after.Kind, "message", after.ID, "result", after.Result)
	}
}

// unavailable stops sending for some time, each time for longer.
func (d *Dispatcher) unavailable(ctx context.Context, fault error) {
	now := d.now()
	if now.Before(d.resume) {
		return // another message that was sent at the same time has failed before
	}
	d.pause = min(max(2*d.pause, firstPause), longestStop)
	d.resume = now.Add(d.pause)
	d.Log.WarnContext(ctx, "cannot send e-mail; trying again", "server", d.Server.String(), "pause", d.pause, "error", fault)
}

// record writes the results of attempts. It keeps them if it fails.
func (d *Dispatcher) record(ctx context.Context) error {
	if len(d.results) == 0 {
		return nil
	}
	if err := d.store.RecordMail(ctx, d.results); err != nil {
		return err
	}
	d.results = nil
	return nil
}

// measure reports the age of the queue. A failure is reported by the next round.
func (d *Dispatcher) measure(ctx context.Context) {
	oldest, err := d.store.OldestMail(ctx)
	switch {
	case err != nil:
	case oldest == nil:
		d.Observer.OldestMail(0)
	default:
		d.Observer.OldestMail(d.now().Sub(*oldest))
	}
}

// end waits for the messages in progress and records their results. What it does not record
// is sent again when the claim expires.
func (d *Dispatcher) end(ctx context.Context) {
	patience := time.NewTimer(endPatience)
	defer patience.Stop()
	for d.sending > 0 {
		select {
		case one := <-d.finished:
			d.take(ctx, one)
			continue
		case <-patience.C:
		}
		break
	}
	ctx, cancel := context.WithTimeout(ctx, lastWrite)
	defer cancel()
	if err := d.record(ctx); err != nil {
		d.Log.WarnContext(ctx, "cannot record the last messages; they will be sent again", "error", err)
	}
}
