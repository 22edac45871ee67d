package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rehearse/internal/booking"
)

// letters holds the metrics of e-mail.
type letters struct {
	attempts *prometheus.CounterVec // by kind and result
	duration prometheus.Histogram
	oldest   prometheus.Gauge
}

// letterResults are the values of the label result.
var letterResults = []string{"sent", "dropped", "refused", "deferred"}

func newLetters(name func(name, help string) prometheus.CounterOpts) letters {
	l := letters{
		attempts: prometheus.NewCounterVec(name("mail_attempts_total",
			"Attempts to send e-mail messages: `sent`, `dropped` because the message was no longer true or its recipient does not want it, `refused` if the message is given up, or `deferred` until a later attempt. `kind` is the kind of the message."), []string{"kind", "result"}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: "rehearse", Name: "mail_attempt_duration_seconds", Help: "The duration of attempts to send e-mail messages.", Buckets: seconds,
		}),
		oldest: prometheus.NewGauge(prometheus.GaugeOpts(name("mail_oldest_seconds",
			"The age of the oldest pending e-mail message; 0 if there is none, and on servers without `SMTP_URL`. Each server with e-mail reports it, so use the maximum."))),
	}
	for _, kind := range booking.MailKinds() {
		for _, result := range letterResults {
			l.attempts.WithLabelValues(string(kind), result)
		}
	}
	return l
}

func (l letters) collectors() []prometheus.Collector {
	return []prometheus.Collector{l.attempts, l.duration, l.oldest}
}

// MailAttempted counts an attempt to send a message.
func (t *Telemetry) MailAttempted(kind booking.MailKind, result string, took time.Duration) {
	t.metrics.letters.attempts.WithLabelValues(string(kind), result).Inc()
	t.metrics.letters.duration.Observe(took.Seconds())
}

// OldestMail sets the age of the oldest pending message.
func (t *Telemetry) OldestMail(age time.Duration) { t.setOldestMail(nil, age) }
