package cli

import (
	"context"
	"fmt"
	"net"
	"time"

	"rehearse/internal/config"
	"rehearse/internal/sample"
	"rehearse/internal/store"
	"rehearse/internal/web"
)

const greeting = `Rehearse is ready. %s. Ctrl-C stops the server.

  Desk        %s/
  Playground  %s/playground
  GraphQL     %s/graphql%s
  Data        %s
  E-mail      %s

%s Paste this query into the playground to see %s.

%s
`

const slotsQuery = `  {
    availableSlots(studentId: %d, start: "%s", end: "%s", first: 5) {
      nodes { id start end interviewer { name } }
      eligibility { eligible interviewsUsed interviewsRemaining }
      emptyReasons { message }
    }
  }
`

const studentsQuery = `  {
    students(first: 5) {
      totalCount
      nodes { id name }
    }
  }
`

const readyEvery = 200 * time.Millisecond

// announce prints the greeting once the server is ready, and until then why it is not.
func (s *session) announce(ctx context.Context, site *web.Site, l listeners, db *store.Store) {
	message, ready := site.Ready(ctx)
	if !ready && ctx.Err() == nil && !s.logsEvents() {
		fmt.Fprintf(s.stdout, "Rehearse is not ready yet: %s. It will serve %s/graphql.\n", message, s.origin(l))
	}
	for !ready {
		select {
		case <-ctx.Done():
			return
		case <-time.After(readyEvery):
		}
		_, ready = site.Ready(ctx)
	}
	s.greet(ctx, l, db)
}

// logsEvents reports whether start and stop are logged as JSON instead of printed as text.
func (s *session) logsEvents() bool { return s.config.LogFormat == "json" }

// origin returns the URL of the server as seen from this machine.
func (s *session) origin(l listeners) string {
	scheme, host := "http", l.public.Addr().String()
	if s.config.Certificate != nil {
		scheme = "https"
	}
	if everyAddress(l.public.Addr()) {
		_, port, _ := net.SplitHostPort(host) // the address is well formed
		host = net.JoinHostPort("localhost", port)
	}
	return scheme + "://" + host
}

func everyAddress(addr net.Addr) bool {
	tcp, is := addr.(*net.TCPAddr)
	return is && tcp.IP.IsUnspecified()
}

func (s *session) greet(ctx context.Context, l listeners, db *store.Store) {
	data := s.config.DataDir
	if !s.config.Embedded() {
		data = db.Name()
	}
	origin := s.origin(l)
	if s.logsEvents() {
		s.log.InfoContext(ctx, "ready", "address", l.public.Addr().String(), "graphql", origin+"/graphql", "playground", origin+"/playground", "desk", origin+"/",
			"data", data, "email", s.mailState(), "auth", s.config.Auth, "version", version())
		return
	}
	first, who, everywhere := "Open "+origin+"/ in a browser", "Requests without a token are the administrator's.", ""
	if s.config.Auth == config.AuthJWT {
		first, who = "Send requests to "+origin+"/graphql", "A request needs a token."
	}
	if everyAddress(l.public.Addr()) {
		everywhere = ", and on every other address of this machine"
	}
	what, query := "the first students", studentsQuery
	if _, err := db.Student(ctx, sample.Newcomer); err == nil {
		now := s.clock().UTC().Truncate(time.Hour)
		what = fmt.Sprintf("what student %d may book in the next week", sample.Newcomer)
		query = fmt.Sprintf(slotsQuery, sample.Newcomer, now.Format(time.RFC3339), now.AddDate(0, 0, 7).Format(time.RFC3339))
	}
	fmt.Fprintf(s.stdout, greeting, first, origin, origin, origin, everywhere, data, s.mailState(), who, what, query)
}

// farewell reports that the server has stopped.
func (s *session) farewell(ctx context.Context) {
	if s.logsEvents() {
		s.log.InfoContext(ctx, "stopped")
		return
	}
	fmt.Fprintln(s.stdout, "stopped")
}
