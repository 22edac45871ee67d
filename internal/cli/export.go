package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"rehearse/internal/app"
	"rehearse/internal/app/transfer"
	"rehearse/internal/store"
)

// exportRequest is the arguments of the export command.
type exportRequest struct {
	table       string
	from, until day // both inclusive, in the default time zone
}

func (p *program) exportCommand() *cobra.Command {
	var r exportRequest
	tables, ranged := tableNames(anyTable), strings.Join(tableNames(hasRange), " and ")
	cmd := p.command(spec{
		name: "export", group: groupData,
		short: "Export a table as a CSV file",
		long: `Write a table to standard output, in the format that import reads. The command does not write
to the database, and requires the schema of this version. docs/reference/tables.md describes
the files.`,
		example: `  rehearse export students >students.csv
  rehearse export interviews --from 2030-03-01 --until 2030-03-31`,
		arguments: []argument{{name: "TABLE", text: alternatives(tables), allowed: tables}},
		variables: []string{"DATABASE_URL", "DATABASE_REPLICA_URL", "DATA_DIR", "DEFAULT_TIME_ZONE"},
		fault:     "the database cannot be read",
	}, func(ctx context.Context, s *session, args []string) error {
		r.table = args[0]
		return s.export(ctx, r)
	})
	check := cmd.Args
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return err
		}
		return r.checkFlags(args[0])
	}
	dateFlag(cmd, &r.from, "from", ranged+" only: the first `DATE`, such as 2030-03-04, in DEFAULT_TIME_ZONE")
	dateFlag(cmd, &r.until, "until", ranged+" only: the last `DATE`")
	return cmd
}

// checkFlags refuses days for a table that has none, and an empty range.
func (r *exportRequest) checkFlags(table string) error {
	switch {
	case (r.from.set || r.until.set) && !hasRange(tableNamed(table)):
		return usageErrorf("export: --from and --until are for %s only; TABLE is %q", strings.Join(tableNames(hasRange), " and "), table)
	case r.from.set && r.until.set && r.until.date.Compare(r.from.date) < 0:
		return usageErrorf("export: --until is %q; expected a date that is not before --from %s", r.until.date, r.from.date)
	}
	return nil
}

// export writes a table to standard output.
func (s *session) export(ctx context.Context, r exportRequest) error {
	var in transfer.ExportRange
	if r.from.set {
		begin := r.from.date.Begin(s.config.Zone)
		in.From = &begin
	}
	if r.until.set {
		end := r.until.date.AddDays(1).Begin(s.config.Zone)
		in.Until = &end
	}
	return s.withExisting(ctx, databaseOptions{standby: true}, func(db *store.Store) error {
		school := app.New(db, s.clock)
		table := tableNamed(r.table)
		if hasRange(table) {
			return table.exportRange(school, ctx, s.stdout, in)
		}
		return table.exportTo(school, ctx, s.stdout)
	})
}
