package changelog

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/sethvargo/go-retry"
)

const (
	// channel carries wake-ups. Their payload identifies the server that has committed.
	channel = "rehearse_committed"
	// listenSilence is how long a listener waits for a notification before it pings the
	// server; listenPatience is how long it waits for the reply.
	listenSilence  = 5 * time.Second
	listenPatience = 2 * time.Second
	// notifyPause is the shortest time between two wake-ups that a server sends.
	notifyPause = 5 * time.Millisecond
	// minRetryPause is the first pause between two attempts to connect.
	minRetryPause = 50 * time.Millisecond
)

// A Waker wakes the followers of all servers after a commit. A wake-up is not part of the
// transaction, because a transaction with NOTIFY waits for all earlier ones to commit. If a
// wake-up is lost, followers read the change after a pause.
type Waker struct {
	*Sender
	schools *Schools // of this server
	config  *pgx.ConnConfig
	arrange func(*pgx.ConnConfig)
	conn    *pgx.Conn
	direct  bool // no pooler is in between
}

// A Sender sends wake-ups.
type Sender struct {
	statement string // that wakes all servers
	due       chan struct{}
}

// Listen connects to receive wake-ups, and passes those of schools on. Before each connection,
// arrange orders the hosts of a copy of config. The caller must call Run on the result.
func Listen(ctx context.Context, config *pgx.ConnConfig, arrange func(*pgx.ConnConfig), schools *Schools) (*Waker, error) {
	w := &Waker{Sender: newSender(channel, schools.server), schools: schools, config: config, arrange: arrange}
	return w, w.connect(ctx)
}

func newSender(channel, payload string) *Sender {
	return &Sender{statement: "NOTIFY " + channel + ", '" + payload + "'", due: make(chan struct{}, 1)}
}

// Close closes the connection of a Waker that is not run.
func (w *Waker) Close(ctx context.Context) error { return closeConn(ctx, w.conn) }

// Committed tells the Sender that this server has committed a change. It does not block.
func (s *Sender) Committed() { signal(s.due) }

// Send calls notify with the statement that wakes all servers, soon after each Committed, until
// ctx ends. Commits in quick succession share one call.
func (s *Sender) Send(ctx context.Context, notify func(ctx context.Context, statement string)) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.due:
			notify(ctx, s.statement)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(notifyPause):
		}
	}
}

// Run calls woken for each wake-up by another server until ctx ends. It reconnects when the connection is lost.
func (w *Waker) Run(ctx context.Context, log *slog.Logger, woken func()) {
	if !w.direct {
		log.InfoContext(ctx, "the connection for notifications goes through a pooler: if it pools transactions, changes of other servers arrive "+
			"up to 50 ms later; to receive them at once, set DATABASE_LISTEN_URL to the address of Postgres itself")
	}
	for {
		err := w.receive(ctx, woken)
		if err = errors.Join(err, closeConn(ctx, w.conn)); ctx.Err() != nil {
			return
		}
		log.WarnContext(ctx, "lost the connection for notifications; changes of other servers arrive up to 50 ms later", "error", err)
		pause := retry.WithJitterPercent(20, retry.WithCappedDuration(maxRetryPause, retry.NewExponential(minRetryPause)))
		if retry.Do(ctx, pause, func(ctx context.Context) error { return retry.RetryableError(w.connect(ctx)) }) != nil {
			return // ctx has ended
		}
		log.InfoContext(ctx, "the connection for notifications is up again")
		woken()
		w.schools.wakeAll()
	}
}

func (w *Waker) connect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, listenSilence)
	defer cancel()
	conn, err := dial(ctx, w.config, w.arrange)
	if err != nil {
		return err
	}
	var pid uint32
	err = conn.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&pid)
	if err == nil {
		_, err = conn.Exec(ctx, "LISTEN "+channel)
	}
	if err == nil {
		_, err = conn.Exec(ctx, "LISTEN "+schoolChannel)
	}
	if err != nil {
		return errors.Join(err, closeConn(ctx, conn))
	}
	w.conn, w.direct = conn, pid == conn.PgConn().PID() // a pooler reports a made-up process id
	return nil
}

// receive calls woken for each notification until the connection is lost.
func (w *Waker) receive(ctx context.Context, woken func()) error {
	for {
		waiting, cancel := context.WithTimeout(ctx, listenSilence)
		committed, err := w.conn.WaitForNotification(waiting)
		cancel()
		switch {
		case err == nil && committed.Channel == schoolChannel:
			w.schools.receive(committed.Payload)
		case err == nil && committed.Payload == w.schools.server: // this server knows
		case err == nil:
			woken()
		case ctx.Err() != nil || !pgconn.Timeout(err):
			return err
		default:
			asking, cancel := context.WithTimeout(ctx, listenPatience)
			err = w.conn.Ping(asking)
			cancel()
			if err != nil {
				return err
			}
		}
	}
}

func closeConn(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), listenPatience)
	defer cancel()
	return conn.Close(ctx)
}
