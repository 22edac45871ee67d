// Package doctor checks a deployment: whether what its configuration names is there and suits
// the program. It changes nothing.
package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rehearse/internal/config"
	"rehearse/internal/store"
)

// A Level says how serious a finding is.
type Level string

// Levels.
const (
	OK      Level = "ok"
	Warning Level = "warning" // the server works, but not as well or as safely as it could
	Problem Level = "problem" // the server does not start, or does not do all it should
)

// A Finding is the result of a check. It contains no secret.
type Finding struct {
	Check  string `json:"check"`
	Level  Level  `json:"level"`
	Found  string `json:"found"`
	Advice string `json:"advice,omitempty"` // what to do; empty if the level is OK
}

// A Deployment is what is checked.
type Deployment struct {
	Config config.Config
	Now    func() time.Time // the real time
	Clock  func() time.Time // the school's clock
	// Database is the configured database. If it is nil, DatabaseError says why it could not be
	// opened.
	Database      *store.Store
	DatabaseError error
}

// Patience bounds each check. Callers should bound the opening of an external database by it.
const Patience = 10 * time.Second

// A check examines one part of a deployment. It finds nothing if the configuration does not use
// the part.
type check struct {
	name string
	run  func(context.Context, *patient) []Finding
}

// checks are all checks, in the order in which they run.
var checks = []check{
	{"database", checkDatabase},
	{"version of Postgres", needsDatabase(checkVersion)},
	{"encoding", needsDatabase(checkEncoding)},
	{"writes", needsDatabase(checkWrites)},
	{"durability", needsDatabase(checkDurability)},
	{"timeouts", needsDatabase(checkTimeouts)},
	{"connections", needsDatabase(checkConnections)},
	{"schema", needsDatabase(checkSchema)},
	{"extension", needsDatabase(checkExtension)},
	{"privileges", needsDatabase(checkPrivileges)},
	{"audit log", needsDatabase(checkAuditLog)},
	{"wake-ups", needsDatabase(checkWakeUps)},
	{"standby", needsDatabase(checkStandby)},
	{"clock", needsDatabase(checkClock)},
	{"webhook deliveries", needsDatabase(checkDeliveries)},
	{"e-mail queue", needsDatabase(checkMailQueue)},
	{"certificate", checkCertificate},
	{"tokens", checkTokens},
	{"sign-in", checkSignIn},
	{"mail server", checkMailServer},
	{"public URL", checkPublicURL},
	{"traces", checkTraces},
}

// A patient is a deployment with what the checks have learned about it.
type patient struct {
	Deployment
	found   *store.Inspection // nil if the database cannot be inspected
	current bool              // the schema is that of this program
}

// Run runs the checks, reports each finding at once, and returns the number of problems.
func Run(ctx context.Context, d Deployment, report func(Finding)) (problems int) {
	p := &patient{Deployment: d}
	p.inspect(ctx)
	for _, c := range checks {
		for _, f := range c.findings(ctx, p) {
			f.Check, f.Found = c.name, strings.Join(strings.Fields(f.Found), " ") // the errors of the libraries may have several lines
			report(f)
			if f.Level == Problem {
				problems++
			}
		}
	}
	return problems
}

func (c check) findings(ctx context.Context, p *patient) []Finding {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	return c.run(ctx, p)
}

// needsDatabase returns a check that finds nothing if the database cannot be inspected.
func needsDatabase(run func(context.Context, *patient) []Finding) func(context.Context, *patient) []Finding {
	return func(ctx context.Context, p *patient) []Finding {
		if p.found == nil {
			return nil
		}
		return run(ctx, p)
	}
}

func ok(format string, args ...any) []Finding {
	return []Finding{{Level: OK, Found: fmt.Sprintf(format, args...)}}
}

func warning(advice, format string, args ...any) []Finding {
	return []Finding{{Level: Warning, Advice: advice, Found: fmt.Sprintf(format, args...)}}
}

func problem(advice, format string, args ...any) []Finding {
	return []Finding{{Level: Problem, Advice: advice, Found: fmt.Sprintf(format, args...)}}
}
