package changelog

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

var ReadChanges = readChanges.direct

const (
	MaxRows     = maxRows
	ReadTimeout = readTimeout
	WakePause   = wakePause
)

// A Reader is a reader of the log without a Follower.
type Reader struct{ r reader }

// NewReader returns a reader that starts at the present.
func NewReader(ctx context.Context, o Options) (*Reader, error) {
	r := &Reader{reader{config: o.Config, keeps: o.Keeps}}
	return r, r.r.start(ctx)
}

// Next returns what has been committed since the last call, and the states of the slots.
func (r *Reader) Next(ctx context.Context) (Changes, []Slot, error) {
	r.r.news = true // reads the log itself
	got, err := r.r.poll(ctx)
	return got.Changes, got.states, err
}

// Close closes the connection.
func (r *Reader) Close(ctx context.Context) error { return r.r.close(ctx) }

// Conn returns the connection.
func (r *Reader) Conn() *pgx.Conn { return r.r.conn }

// Snapshot returns the position.
func (r *Reader) Snapshot() string { return r.r.at.snapshot }

// Sleep makes the position older.
func (r *Reader) Sleep(d time.Duration) { r.r.at.at = r.r.at.at.Add(-d) }

// Sleep makes the position of a Follower older. The Follower must not be running.
func (f *Follower) Sleep(d time.Duration) { f.reader.at.at = f.reader.at.at.Add(-d) }

// Misplace replaces the position of a Follower by one of another server. The Follower must not
// be running.
func (f *Follower) Misplace() { f.reader.at.server = "another" }

// Hurry sets the time after which a Follower gives up a read. The Follower must not be running.
func (f *Follower) Hurry(d time.Duration) { f.timeout = d }
