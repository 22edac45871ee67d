package store

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// genericPlans makes Postgres use generic plans for prepared statements. By default,
// Postgres would plan a list anew for each execution, which takes as long as the
// execution, because it overestimates the cost of the generic plan if the range is a
// parameter (BenchmarkAvailableSlots). Both plans use the same indexes. A database URL with
// plan_cache_mode replaces it: a distributed Postgres has no generic plan for some statements.
const genericPlans = "SET plan_cache_mode = force_generic_plan; "

// planMode is the parameter of Postgres, and of the database URL.
const planMode = "plan_cache_mode"

// sessionSettings disables JIT compilation, which takes a second for a query that reads a page in
// milliseconds.
//
// The other settings make Postgres notice within 40 seconds that a server has lost its network,
// close its connections, and release its locks. The defaults of most systems are hours.
const sessionSettings = `SET jit = off;
	SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3; SET tcp_user_timeout = '40s'`

// setUp returns a function that sets up each new connection of a store. It uses statements because
// poolers refuse these settings as connection parameters. It sets the idle timeout for the
// transactions of libraries; begin sets it again for each other transaction, because clients of a
// pooler share its connections. The statements bypass the tracer, because no request sent them.
func (t timeouts) setUp(config *pgx.ConnConfig) func(context.Context, *pgconn.PgConn) error {
	settings := sessionSettings + "; SET idle_in_transaction_session_timeout = '" + t.idle + "'"
	if config.RuntimeParams[planMode] == "" {
		settings = genericPlans + settings
	}
	return func(ctx context.Context, conn *pgconn.PgConn) error {
		_, err := conn.Exec(ctx, settings).ReadAll()
		return err
	}
}
