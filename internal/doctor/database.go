package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"rehearse/internal/localpg"
	"rehearse/internal/store"
)

const (
	minVersion = 140000 // of Postgres
	// ownConnections are those of a server besides DATABASE_MAX_CONNS: one follows the change
	// log, and one listens.
	ownConnections = 2
	// otherConnections are for superusers, backups, commands and administrators.
	otherConnections = 8
	// minTimeout is the shortest timeout of statements and transactions that does no harm. Each
	// transaction of a request has a shorter one.
	minTimeout = time.Minute
	// queueAge is the age of a pending delivery or message that deserves a look.
	queueAge = 5 * time.Minute
)

// inspect sets p.found, or p.DatabaseError if the database cannot be inspected.
func (p *patient) inspect(ctx context.Context) {
	if p.Database == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	found, err := p.Database.Inspect(ctx, p.Clock)
	if err != nil {
		p.DatabaseError = err
		return
	}
	p.found = &found
}

func checkDatabase(_ context.Context, p *patient) []Finding {
	embedded, folder := p.Config.Embedded(), p.Config.DataDir
	switch {
	case errors.Is(p.DatabaseError, localpg.ErrNoCluster):
		return ok("there is no database in %s yet; the first start of a server creates it", folder)
	case p.found == nil && embedded:
		return problem("repair it, or set DATABASE_URL", "the built-in Postgres in %s does not work: %v", folder, p.DatabaseError)
	case p.found == nil:
		return problem(store.Advice(p.DatabaseError), "%v", p.DatabaseError)
	case embedded:
		return ok("the built-in Postgres in %s", folder)
	}
	return ok("%s, as %s", p.Database.Name(), p.found.User)
}

func checkVersion(_ context.Context, p *patient) []Finding {
	if p.found.Version < minVersion {
		return problem("upgrade Postgres to version 14 or later", "Postgres %s", p.found.VersionText)
	}
	return ok("Postgres %s", p.found.VersionText)
}

func checkEncoding(_ context.Context, p *patient) []Finding {
	if p.found.Encoding != "UTF8" {
		return problem("create the database with ENCODING 'UTF8' TEMPLATE template0, and copy the data", "the encoding of the database is %s", p.found.Encoding)
	}
	return ok("UTF8")
}

func checkWrites(_ context.Context, p *patient) []Finding {
	if p.found.ReadOnly {
		return problem("name the primary in DATABASE_URL, or add target_session_attrs=read-write; if it is the primary, reset default_transaction_read_only",
			"the database is read-only")
	}
	return ok("the database accepts writes")
}

func checkDurability(_ context.Context, p *patient) []Finding {
	switch {
	case !p.found.Fsync:
		return problem("set fsync = on in postgresql.conf", "fsync is off, so a crash of the machine can destroy the database")
	case !p.found.FullPageWrites:
		return problem("set full_page_writes = on in postgresql.conf", "full_page_writes is off, so a crash of the machine can destroy the database")
	case !p.found.SynchronousCommit:
		return warning("set synchronous_commit = on for the server, the database and the user",
			"synchronous_commit is off, so a crash of Postgres can lose the last bookings")
	}
	return ok("commits wait for the disk")
}

func checkTimeouts(_ context.Context, p *patient) []Finding {
	var short []string
	for _, t := range []struct {
		name  string
		value time.Duration
	}{
		{"statement_timeout", p.found.StatementTimeout},
		{"transaction_timeout", p.found.TransactionTimeout},
		{"idle_session_timeout", p.found.IdleSessionTimeout},
	} {
		if t.value > 0 && t.value < minTimeout {
			short = append(short, fmt.Sprintf("%s is %s", t.name, t.value))
		}
	}
	if len(short) > 0 {
		return warning("remove each of these settings from the user, the database and postgresql.conf: the servers set their own timeouts, and migrations and idle connections need more time",
			"%s", strings.Join(short, ", "))
	}
	return ok("no timeout of Postgres is under %s", minTimeout)
}

func checkConnections(_ context.Context, p *patient) []Finding {
	each := p.Config.DatabaseMaxConns + ownConnections
	if p.found.Pooled {
		return ok("a pooler limits the connections to Postgres; it must accept %d from each server", each)
	}
	return judgeConnections(each, max(p.found.Servers, 1), p.found.MaxConnections, p.found.LimitedBy)
}

// judgeConnections compares the connections that servers open with the limit. each is the
// number of connections of a server.
func judgeConnections(each, servers, limit int, limitedBy string) []Finding {
	needed := func(servers int) int { return servers*each + otherConnections }
	sum := fmt.Sprintf("%d servers with %d connections each, and %d for others, make %d", servers, each, otherConnections, needed(servers))
	if servers == 1 {
		sum = fmt.Sprintf("1 server with %d connections, and %d for others, make %d", each, otherConnections, needed(servers))
	}
	advice := fmt.Sprintf("raise %s, or lower DATABASE_MAX_CONNS", limitedBy)
	switch {
	case needed(servers) > limit:
		return problem(advice, "%s; %s is %d", sum, limitedBy, limit)
	case needed(servers+1) > limit:
		return warning(advice+", or stop a server before you start another", "%s; %s is %d, which leaves no room for another server during a deployment", sum, limitedBy, limit)
	}
	return ok("%s; %s is %d", sum, limitedBy, limit)
}

func checkSchema(ctx context.Context, p *patient) []Finding {
	pending, err := p.Database.PendingMigrations(ctx)
	var newer store.NewerSchemaError
	switch {
	case errors.As(err, &newer):
		return problem("run the version of rehearse that migrated the database, or a newer one",
			"the database has migration %d, and this program has migrations up to %d", newer.Has, newer.Knows)
	case errors.Is(err, store.ErrNoSchema):
		return p.outdated("the database has no schema yet")
	case err != nil:
		return problem(store.Advice(err), "%v", err)
	case pending > 0:
		return p.outdated(fmt.Sprintf("%d migrations are missing", pending))
	}
	p.current = true
	return p.checkOlderServers(ctx)
}

// checkOlderServers judges whether the schema still has what servers of older versions need.
func (p *patient) checkOlderServers(ctx context.Context) []Finding {
	const and = "the schema is that of this program, and still has what servers of older versions need"
	expanded, older, err := p.Database.Expanded(ctx)
	switch {
	case err != nil:
		return problem(store.Advice(err), "%v", p.Database.Explain(err))
	case !expanded:
		return ok("the schema is that of this program")
	case len(older) > 0:
		return warning(p.contractAdvice(), and+"; such servers are connected: %s", strings.Join(older, "; "))
	case bool(p.Config.Migrate):
		return ok(and + "; a server that runs for a minute removes it")
	}
	return warning("run `rehearse migrate`", and)
}

func (p *patient) contractAdvice() string {
	if p.Config.Migrate {
		return "replace them by servers of this version"
	}
	return "replace them by servers of this version, and then run `rehearse migrate`"
}

// outdated returns a problem if servers do not migrate, and otherwise a warning.
func (p *patient) outdated(found string) []Finding {
	if p.Config.Migrate {
		return warning("back up the data, and run `rehearse migrate` or start a server, which migrates", "%s", found)
	}
	return problem("run `rehearse migrate`", "%s, and MIGRATE is off", found)
}

func checkExtension(_ context.Context, p *patient) []Finding {
	switch {
	case p.found.ExtensionInstalled:
		return ok("%s is installed", store.Extension)
	case !p.found.ExtensionAvailable:
		return problem("install the additional modules of Postgres, such as the package postgresql-contrib", "%s is not available", store.Extension)
	case !p.found.CanCreateExtension:
		return problem("as a superuser or the owner of the database, run: "+p.Database.ExtensionGrant(), "the user %s may not create the extension %s", p.found.User, store.Extension)
	}
	return ok("%s is available, and the first migration installs it", store.Extension)
}

func checkPrivileges(ctx context.Context, p *patient) []Finding {
	if !p.current {
		return nil
	}
	lacking, err := p.Database.LackingPrivileges(ctx)
	switch {
	case err != nil:
		return problem(store.Advice(err), "%v", err)
	case lacking != "":
		return problem("as a superuser or the owner of the tables, run: "+p.Database.MissingGrants(), "the user %s lacks privileges on %s", p.found.User, lacking)
	}
	return ok("the user %s may read and write all tables", p.found.User)
}

// checkAuditLog warns of a user that may disable the trigger that makes events append-only. The
// user of the built-in Postgres always may.
func checkAuditLog(_ context.Context, p *patient) []Finding {
	const advice = "let another user own the tables and run `rehearse migrate`, and set MIGRATE=off on the servers"
	switch {
	case p.Config.Embedded() || !p.current:
		return nil
	case p.found.Superuser:
		return warning(advice, "the user %s is a superuser, and can change the audit log", p.found.User)
	case p.found.OwnsEvents:
		return warning(advice, "the user %s owns the table events, and can disable the trigger that makes it append-only", p.found.User)
	}
	return ok("the user %s cannot change events", p.found.User)
}

func checkWakeUps(ctx context.Context, p *patient) []Finding {
	const late = "changes of other servers arrive up to 50 ms late"
	err := p.Database.ProbeWakeUps(ctx)
	switch {
	case err == nil:
		return ok("a notification arrives at once")
	case !errors.Is(err, store.ErrNotWoken):
		return problem("check DATABASE_LISTEN_URL, or DATABASE_URL if it is not set", "notifications cannot be received: %v", err)
	case p.Config.DatabaseListenURL != "":
		return warning("set DATABASE_LISTEN_URL to the same database as DATABASE_URL, without a pooler", "notifications do not arrive through DATABASE_LISTEN_URL; "+late)
	}
	return warning("set DATABASE_LISTEN_URL to the address of Postgres itself", "notifications do not arrive through DATABASE_URL, because a pooler is in between; "+late)
}

// checkStandby never finds a problem, because the primary serves what a standby cannot.
func checkStandby(_ context.Context, p *patient) []Finding {
	if p.Config.DatabaseReplicaURL == "" {
		return nil
	}
	if err := p.Database.StandbyErr(); err != nil {
		return warning(store.StandbyAdvice(err), "the primary serves all reads: %v", err)
	}
	return ok("a standby serves lists and exports")
}

func checkClock(_ context.Context, p *patient) []Finding {
	return judgeClock(p.found.Ahead, p.Config.ClockOffset)
}

// judgeClock judges the time by which this machine's clock is ahead of the database's.
func judgeClock(ahead, offset time.Duration) []Finding {
	ahead = ahead.Round(time.Millisecond)
	found := "this machine's clock agrees with the database's"
	switch {
	case ahead > 0:
		found = fmt.Sprintf("this machine's clock is %s ahead of the database's", ahead)
	case ahead < 0:
		found = fmt.Sprintf("this machine's clock is %s behind the database's", -ahead)
	}
	advice := "synchronise the clocks of both machines, for example with chrony"
	if offset != 0 {
		found += fmt.Sprintf(", with a CLOCK_OFFSET of %s", offset)
		advice = "remove CLOCK_OFFSET, which is for tests"
	}
	switch {
	case ahead.Abs() >= store.SkewLimit:
		return problem(advice, "%s", found)
	case ahead.Abs() >= store.SkewWarning:
		return warning(advice, "%s", found)
	}
	return ok("%s", found)
}

func checkDeliveries(ctx context.Context, p *patient) []Finding {
	if !p.current {
		return nil
	}
	oldest, err := p.Database.OldestDelivery(ctx)
	if err != nil {
		return problem(store.Advice(err), "%v", err)
	}
	return p.judgeQueue("delivery", oldest, "start a server if none runs; otherwise, read the errors in `webhooks { deliveries }`, and repair the receiver")
}

func checkMailQueue(ctx context.Context, p *patient) []Finding {
	if !p.current || p.Config.Mail.Server == nil {
		return nil
	}
	oldest, err := p.Database.OldestMail(ctx)
	if err != nil {
		return problem(store.Advice(err), "%v", err)
	}
	return p.judgeQueue("message", oldest, "start a server if none runs; otherwise, look at the mail server and the log")
}

// judgeQueue judges when the oldest pending element of a queue was created; nil means that there
// is none.
func (p *patient) judgeQueue(element string, oldest *time.Time, advice string) []Finding {
	if oldest == nil {
		return ok("no %s is pending", element)
	}
	age := p.Clock().Sub(*oldest).Round(time.Second)
	if age > queueAge {
		return warning(advice, "the oldest pending %s is %s old", element, age)
	}
	return ok("the oldest pending %s is %s old", element, max(age, 0))
}
