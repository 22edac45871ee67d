package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"rehearse/internal/config"
	"rehearse/internal/doctor"
)

func (p *program) doctorCommand() *cobra.Command {
	var asJSON bool
	cmd := p.command(spec{
		name: "doctor", group: groupServe,
		whole: true,
		short: "Check a deployment and say what to do",
		long: `Check whether everything that the configuration names can be used: the database with its
settings, its schema and its user, the standby, notifications, clocks, the certificate, the issuer of tokens,
the mail server, PUBLIC_URL and the endpoint of traces. Print a line for each check: ok, warning
or problem, what was found, and what to do. Only what the configuration uses is checked.

The command changes nothing and sends no e-mail. It may run beside servers, and before the first
one. Set its variables as for serve.`,
		example:   "  rehearse doctor\n  rehearse --config /etc/rehearse.env doctor --json",
		variables: []string{"DATABASE_URL", "DATABASE_LISTEN_URL", "DATABASE_REPLICA_URL", "DATABASE_MAX_CONNS", "DATA_DIR", "PUBLIC_URL"},
		fault:     "a check found a problem",
		purpose:   config.PurposeDoctor,
	}, func(ctx context.Context, s *session, _ []string) error { return s.examine(ctx, asJSON) })
	cmd.Flags().BoolVar(&asJSON, "json", false, "print an array of objects with check, level, found and advice")
	return cmd
}

// examine checks the deployment and prints the findings.
func (s *session) examine(ctx context.Context, asJSON bool) (err error) {
	d := doctor.Deployment{Config: s.config, Now: s.now, Clock: s.clock}
	db, unreachable := s.connectInTime(ctx)
	if d.DatabaseError = unreachable; unreachable == nil {
		d.Database = db.Store
		defer func() { err = errors.Join(err, db.close()) }()
	}
	findings := []doctor.Finding{}
	problems := doctor.Run(ctx, d, func(f doctor.Finding) {
		if findings = append(findings, f); !asJSON {
			s.printFinding(f)
		}
	})
	if asJSON {
		if err := s.printJSON(findings); err != nil {
			return err
		}
	}
	if problems > 0 {
		return fmt.Errorf("%d of %d findings are problems", problems, len(findings))
	}
	return nil
}

// connectInTime opens the configured database. Only an external one has a time limit, because the
// server of the built-in one may have to start.
func (s *session) connectInTime(ctx context.Context) (*database, error) {
	if !s.config.Embedded() {
		bounded, cancel := context.WithTimeout(ctx, doctor.Patience)
		defer cancel()
		ctx = bounded
	}
	return s.connectDatabase(ctx, databaseOptions{existing: true, standby: true})
}

func (s *session) printFinding(f doctor.Finding) {
	fmt.Fprintf(s.stdout, "%-7s  %s: %s", f.Level, f.Check, f.Found)
	if f.Advice != "" {
		fmt.Fprintf(s.stdout, "; %s", f.Advice)
	}
	fmt.Fprintln(s.stdout)
}
