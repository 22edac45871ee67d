package webhooks

import (
	"context"
	"log/slog"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/store"
	"rehearse/internal/webhook"
)

const (
	// PerWebhook is the maximum number of concurrent requests of a server to one webhook, so
	// a slow receiver does not delay the others.
	PerWebhook = 4
	// ClaimTime is how long after a claim another server makes the attempt again, if the
	// server that claimed it has died.
	ClaimTime = (Claimed/PerWebhook + 2) * webhook.Timeout
	// Claimed is the maximum number of deliveries to one webhook that a server is sending, or
	// about to. They end within ClaimTime.
	Claimed = 4 * PerWebhook

	poll        = time.Second      // between two looks for due deliveries, while there are webhooks
	upkeepPause = 10 * time.Second // between two looks for webhooks, and measurements of the queue
	roundPause  = 20 * time.Millisecond
	yieldPause  = time.Second            // how much longer a pause is, at most, while deliveries yield
	maxYield    = time.Minute            // for which deliveries yield to requests that keep the database busy
	partSize    = 1000                   // deliveries after which a dispatch stops, so that a backlog is not dispatched at once
	eventsPause = 100 * time.Millisecond // between two dispatches of events, whose commits slow down bookings
	faultPause  = 5 * time.Second
	endPatience = 5 * time.Second // for requests in progress at the end
	lastWrite   = 2 * time.Second
)

// Observer receives what a Dispatcher measures.
type Observer interface {
	// Attempted reports an attempt: `delivered`, `refused` by the receiver, or `unreachable`.
	Attempted(result string, took time.Duration)
	// WebhookDisabled reports that a webhook was disabled because its deliveries failed.
	WebhookDisabled()
	// Queue reports the age of the oldest pending delivery, or 0, and the number of enabled
	// webhooks whose receiver is unavailable.
	Queue(oldest time.Duration, failing int)
}

// Results of an attempt.
const (
	Delivered   = "delivered"
	Refused     = "refused"
	Unreachable = "unreachable"
)

// Dispatcher sends events to webhooks. Several servers can each run one on the same database:
// a delivery is claimed by one of them. All of its work on the database is done by one
// goroutine, so it uses one connection; the requests are sent by others.
type Dispatcher struct {
	*Webhooks

	sender   *webhook.Sender
	log      *slog.Logger
	observer Observer

	receivers []store.Receiver           // at the last look
	failing   map[booking.WebhookID]bool // those that were unavailable
	woken     bool                       // there may be events to dispatch
	rest      <-chan time.Time           // fires when events may be dispatched again; nil if they may be now
	busy      *time.Time                 // since when deliveries have found the database busy; nil if it is not

	sending  map[booking.WebhookID]*progress
	finished chan attempt
	results  []attempt // of requests, not recorded yet
}

// progress is what is being sent to a webhook.
type progress struct {
	claimed int           // deliveries in progress
	permits chan struct{} // one for each concurrent request
}

// attempt is a request that has ended.
type attempt struct {
	store.Attempt

	response booking.DeliveryResponse
	took     time.Duration
}

// NewDispatcher returns a dispatcher for the webhooks. timeout bounds a request.
func (w *Webhooks) NewDispatcher(log *slog.Logger, o Observer, timeout time.Duration) *Dispatcher {
	return &Dispatcher{
		Webhooks: w, sender: webhook.NewSender(w.addresses, PerWebhook, timeout), log: log, observer: o,
		sending: map[booking.WebhookID]*progress{}, finished: make(chan attempt, booking.MaxWebhooks*Claimed),
	}
}

// Run sends events until ctx is done, and then waits for the requests in progress. It works in
// rounds. Because of the pauses between the rounds, one round can handle many events.
func (d *Dispatcher) Run(ctx context.Context) {
	sending, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer d.sender.Close()
	defer stop()
	look := time.NewTicker(poll)
	defer look.Stop()
	upkeep := time.NewTicker(upkeepPause)
	defer upkeep.Stop()
	d.changed.Store(true)
	for {
		pause := roundPause
		if err := d.round(ctx, sending); err != nil && ctx.Err() == nil {
			d.log.WarnContext(ctx, "cannot deliver events to webhooks; trying again", "error", err)
			pause = faultPause
			d.changed.Store(true)
		}
		d.pause(ctx, pause)
		select {
		case <-ctx.Done():
			d.end(sending)
			return
		case <-look.C:
			if len(d.receivers) > 0 {
				d.changed.Store(true)
			}
		case <-upkeep.C:
			d.upkeep(ctx)
			d.changed.Store(true)
		case <-d.wake:
			d.woken = true
		case <-d.rest:
			d.rest = nil
		case one := <-d.finished:
			d.take(one)
		}
	}
}

// pause waits for a time, and longer while deliveries yield to requests.
func (d *Dispatcher) pause(ctx context.Context, least time.Duration) {
	most := time.After(least + yieldPause)
	for {
		select {
		case <-ctx.Done():
			return
		case <-most:
			return
		case <-time.After(least):
			if !d.yields() {
				return
			}
		}
	}
}

// yields reports whether deliveries wait so that requests do not have to: the database is busy, and
// has not been busy for longer than maxYield.
func (d *Dispatcher) yields() bool {
	if !d.store.Busy() {
		d.busy = nil
		return false
	}
	now := d.now()
	if d.busy == nil {
		d.busy = &now
	}
	return now.Sub(*d.busy) < maxYield
}

// Round records the results of requests, dispatches events, and starts the requests that are
// due. It then waits for them, and records their results. It is for tests and must not be
// called while Run is running.
func (d *Dispatcher) Round(ctx context.Context) error {
	d.changed.Store(true)
	d.rest = nil
	if err := d.round(ctx, ctx); err != nil {
		return err
	}
	for len(d.sending) > 0 {
		d.take(<-d.finished)
	}
	d.upkeep(ctx)
	return d.record(ctx)
}

// round does everything that can be done now. While deliveries yield to requests, it sends at most
// Claimed requests, or one to each webhook if there are more webhooks. The requests that it starts
// end when the context until ends.
func (d *Dispatcher) round(ctx, until context.Context) error {
	d.collect()
	due := len(d.results) > 0 // each result makes room, and a later event of its interview may be due
	if err := d.record(ctx); err != nil {
		return err
	}
	if d.changed.Swap(false) {
		receivers, err := d.store.Receivers(ctx)
		if err != nil {
			return err
		}
		d.receivers, d.woken, due = receivers, true, true
	}
	if len(d.receivers) == 0 {
		return nil
	}
	limit, enough := Claimed, partSize
	if d.yields() {
		limit = max(1, Claimed/len(d.receivers))
		enough = limit * len(d.receivers) // this round cannot claim more
	}
	if d.woken && d.rest == nil {
		added, stopped, err := d.store.DispatchSome(ctx, d.now(), enough)
		if err != nil {
			return err
		}
		d.woken, d.rest, due = stopped, time.After(eventsPause), due || added > 0
	}
	if !due {
		return nil
	}
	now := d.now()
	deliveries, err := d.store.ClaimDeliveries(ctx, d.room(limit, now), now, now.Add(ClaimTime))
	for _, one := range deliveries {
		go d.send(until, one, d.begin(one.WebhookID))
	}
	return err
}

// begin counts a delivery that is in progress, and returns the permits for its request.
func (d *Dispatcher) begin(id booking.WebhookID) chan struct{} {
	to := d.sending[id]
	if to == nil {
		to = &progress{permits: make(chan struct{}, PerWebhook)}
		d.sending[id] = to
	}
	to.claimed++
	return to.permits
}

// inProgress returns the number of deliveries to a webhook that are in progress.
func (d *Dispatcher) inProgress(id booking.WebhookID) int {
	if to := d.sending[id]; to != nil {
		return to.claimed
	}
	return 0
}

// room returns how many deliveries to each receiver may be added to those in progress, up to the
// limit. It notes which receivers are unavailable.
func (d *Dispatcher) room(limit int, now time.Time) map[booking.WebhookID]int {
	room := map[booking.WebhookID]int{}
	d.failing = map[booking.WebhookID]bool{}
	for _, one := range d.receivers {
		state := one.State()
		if free := state.Room(d.inProgress(one.ID), limit, now); free > 0 {
			room[one.ID] = free
		}
		if !state.Available() {
			d.failing[one.ID] = true
		}
	}
	return room
}

// send makes an attempt. The body is made for each attempt, so that no copy of it is stored.
func (d *Dispatcher) send(ctx context.Context, one store.Attempt, permits chan struct{}) {
	permits <- struct{}{}
	defer func() { <-permits }()
	began := time.Now() //nolint:forbidigo // receivers compare the time of the request with the real one
	done := attempt{Attempt: one}
	body, err := webhook.NewBody(one.Event, one.Interview)
	if err != nil {
		text := "the body cannot be encoded"
		done.response = booking.DeliveryResponse{ResponseError: &text}
		d.log.ErrorContext(ctx, "cannot encode an event for a webhook", "event", one.EventID, "error", err)
	} else {
		done.response = d.sender.Send(ctx, webhook.Message{
			URL: one.URL, ID: webhook.MessageID(one.EventID), At: began, Secrets: one.Secrets, Body: body,
		})
	}
	done.took = time.Since(began) //nolint:forbidigo // as above
	d.finished <- done
}

// collect takes the results of all requests that have ended, and notes whether there may be new
// events and whether they may be dispatched.
func (d *Dispatcher) collect() {
	for {
		select {
		case one := <-d.finished:
			d.take(one)
		case <-d.wake:
			d.woken = true
		case <-d.rest:
			d.rest = nil
		default:
			return
		}
	}
}

func (d *Dispatcher) take(one attempt) {
	if d.sending[one.WebhookID].claimed--; d.inProgress(one.WebhookID) == 0 {
		delete(d.sending, one.WebhookID)
	}
	d.results = append(d.results, one)
	result := Refused
	switch {
	case one.response.Accepted():
		result = Delivered
	case one.response.ResponseStatus == nil:
		result = Unreachable
	}
	d.observer.Attempted(result, one.took)
}

// upkeep reports the age of the queue. It also makes deliveries due that a server with a fast
// clock has put off. A failure is reported by the next round.
func (d *Dispatcher) upkeep(ctx context.Context) {
	if len(d.receivers) == 0 {
		d.observer.Queue(0, 0)
		return
	}
	now := d.now()
	if repaired, err := d.store.RepairDeliveries(ctx, now); err == nil && repaired > 0 {
		d.log.WarnContext(ctx, "deliveries to webhooks were put off by a server whose clock was fast; they are due now", "deliveries", repaired)
	}
	oldest, err := d.store.OldestDelivery(ctx)
	if err != nil {
		return
	}
	age := time.Duration(0)
	if oldest != nil {
		age = max(0, now.Sub(*oldest))
	}
	d.observer.Queue(age, len(d.failing))
}

// end waits for the requests in progress and records their results. What it does not record
// is sent again when the claim expires.
func (d *Dispatcher) end(ctx context.Context) {
	patience := time.NewTimer(endPatience)
	defer patience.Stop()
	for len(d.sending) > 0 {
		select {
		case one := <-d.finished:
			d.take(one)
			continue
		case <-patience.C:
		}
		break
	}
	ctx, cancel := context.WithTimeout(ctx, lastWrite)
	defer cancel()
	if err := d.record(ctx); err != nil {
		d.log.WarnContext(ctx, "cannot record the last requests to webhooks; they will be sent again", "error", err)
	}
}
