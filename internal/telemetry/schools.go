package telemetry

import (
	"sync"
	"time"
)

// queues has what waits in each school of the server. The gauges are those of all schools together.
type queues struct {
	mu sync.Mutex
	of map[*SchoolTelemetry]queue // nil is the key of the only school
}

// queue is what waits to be sent in a school.
type queue struct {
	mail, delivery time.Duration // the age of the oldest
	failing        int           // webhooks whose receiver is unavailable
}

// SchoolTelemetry is the Telemetry of a school with a schema of its own. It counts with the server's.
type SchoolTelemetry struct{ *Telemetry }

// ForSchool returns the Telemetry of another school. It counts what waits there until forget is called.
func (t *Telemetry) ForSchool() (of *SchoolTelemetry, forget func()) {
	of = &SchoolTelemetry{t}
	return of, func() { t.setQueue(func(all map[*SchoolTelemetry]queue) { delete(all, of) }) }
}

// OldestMail is like that of the Telemetry.
func (s *SchoolTelemetry) OldestMail(age time.Duration) { s.setOldestMail(s, age) }

// Queue is like that of the Telemetry.
func (s *SchoolTelemetry) Queue(oldest time.Duration, failing int) {
	s.setDeliveries(s, oldest, failing)
}

func (t *Telemetry) setOldestMail(of *SchoolTelemetry, age time.Duration) {
	t.setQueue(func(all map[*SchoolTelemetry]queue) {
		one := all[of]
		one.mail = age
		all[of] = one
	})
}

func (t *Telemetry) setDeliveries(of *SchoolTelemetry, oldest time.Duration, failing int) {
	t.setQueue(func(all map[*SchoolTelemetry]queue) {
		one := all[of]
		one.delivery, one.failing = oldest, failing
		all[of] = one
	})
}

// setQueue changes what waits, and sets the gauges.
func (t *Telemetry) setQueue(change func(map[*SchoolTelemetry]queue)) {
	t.queues.mu.Lock()
	defer t.queues.mu.Unlock()
	change(t.queues.of)
	var all queue
	for _, one := range t.queues.of {
		all.mail, all.delivery = max(all.mail, one.mail), max(all.delivery, one.delivery)
		all.failing += one.failing
	}
	t.metrics.letters.oldest.Set(all.mail.Seconds())
	t.metrics.deliveries.oldest.Set(all.delivery.Seconds())
	t.metrics.deliveries.failing.Set(float64(all.failing))
}
