package primary

import (
	"context"
	"log/slog"
)

// Probe probes once. Run must not be running.
func (w *Watch) Probe(ctx context.Context) error { return w.probe(ctx, slog.New(slog.DiscardHandler)) }
