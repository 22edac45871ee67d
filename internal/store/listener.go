package store

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/sethvargo/go-retry"

	"rehearse/internal/booking"
)

// Changes are the ids of rows that committed transactions have changed. Database triggers
// (migrations 12, 14 and 29) report them, so every write is included.
type Changes struct {
	Slots      []booking.SlotID
	Interviews []booking.InterviewID
	Students   []booking.StudentID // whose eligibility may have changed

	Interviewers []booking.InterviewerID
	Tagged       []booking.InterviewerID // whose slots' tags have changed

	// Set if too many rows have changed to list their ids.
	ManySlots, ManyInterviews, ManyInterviewers bool
	// Lost reports that earlier changes may have been missed.
	Lost bool
}

// And returns the union of both changes.
func (c Changes) And(o Changes) Changes {
	return Changes{
		Slots:        append(c.Slots, o.Slots...),
		Interviews:   append(c.Interviews, o.Interviews...),
		Students:     append(c.Students, o.Students...),
		Interviewers: append(c.Interviewers, o.Interviewers...),
		Tagged:       append(c.Tagged, o.Tagged...),
		ManySlots:    c.ManySlots || o.ManySlots, ManyInterviews: c.ManyInterviews || o.ManyInterviews,
		ManyInterviewers: c.ManyInterviewers || o.ManyInterviewers,
		Lost:             c.Lost || o.Lost,
	}
}

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
	store *Store
	line
}

// line is a connection that receives notifications.
type line struct {
	conn *pgx.Conn
	// direct reports that no pooler is in between. LISTEN belongs to a Postgres session,
	// and a pooler may use a different session for each transaction.
	direct bool
}

// Listen connects and starts to listen. The caller must call Run on the result.
func (s *Store) Listen(ctx context.Context) (*Listener, error) {
	line, err := s.listen(ctx)
	return &Listener{store: s, line: line}, fault(err, "listen for changes")
}

// Run calls tell with each change until ctx ends. It reconnects when the connection is
// lost, logs the reason, and then first tells Lost. Interviewers are not cached behind a
// pooler, because notifications may not arrive.
func (l *Listener) Run(ctx context.Context, log *slog.Logger, tell func(Changes)) {
	for {
		if !l.direct {
			log.WarnContext(ctx, "the connection for notifications goes through a pooler: subscribers receive no events if it pools transactions, "+
				"and interviewers are not cached; set DATABASE_LISTEN_URL to the address of Postgres itself")
		}
		l.store.known.listen(l.direct)
		err := l.hear(ctx, tell)
		l.store.known.listen(false)
		if err = errors.Join(err, hangUp(ctx, l.conn)); ctx.Err() != nil {
			return
		}
		log.WarnContext(ctx, "lost the connection for notifications; changes on other servers are not received", "error", err)
		if l.line, err = l.store.listenAgain(ctx); err != nil {
			return // ctx has ended
		}
		log.InfoContext(ctx, "receiving changes on other servers again")
		tell(Changes{Lost: true})
	}
}

func (s *Store) listen(ctx context.Context) (line, error) {
	ctx, cancel := context.WithTimeout(ctx, listenSilence)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, s.listening)
	if err != nil {
		return line{}, err
	}
	var pid uint32
	err = conn.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&pid)
	if err == nil {
		_, err = conn.Exec(ctx, "LISTEN "+changesChannel)
	}
	if err != nil {
		return line{}, errors.Join(err, hangUp(ctx, conn))
	}
	return line{conn, pid == conn.PgConn().PID()}, nil // a pooler reports a made-up process id
}

// listenAgain reconnects, with as many attempts as it takes.
func (s *Store) listenAgain(ctx context.Context) (line, error) {
	pause := retry.WithJitterPercent(20, retry.WithCappedDuration(maxListenPause, retry.NewExponential(minListenPause)))
	return retry.DoValue(ctx, pause, func(ctx context.Context) (line, error) {
		line, err := s.listen(ctx)
		return line, retry.RetryableError(err)
	})
}

// hear calls tell for each notification until the connection is lost.
func (l *Listener) hear(ctx context.Context, tell func(Changes)) error {
	for {
		waiting, cancel := context.WithTimeout(ctx, listenSilence)
		message, err := l.conn.WaitForNotification(waiting)
		cancel()
		switch {
		case err == nil:
			changes := parseChanges(message.Payload)
			if len(changes.Interviewers) > 0 || changes.ManyInterviewers {
				l.store.known.forget(changes.Interviewers...)
			}
			tell(changes)
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

func hangUp(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), listenPatience)
	defer cancel()
	return conn.Close(ctx)
}

// parseChanges parses a trigger's message. An unknown kind comes from a newer version
// and may mean any change.
func parseChanges(message string) Changes {
	what, list, _ := strings.Cut(message, " ")
	var numbers []int64
	for text := range strings.SplitSeq(list, ",") {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			numbers = append(numbers, n)
		}
	}
	switch what {
	case "slots":
		return Changes{Slots: typed[booking.SlotID](numbers), ManySlots: len(numbers) == 0}
	case "interviews":
		return Changes{Interviews: typed[booking.InterviewID](numbers), ManyInterviews: len(numbers) == 0}
	case "students":
		return Changes{Students: typed[booking.StudentID](numbers), ManySlots: len(numbers) == 0}
	case "interviewers":
		return Changes{Interviewers: typed[booking.InterviewerID](numbers), ManyInterviewers: len(numbers) == 0}
	case "tags":
		return Changes{Tagged: typed[booking.InterviewerID](numbers), ManySlots: len(numbers) == 0}
	default:
		return Changes{ManySlots: true, ManyInterviews: true, ManyInterviewers: true}
	}
}
