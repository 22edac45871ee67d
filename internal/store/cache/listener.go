package cache

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
	changesChannel = "rehearse_changes"
	// listenSilence is how long a listener waits for a notification before it pings the
	// server; listenPatience is how long it waits for the reply.
	listenSilence  = 5 * time.Second
	listenPatience = 2 * time.Second
	// The first and the longest pause between two attempts to reconnect.
	minListenPause = 50 * time.Millisecond
	maxListenPause = 2 * time.Second
)

// A Listener receives the changes that any server commits, over its own connection.
type Listener struct {
	config       *pgx.ConnConfig // of the connection
	interviewers *Interviewers   // active while the connection is up
	notificationConn
}

// notificationConn is a connection that receives notifications.
type notificationConn struct {
	conn *pgx.Conn
	// direct reports that no pooler is in between. LISTEN belongs to a Postgres session,
	// and a pooler may use a different session for each transaction.
	direct bool
}

// Listen connects to a database and starts to listen. The caller must call Run on the
// result, which activates the cache of interviewers and evicts those that have changed.
func Listen(ctx context.Context, config *pgx.ConnConfig, interviewers *Interviewers) (*Listener, error) {
	conn, err := connect(ctx, config)
	return &Listener{config: config, interviewers: interviewers, notificationConn: conn}, err
}

// Run calls notify with each change until ctx ends. It reconnects when the connection is
// lost, logs the reason, and then first tells Lost. Interviewers are not cached behind a
// pooler, because notifications may not arrive.
func (l *Listener) Run(ctx context.Context, log *slog.Logger, notify func(Changes)) {
	for {
		if !l.direct {
			log.WarnContext(ctx, "the connection for notifications goes through a pooler: subscribers receive no events if it pools transactions, "+
				"and interviewers are not cached; set DATABASE_LISTEN_URL to the address of Postgres itself")
		}
		if l.direct {
			l.interviewers.activate()
		}
		err := l.receive(ctx, notify)
		l.interviewers.deactivate()
		if err = errors.Join(err, closeConn(ctx, l.conn)); ctx.Err() != nil {
			return
		}
		log.WarnContext(ctx, "lost the connection for notifications; changes on other servers are not received", "error", err)
		if l.notificationConn, err = l.reconnect(ctx); err != nil {
			return // ctx has ended
		}
		log.InfoContext(ctx, "receiving changes on other servers again")
		notify(Changes{Lost: true})
	}
}

func connect(ctx context.Context, config *pgx.ConnConfig) (notificationConn, error) {
	ctx, cancel := context.WithTimeout(ctx, listenSilence)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return notificationConn{}, err
	}
	var pid uint32
	err = conn.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&pid)
	if err == nil {
		_, err = conn.Exec(ctx, "LISTEN "+changesChannel)
	}
	if err != nil {
		return notificationConn{}, errors.Join(err, closeConn(ctx, conn))
	}
	return notificationConn{conn, pid == conn.PgConn().PID()}, nil // a pooler reports a made-up process id
}

// reconnect connects again, with as many attempts as it takes.
func (l *Listener) reconnect(ctx context.Context) (notificationConn, error) {
	pause := retry.WithJitterPercent(20, retry.WithCappedDuration(maxListenPause, retry.NewExponential(minListenPause)))
	return retry.DoValue(ctx, pause, func(ctx context.Context) (notificationConn, error) {
		conn, err := connect(ctx, l.config)
		return conn, retry.RetryableError(err)
	})
}

// receive calls notify for each notification until the connection is lost.
func (l *Listener) receive(ctx context.Context, notify func(Changes)) error {
	for {
		waiting, cancel := context.WithTimeout(ctx, listenSilence)
		message, err := l.conn.WaitForNotification(waiting)
		cancel()
		switch {
		case err == nil:
			changes := parseChanges(message.Payload)
			if len(changes.Interviewers) > 0 || changes.ManyInterviewers {
				l.interviewers.Evict(changes.Interviewers...)
			}
			notify(changes)
		case ctx.Err() != nil || !pgconn.Timeout(err):
			return err
		default:
			asking, cancel := context.WithTimeout(ctx, listenPatience)
			err = l.conn.Ping(asking)
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
