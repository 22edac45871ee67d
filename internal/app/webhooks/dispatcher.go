package webhooks

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"rehearse/internal/app/operation"
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
	ClaimTime = 4 * webhook.Timeout
	// Claimed is the maximum number of deliveries to one webhook that a server is sending, or
	// about to. They end within ClaimTime.
	Claimed = 2 * PerWebhook

	idlePoll    = 10 * time.Second // looks for webhooks, while there are none
	activePoll  = time.Second      // looks for events and due deliveries
	upkeepPause = 10 * time.Second // between two measurements of the queue
	roundPause  = 10 * time.Millisecond
	faultPause  = 5 * time.Second
	endPatience = 5 * time.Second // for requests in progress at the end
	lastWrite   = 2 * time.Second
)

// Observer receives what a Dispatcher measures.
type Observer interface {
	// Attempted reports an attempt: `delivered`, `refused` by the receiver, or `unreachable`,
	// and whether it was the last one.
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

	active   bool                       // there were enabled webhooks at the last look
	failing  map[booking.WebhookID]bool // those whose receiver was unavailable
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

// Run sends events until ctx is done, and then waits for the requests in progress.
func (d *Dispatcher) Run(ctx context.Context) {
	sending, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer d.sender.Close()
	defer stop()
	poll := time.NewTimer(0)
	defer poll.Stop()
	upkeep := time.NewTicker(upkeepPause)
	defer upkeep.Stop()
	d.changed.Store(true)
	for {
		pause := activePoll
		if err := d.round(ctx, sending, d.changed.Swap(false)); err != nil && ctx.Err() == nil {
			d.log.WarnContext(ctx, "cannot deliver events to webhooks; trying again", "error", err)
			pause = faultPause
		} else if !d.active {
			pause = idlePoll
		}
		poll.Reset(pause)
		select {
		case <-ctx.Done():
			d.end(sending)
			return
		case <-poll.C:
			d.changed.Store(true)
		case <-upkeep.C:
			d.upkeep(ctx)
		case <-d.wake:
		case one := <-d.finished:
			d.take(one)
		}
		select { // to handle together what comes together
		case <-ctx.Done():
		case <-time.After(roundPause):
		}
	}
}

// Round records the results of requests, dispatches events, and starts the requests that are
// due. It then waits for them, and records their results. It is for tests and must not be
// called while Run is running.
func (d *Dispatcher) Round(ctx context.Context) error {
	if err := d.round(ctx, ctx, true); err != nil {
		return err
	}
	for len(d.sending) > 0 {
		d.take(<-d.finished)
	}
	d.upkeep(ctx)
	return d.record(ctx)
}

// round does everything that can be done now. If there were no webhooks, it does nothing unless
// look is set. The requests that it starts end with until.
func (d *Dispatcher) round(ctx, until context.Context, look bool) error {
	d.collect()
	if err := d.record(ctx); err != nil {
		return err
	}
	if !d.active && !look {
		return nil
	}
	receivers, err := d.store.Receivers(ctx)
	if err != nil {
		return err
	}
	d.active = len(receivers) > 0
	if !d.active {
		return nil
	}
	if err := d.store.DispatchEvents(ctx, d.now()); err != nil {
		return err
	}
	now := d.now()
	deliveries, err := d.store.ClaimDeliveries(ctx, d.room(receivers, now), now, now.Add(ClaimTime))
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

// room returns how many deliveries to each receiver may be added. It notes which receivers are
// unavailable.
func (d *Dispatcher) room(receivers []store.Receiver, now time.Time) map[booking.WebhookID]int {
	room := map[booking.WebhookID]int{}
	d.failing = map[booking.WebhookID]bool{}
	for _, one := range receivers {
		state := one.State()
		if free := state.Room(d.inProgress(one.ID), Claimed, now); free > 0 {
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

// collect takes the results of all requests that have ended.
func (d *Dispatcher) collect() {
	for {
		select {
		case one := <-d.finished:
			d.take(one)
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

// record writes the results of requests and the states of their receivers, and disables the
// webhooks of those that have failed for good, in one transaction. It keeps the results if it
// fails.
func (d *Dispatcher) record(ctx context.Context) error {
	if len(d.results) == 0 {
		return nil
	}
	now := d.now()
	disabled, err := store.InTx(ctx, d.store, func(tx *store.Tx) ([]booking.WebhookID, error) {
		webhooks, err := d.lockAffected(ctx, tx, now)
		if err != nil {
			return nil, err
		}
		done, err := d.judge(ctx, tx, webhooks, now)
		if err != nil {
			return nil, err
		}
		failed, err := tx.RecordAttempts(ctx, done)
		if err != nil {
			return nil, err
		}
		var disabled []booking.WebhookID
		for _, id := range failed {
			if !webhooks[id].Enabled() {
				continue
			}
			if err := disable(ctx, tx, webhooks[id], now); err != nil {
				return nil, err
			}
			disabled = append(disabled, id)
		}
		return disabled, nil
	})
	if err != nil {
		return err
	}
	d.results = nil
	for _, id := range disabled {
		d.observer.WebhookDisabled()
		d.log.WarnContext(ctx, "a webhook was disabled, because a delivery failed for good", "webhook", id)
	}
	return nil
}

// lockAffected locks the webhooks that the results may change: those whose receiver is or was
// unavailable, and those of deliveries that fail for good. As everywhere, it does so before the
// deliveries are locked. A webhook that was deleted is missing from the result.
func (d *Dispatcher) lockAffected(ctx context.Context, tx *store.Tx, now time.Time) (map[booking.WebhookID]booking.Webhook, error) {
	var affected []booking.WebhookID
	for _, one := range d.results {
		after, _ := one.After(one.response, booking.ReceiverState{}, now)
		if d.failing[one.WebhookID] || one.response.Unavailable() || after.Status == booking.DeliveryFailed {
			affected = append(affected, one.WebhookID)
		}
	}
	slices.Sort(affected)
	locked := map[booking.WebhookID]booking.Webhook{}
	for _, id := range slices.Compact(affected) {
		webhook, err := tx.LockWebhook(ctx, id)
		if operation.IgnoreMissing(err) != nil {
			return nil, err
		}
		if err == nil {
			locked[id] = webhook
		}
	}
	return locked, nil
}

// judge returns the deliveries after the results, and stores the states of the receivers that
// have changed.
func (d *Dispatcher) judge(ctx context.Context, tx *store.Tx, locked map[booking.WebhookID]booking.Webhook, now time.Time) ([]booking.Delivery, error) {
	done := make([]booking.Delivery, len(d.results))
	states := map[booking.WebhookID]booking.ReceiverState{}
	for id, webhook := range locked {
		states[id] = webhook.ReceiverState
	}
	for i, one := range d.results {
		done[i], states[one.WebhookID] = one.After(one.response, states[one.WebhookID], now)
	}
	for id, webhook := range locked {
		if !webhook.Enabled() || webhook.Available() && states[id].Available() {
			continue
		}
		if err := tx.SetReceiverState(ctx, id, states[id]); err != nil {
			return nil, err
		}
	}
	return done, nil
}

// disable disables a webhook, which must be locked.
func disable(ctx context.Context, tx *store.Tx, before booking.Webhook, now time.Time) error {
	after := before
	after.DisabledAt, after.ReceiverState = &now, booking.ReceiverState{}
	after, err := tx.UpdateWebhook(ctx, after, now)
	if err != nil {
		return err
	}
	return operation.AppendEvents(ctx, tx, now, after.Event(booking.WebhookDisabled, before))
}

// upkeep reports the age of the queue, and repairs what a clock that was put back has left. A
// failure is reported by the next round.
func (d *Dispatcher) upkeep(ctx context.Context) {
	if !d.active {
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
