package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// deliveries holds the metrics of webhooks.
type deliveries struct {
	attempts *prometheus.CounterVec // by result
	duration prometheus.Histogram
	disabled prometheus.Counter
	oldest   prometheus.Gauge
	failing  prometheus.Gauge
}

// deliveryResults are the values of the label result. Each has a series from the start.
var deliveryResults = []string{"delivered", "refused", "unreachable"}

func newDeliveries(name func(name, help string) prometheus.CounterOpts) deliveries {
	d := deliveries{
		attempts: prometheus.NewCounterVec(name("webhook_attempts_total",
			"Requests to webhooks: `delivered`, `refused` if the receiver responded with a status other than 200 to 299, or `unreachable` if there was no response."), []string{"result"}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: "rehearse", Name: "webhook_attempt_duration_seconds", Help: "The duration of requests to webhooks.", Buckets: seconds,
		}),
		disabled: prometheus.NewCounter(name("webhooks_disabled_total", "Webhooks that this server disabled because a delivery failed for good.")),
		oldest: prometheus.NewGauge(prometheus.GaugeOpts(name("webhook_oldest_delivery_seconds",
			"The age of the oldest delivery that is pending for an enabled webhook; 0 if there is none. Each server reports it, so use the maximum."))),
		failing: prometheus.NewGauge(prometheus.GaugeOpts(name("webhooks_failing",
			"Enabled webhooks whose receiver is unavailable: it does not respond, or responds with 429, 502, 503 or 504. Each server reports it, so use the maximum."))),
	}
	for _, result := range deliveryResults {
		d.attempts.WithLabelValues(result)
	}
	return d
}

func (d deliveries) collectors() []prometheus.Collector {
	return []prometheus.Collector{d.attempts, d.duration, d.disabled, d.oldest, d.failing}
}

// Attempted counts a request to a webhook.
func (t *Telemetry) Attempted(result string, took time.Duration) {
	t.metrics.deliveries.attempts.WithLabelValues(result).Inc()
	t.metrics.deliveries.duration.Observe(took.Seconds())
}

// WebhookDisabled counts a webhook that was disabled.
func (t *Telemetry) WebhookDisabled() { t.metrics.deliveries.disabled.Inc() }

// Queue sets the age of the oldest pending delivery, and the number of webhooks whose receiver
// is unavailable.
func (t *Telemetry) Queue(oldest time.Duration, failing int) {
	t.setDeliveries(nil, oldest, failing)
}
