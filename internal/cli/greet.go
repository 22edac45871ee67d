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

const greeting = `Rehearse is ready. %s; Ctrl-C stops it.

  GraphQL     %s/graphql%s
  Playground  %s/playground
  Data        %s

Paste this into the playground: %s.

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

// announce prints what the server waits for, and the greeting once it is ready.
func (p *program) announce(ctx context.Context, site *web.Site, l listeners, s *store.Store) {
	says, ready := site.Ready(ctx)
	if !ready && ctx.Err() == nil && !p.logsEvents() {
		fmt.Fprintf(p.stdout, "Rehearse is not ready yet: %s. It will serve %s/graphql.\n", says, p.origin(l))
	}
	for !ready {
		select {
		case <-ctx.Done():
			return
		case <-time.After(readyEvery):
		}
		_, ready = site.Ready(ctx)
	}
	p.greet(ctx, l, s)
}

// logsEvents reports whether start and stop are logged as JSON instead of printed as text.
func (p *program) logsEvents() bool { return p.config.LogFormat == "json" }

// origin returns the URL of the server as seen from this machine.
func (p *program) origin(l listeners) string {
	scheme, host := "http", l.public.Addr().String()
	if p.config.Certificate != nil {
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

func (p *program) greet(ctx context.Context, l listeners, s *store.Store) {
	data := p.config.DataDir
	if !p.config.Embedded() {
		data = s.Name()
	}
	origin := p.origin(l)
	if p.logsEvents() {
		p.log.InfoContext(ctx, "ready", "address", l.public.Addr().String(), "graphql", origin+"/graphql", "playground", origin+"/playground",
			"data", data, "auth", p.config.Auth, "version", version())
		return
	}
	who, everywhere := "You are the administrator", ""
	if p.config.Auth == config.AuthJWT {
		who = "A request needs a token"
	}
	if everyAddress(l.public.Addr()) {
		everywhere = ", and on every other address of this machine"
	}
	what, query := "the first students", studentsQuery
	if _, err := s.Student(ctx, sample.Newcomer); err == nil {
		now := p.clock().UTC().Truncate(time.Hour)
		what = fmt.Sprintf("what student %d may book in the next week", sample.Newcomer)
		query = fmt.Sprintf(slotsQuery, sample.Newcomer, now.Format(time.RFC3339), now.AddDate(0, 0, 7).Format(time.RFC3339))
	}
	fmt.Fprintf(p.stdout, greeting, who, origin, everywhere, origin, data, what, query)
}

// farewell reports that the server has stopped.
func (p *program) farewell(ctx context.Context) {
	if p.logsEvents() {
		p.log.InfoContext(ctx, "stopped")
		return
	}
	fmt.Fprintln(p.stdout, "stopped")
}
