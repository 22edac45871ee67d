package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"rehearse/internal/school"
	"rehearse/internal/store"
)

// Actions of the school command.
const (
	createSchool  = "create"
	listSchools   = "list"
	migrateSchool = "migrate"
	checkSchool   = "check"
	exportSchool  = "export"
	dropSchool    = "drop"
)

// schoolRequest is the arguments of the school command.
type schoolRequest struct {
	action   string
	name     school.Name // empty for all schools
	table    string
	confirm  string
	parallel int
}

// parallelMigrations is the default of --parallel.
const parallelMigrations = 4

func (p *program) schoolCommand() *cobra.Command {
	var r schoolRequest
	actions := []string{createSchool, listSchools, migrateSchool, checkSchool, exportSchool, dropSchool}
	tables := tableNames(anyTable)
	cmd := p.command(spec{
		name: "school", group: groupData,
		short: "Create, list, migrate, check, export or drop the schools of a database",
		long: `Manage schools that share a database and its servers. Each has a schema of its own in Postgres,
and sees nothing of the others. create makes a school with the schema of this version. list prints
all schools, and which of them lack migrations. migrate applies the missing migrations to one school or to all,
several at the same time; a school that fails does not stop the others, and the next run continues.
check checks one school or all against all invariants. export writes a table of a school as a CSV
file. drop deletes a school with all its data; it requires --confirm with the name.

Other commands work on the school in the variable SCHOOL. docs/how-to/many-schools.md describes how
requests name their school.`,
		arguments: []argument{
			{name: "ACTION", text: "what to do: " + alternatives(actions), allowed: actions},
			{name: "NAME", text: "the school: " + school.NameForm + "; migrate and check work on all schools without it", optional: true},
			{name: "TABLE", text: "export only: " + alternatives(tables), optional: true},
		},
		example: `  rehearse school create north-high
  rehearse school migrate
  rehearse school export north-high students >students.csv
  rehearse school drop north-high --confirm north-high`,
		variables: []string{"DATABASE_URL", "DATA_DIR"},
		fault:     "the action failed for a school",
		whole:     true,
	}, func(ctx context.Context, s *session, _ []string) error { return s.manageSchools(ctx, r) })
	cmd.Flags().StringVar(&r.confirm, "confirm", "", "drop only: the `NAME` of the school again; required")
	numberFlag(cmd, &r.parallel, "parallel", parallelMigrations, 1, "migrate only: migrate up to `N` schools at the same time")
	noFiles(cmd, "confirm")
	check := cmd.Args
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return err
		}
		return r.parse(cmd, args)
	}
	return cmd
}

// parse reads the arguments and refuses those that the action does not have.
func (r *schoolRequest) parse(cmd *cobra.Command, args []string) error {
	r.action = args[0]
	most := map[string]int{listSchools: 1, exportSchool: 3}[r.action]
	if most == 0 {
		most = 2
	}
	if len(args) > most {
		return usageErrorf("school: unexpected argument %q after %s", args[most], strings.Join(args[:most], " "))
	}
	switch {
	case len(args) > 1:
		name, err := school.ParseName(args[1])
		if err != nil {
			return usageErrorf("school: %w", err)
		}
		r.name = name
	case r.action == createSchool || r.action == exportSchool || r.action == dropSchool:
		return usageErrorf("school: NAME is missing; %s works on one school", r.action)
	}
	if r.action == exportSchool {
		if len(args) < 3 {
			return usageErrorf("school: TABLE is missing; expected %s", alternatives(tableNames(anyTable)))
		}
		if err := (choice{&r.table, tableNames(anyTable)}).Set(args[2]); err != nil {
			return usageErrorf("school: TABLE is %q; %w", args[2], err)
		}
	}
	switch {
	case r.action == dropSchool && r.confirm != string(r.name):
		return usageErrorf("school: --confirm is %q; expected %s, because drop deletes all data of the school", r.confirm, r.name)
	case r.action != dropSchool && cmd.Flags().Changed("confirm"):
		return usageErrorf("school: --confirm is for %s only; ACTION is %q", dropSchool, r.action)
	case r.action != migrateSchool && cmd.Flags().Changed("parallel"):
		return usageErrorf("school: --parallel is for %s only; ACTION is %q", migrateSchool, r.action)
	}
	return nil
}

func (s *session) manageSchools(ctx context.Context, r schoolRequest) error {
	if r.action == exportSchool {
		of := *s
		of.config.School = r.name
		return of.export(ctx, exportRequest{table: r.table})
	}
	return s.onDatabase(ctx, databaseOptions{whole: true, existing: r.action != createSchool}, func(db *store.Store) error {
		switch r.action {
		case createSchool:
			return s.createSchool(ctx, db, r.name)
		case dropSchool:
			if err := db.DropSchool(ctx, r.name); err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
			_, err := fmt.Fprintf(s.stdout, "dropped the school %s\n", r.name)
			return err
		case listSchools:
			return s.eachSchool(ctx, db, "", 1, s.listSchool)
		case checkSchool:
			return s.eachSchool(ctx, db, r.name, 1, s.checkSchool)
		default:
			return s.eachSchool(ctx, db, r.name, r.parallel, s.migrateSchool)
		}
	})
}

// createSchool creates a school with the schema of this version.
func (s *session) createSchool(ctx context.Context, db *store.Store, name school.Name) error {
	if err := db.CreateSchool(ctx, name); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	of, err := db.School(ctx, name, connsOfSchool)
	if err != nil {
		return err
	}
	_, err = of.Migrate(ctx)
	if err = errors.Join(err, of.Close()); err != nil {
		return fmt.Errorf("the school %s exists, but its schema is not complete; `rehearse school migrate %s` continues: %w", name, name, err)
	}
	_, err = fmt.Fprintf(s.stdout, "created the school %s\n", name)
	return err
}

// connsOfSchool is the number of connections of a command to one school.
const connsOfSchool = 2

// eachSchool runs work on a school, or on all if the name is empty, and prints what it returns. A
// school that fails does not stop the others.
func (s *session) eachSchool(
	ctx context.Context, db *store.Store, name school.Name, parallel int, work func(context.Context, *store.Store) (string, error),
) error {
	names := []school.Name{name}
	if name == "" {
		var err error
		if names, err = db.Schools(ctx); err != nil {
			return err
		}
	}
	var mu sync.Mutex
	var failed []string
	var errs []error
	var group errgroup.Group
	group.SetLimit(min(parallel, max(1, s.config.DatabaseMaxConns/connsOfSchool)))
	for _, name := range names {
		group.Go(func() error {
			result, err := inSchool(ctx, db, name, work)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed, errs = append(failed, string(name)), append(errs, fmt.Errorf("%s: %w", name, db.Explain(err)))
			}
			if result != "" {
				fmt.Fprintf(s.stdout, "%s: %s\n", name, result)
			}
			return nil
		})
	}
	_ = group.Wait() // the errors are in errs
	if len(errs) == 0 {
		return nil
	}
	slices.Sort(failed)
	return fmt.Errorf("%d of %d schools failed: %s\n%w", len(failed), len(names), strings.Join(failed, ", "), errors.Join(errs...))
}

// inSchool runs work on the store of a school.
func inSchool(ctx context.Context, db *store.Store, name school.Name, work func(context.Context, *store.Store) (string, error)) (result string, err error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	of, err := db.School(ctx, name, connsOfSchool)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, of.Close()) }()
	return work(ctx, of)
}

// listSchool says whether a school can be served.
func (s *session) listSchool(ctx context.Context, of *store.Store) (string, error) {
	err := of.CheckSchoolSchema(ctx)
	var newer store.NewerSchemaError
	if errors.Is(err, store.ErrOldSchema) || errors.As(err, &newer) {
		return err.Error(), nil
	}
	return "ready", err
}

func (s *session) checkSchool(ctx context.Context, of *store.Store) (string, error) {
	if err := of.CheckSchoolSchema(ctx); err != nil {
		return "", err
	}
	findings, err := of.Check(ctx, s.clock())
	if err != nil || len(findings) == 0 {
		return "every invariant holds", err
	}
	lines := make([]string, len(findings))
	for i, f := range findings {
		lines[i] = f.Invariant + ": " + f.Detail
	}
	return strings.Join(lines, "\n"), fmt.Errorf("%d %w", len(findings), errViolated)
}

// migrateSchool migrates a school. Like the command migrate, it contracts the schema in a later run.
func (s *session) migrateSchool(ctx context.Context, of *store.Store) (string, error) {
	applied, err := of.Migrate(ctx)
	if err != nil || applied > 0 {
		return fmt.Sprintf("%d migrations applied", applied), err
	}
	older, err := of.Contract(ctx)
	if len(older) > 0 {
		return "servers of an older version are connected; run `rehearse school migrate` again once they have stopped", err
	}
	return "0 migrations applied", err
}
