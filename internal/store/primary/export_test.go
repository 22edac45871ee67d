package primary

import (
	"context"
	"log/slog"
	"time"
)

// Probe probes once, without a time limit. Only what is heard during the probe counts. Run must not
// be running.
func (w *Watch) Probe(ctx context.Context) {
	w.timeout, w.silence = time.Hour, 0
	w.probe(ctx, slog.New(slog.DiscardHandler))
}
