package load

import (
	"context"
	"crypto/rand"
	"fmt"
	randv2 "math/rand/v2"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// journey takes a student from a list of slots to a hold, a booking and its cancellation.
// Its fields determine the next step.
type journey struct {
	student string
	key     string // idempotency key of the next step
	unsure  bool   // the response was lost, so the step may have been executed

	slot, hold, interview string
}

// journeys holds the idle students and those between two steps. Some journeys wait between
// steps so that bookings last for a while, but few enough that a short run reaches every step.
type journeys struct {
	mu    sync.Mutex
	run   string // makes the keys unique to this run
	steps int
	fresh []*journey
	begun []*journey
}

const waitingBetweenSteps = 16

func newJourneys(students []string) *journeys {
	j := &journeys{run: rand.Text()}
	for _, student := range students {
		j.fresh = append(j.fresh, &journey{student: student})
	}
	return j
}

// take returns the next journey, or nil if all are in progress.
func (j *journeys) take() *journey {
	j.mu.Lock()
	defer j.mu.Unlock()
	from := &j.begun
	if len(j.fresh) > 0 && len(j.begun) < waitingBetweenSteps {
		from = &j.fresh
	}
	if len(*from) == 0 {
		return nil
	}
	one := (*from)[0]
	*from = (*from)[1:]
	if one.key == "" {
		j.steps++
		one.key = fmt.Sprintf("load %s %d", j.run, j.steps)
	}
	return one
}

// put takes a journey back after a step.
func (j *journeys) put(one *journey) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if one.slot == "" && one.hold == "" && one.interview == "" {
		j.fresh = append(j.fresh, one)
		return
	}
	j.begun = append(j.begun, one)
}

// step returns the next step of a journey, or a list request if no journey is available.
func (w *workload) step(random *randv2.Rand) operation {
	one := w.journeys.take()
	if one == nil {
		return w.list(random)
	}
	start, end := w.school.week(random)
	pick := random.Uint64()
	kind := one.next()
	return operation{kind, func(ctx context.Context) (refusals []string, err error) {
		defer w.journeys.put(one)
		if kind == kindList {
			return nil, w.look(ctx, one, start, end, pick)
		}
		return w.client.change(ctx, one, kind)
	}}
}

// next returns the kind of the next step.
func (one *journey) next() string {
	switch {
	case one.interview != "":
		return kindCancel
	case one.hold != "":
		return kindBook
	case one.slot != "":
		return kindHold
	default:
		return kindList
	}
}

// look lists slots and picks one to hold.
func (w *workload) look(ctx context.Context, one *journey, start, end time.Time, pick uint64) error {
	found, err := w.lists(ctx, one.student, start, end)
	if nodes := found.AvailableSlots.Nodes; err == nil && len(nodes) > 0 {
		one.slot, one.key = nodes[pick%uint64(len(nodes))].ID, ""
	}
	return err
}

var changeDocuments = map[string]string{
	kindHold: `mutation($student: ID!, $slot: ID!, $key: String) {
		it: holdSlot(input: {studentId: $student, slotId: $slot, idempotencyKey: $key}) { hold { id } errors { code } } }`,
	kindBook: `mutation($student: ID!, $slot: ID!, $hold: ID!, $key: String) {
		it: bookSlot(input: {studentId: $student, slotId: $slot, holdId: $hold, idempotencyKey: $key}) {
			interview { id start end interviewer { id name } } errors { code } } }`,
	kindCancel: `mutation($interview: ID!, $key: String) {
		it: cancelInterview(input: {interviewId: $interview, reason: "plans changed", idempotencyKey: $key}) {
			interview { id } errors { code } } }`,
	kindRelease: `mutation($hold: ID!) { it: releaseHold(input: {holdId: $hold}) { hold { id } errors { code } } }`,
}

// kindRelease is used for cleanup after a run and is not counted.
const kindRelease = "release"

type changed struct {
	It struct {
		Hold, Interview *struct{ ID string }
		Errors          []struct{ Code string }
	}
}

// change executes a step that changes something. A refused journey starts over. If the
// response is lost, the step is repeated with the same key.
func (c *client) change(ctx context.Context, one *journey, kind string) (refusals []string, err error) {
	variables := map[string]any{}
	if one.key != "" {
		variables["key"] = one.key
	}
	switch kind {
	case kindHold:
		variables["student"], variables["slot"] = one.student, one.slot
	case kindBook:
		variables["student"], variables["slot"], variables["hold"] = one.student, one.slot, one.hold
	case kindCancel:
		variables["interview"] = one.interview
	case kindRelease:
		variables["hold"] = one.hold
	}
	var done changed
	if err := c.ask(ctx, changeDocuments[kind], variables, &done); err != nil {
		one.unsure = true
		return nil, err
	}
	for _, refused := range done.It.Errors {
		refusals = append(refusals, refused.Code)
	}
	student, slot := one.student, one.slot
	*one = journey{student: student}
	switch {
	case kind == kindHold && done.It.Hold != nil:
		one.slot, one.hold = slot, done.It.Hold.ID
	case kind == kindBook && done.It.Interview != nil:
		one.interview = done.It.Interview.ID
	}
	return refusals, nil
}

// takeBack cancels the remaining bookings and releases the remaining holds. It returns the
// number of journeys it could not clean up.
func (w *workload) takeBack(ctx context.Context) (left int) {
	var group errgroup.Group
	group.SetLimit(takingBack)
	lost := make([]bool, len(w.journeys.begun))
	for n, one := range w.journeys.begun {
		group.Go(func() error {
			lost[n] = w.client.finish(ctx, one) != nil
			return nil
		})
	}
	_ = group.Wait() // the functions return no errors
	for _, is := range lost {
		if is {
			left++
		}
	}
	return left
}

const takingBack = 8

// finish cleans up one journey.
func (c *client) finish(ctx context.Context, one *journey) error {
	if one.unsure { // repeat the step to learn its outcome
		if _, err := c.change(ctx, one, one.next()); err != nil {
			return err
		}
	}
	var err error
	switch one.next() {
	case kindCancel:
		_, err = c.change(ctx, one, kindCancel)
	case kindBook:
		_, err = c.change(ctx, one, kindRelease)
	}
	return err
}
