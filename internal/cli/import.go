package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rehearse/internal/app"
	"rehearse/internal/app/transfer"
	"rehearse/internal/booking"
)

// Limits of what an import keeps in memory: about 1 KiB a row and 600 bytes a slot.
const (
	MaxImportRows  = 200_000
	MaxImportSlots = 1_000_000
)

// importRequest is the arguments of the import command.
type importRequest struct {
	table, file string
	options     transfer.ImportOptions

	interviewer string // an id or an e-mail; of a calendar
	slotMinutes int
	wholeDays   string
}

// calendarTable is the name of calendars among the tables.
const calendarTable = "calendar"

// MaxCalendar bounds the size of a calendar in bytes, all of which is in memory.
const MaxCalendar = 64 << 20

func (p *program) importCommand() *cobra.Command {
	tables := append(tableNames(anyTable), calendarTable)
	r := importRequest{options: transfer.ImportOptions{MaxRows: MaxImportRows, MaxSlots: MaxImportSlots}}
	cmd := p.command(spec{
		name: "import", group: groupData,
		short: "Import a CSV file or a calendar",
		long: `Import a CSV file, or an iCalendar file as the availability of an interviewer. Print the errors
and notes of each row, with its line number, and a summary. If a row fails, nothing is written,
unless --partial is given. docs/reference/tables.md and docs/reference/calendars.md describe
the files.`,
		example: `  rehearse import students students.csv --dry-run
  rehearse import interviews - --exempt <interviews.csv
  rehearse import calendar ann.ics --interviewer ann@example.org --slot-minutes 45`,
		arguments: []argument{
			{name: "TABLE", text: alternatives(tables), allowed: tables},
			{name: "FILE", text: "the file, or - for standard input"},
		},
		variables: []string{"DATABASE_URL", "DATA_DIR", "DEFAULT_TIME_ZONE", "MIGRATE"},
		fault:     "a row failed, or the database cannot be read",
	}, func(ctx context.Context, s *session, args []string) error {
		r.table, r.file, r.options.Zone = args[0], args[1], s.config.Zone
		return s.importFile(ctx, r)
	})
	check := cmd.Args
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return err
		}
		return r.checkFlags(cmd, args[0])
	}
	cmd.Flags().BoolVar(&r.options.DryRun, "dry-run", false, "print the result and write nothing")
	cmd.Flags().BoolVar(&r.options.Partial, "partial", false, "write the valid rows, even if others fail")
	cmd.Flags().BoolVar(&r.options.Exempt, "exempt", false, "interviews only: also import interviews that break the interview limit, "+
		"the rule that a student meets each interviewer only once, the grade rule or the interviewer's maximum")
	cmd.Flags().StringVar(&r.interviewer, "interviewer", "", "calendar only: the id or e-mail address of the `INTERVIEWER`; required")
	numberFlag(cmd, &r.slotMinutes, "slot-minutes", 60, 1, "calendar only: divide the time into slots of `N` minutes")
	choiceFlag(cmd, &r.wholeDays, "whole-days", "skip", []string{"skip", "block"}, "calendar only: the `ACTION` for all-day events, skip or block")
	noFiles(cmd, "interviewer")
	return cmd
}

// checkFlags refuses the flags of another table, and a calendar without an interviewer.
func (r *importRequest) checkFlags(cmd *cobra.Command, table string) error {
	for _, name := range []string{"interviewer", "slot-minutes", "whole-days"} {
		if table != calendarTable && cmd.Flags().Changed(name) {
			return usageErrorf("import: --%s is for calendars only; TABLE is %q", name, table)
		}
	}
	switch {
	case table == calendarTable && r.interviewer == "":
		return usageErrorf("import: --interviewer is missing; expected the id or the e-mail address of the calendar's interviewer")
	case table != "interviews" && r.options.Exempt:
		return usageErrorf("import: --exempt is for interviews only; TABLE is %q", table)
	}
	return nil
}

// run imports the file into the table of the request.
func (r importRequest) run(ctx context.Context, a *app.App, file io.Reader) (*transfer.Imported, error) {
	if r.table == calendarTable {
		return r.importCalendar(ctx, a, file, r.options)
	}
	return tableNamed(r.table).importIn(a, ctx, file, r.options)
}

// importCalendar imports the calendar of one interviewer.
func (r importRequest) importCalendar(ctx context.Context, a *app.App, file io.Reader, o transfer.ImportOptions) (*transfer.Imported, error) {
	text, err := io.ReadAll(io.LimitReader(file, MaxCalendar+1))
	if err != nil {
		return nil, err
	}
	if len(text) > MaxCalendar {
		return nil, fmt.Errorf("the calendar has more than %d bytes; at most %[1]d bytes are allowed", MaxCalendar)
	}
	in := transfer.CalendarInput{ICal: text, SlotMinutes: r.slotMinutes, BlockWholeDays: r.wholeDays == "block"}
	if id, err := strconv.ParseInt(r.interviewer, 10, 64); err == nil {
		in.InterviewerID = booking.InterviewerID(id)
	} else {
		interviewer, err := a.InterviewerByEmail(ctx, r.interviewer)
		if err != nil {
			return nil, err
		}
		in.InterviewerID = interviewer.ID
	}
	return a.ImportCalendar(ctx, in, o)
}

// importFile imports request.file.
func (s *session) importFile(ctx context.Context, request importRequest) (err error) {
	file := os.Stdin
	if request.file != "-" {
		if info, err := os.Stat(request.file); err == nil && info.IsDir() {
			return usageErrorf("import: FILE cannot be read: %s is a folder", request.file)
		}
		if file, err = os.Open(request.file); err != nil {
			return usageErrorf("import: FILE cannot be read: %w", err)
		}
		defer file.Close()
	}
	return s.withSchool(ctx, func(a *app.App) error {
		started := s.clock()
		imported, err := request.run(ctx, a, file)
		if err != nil {
			return err
		}
		return s.summarise(request, imported, s.clock().Sub(started))
	})
}

// summarise prints the rows that failed, then the counts. It returns an error if a row failed.
func (s *session) summarise(request importRequest, imported *transfer.Imported, took time.Duration) error {
	out := bufio.NewWriter(s.stdout)
	for _, row := range imported.Rows {
		for _, e := range row.Errors {
			column := ""
			if e.Column != nil {
				column = ", " + *e.Column
			}
			fmt.Fprintf(out, "line %d%s: %s (%s)\n", row.Line, column, e.Message, e.Code)
		}
		for _, note := range row.Notes {
			fmt.Fprintf(out, "line %d: note: %s\n", row.Line, note)
		}
	}
	switch {
	case len(imported.Rows) > 0:
		fmt.Fprintf(out, "%s: %s, in %.1f s\n", request.table, request.counts(imported), took.Seconds())
	case len(imported.Refused) > 0: // the file could not be read
	case request.table == calendarTable:
		fmt.Fprintln(out, "calendar: nothing was imported, because the file has no events between now and the policy's horizon")
	default:
		fmt.Fprintf(out, "%s: nothing was imported, because the file has no rows after its header\n", request.table)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	switch {
	case len(imported.Refused) > 0:
		return errors.New(imported.Refused[0].Message)
	case imported.Count(transfer.RowFailed) > 0:
		return fmt.Errorf("%d of %d rows failed", imported.Count(transfer.RowFailed), len(imported.Rows))
	}
	return nil
}

// otherPeople maps each table of people to the people of the other table.
var otherPeople = map[string]string{"students": "interviewers", "interviewers": "students"}

// counts returns how many rows have each status. It leaves out a status that the
// table does not have, and SKIPPED if there is none.
func (r importRequest) counts(imported *transfer.Imported) string {
	verb := "imported"
	if r.options.DryRun {
		verb = "would be imported"
	}
	exempted := imported.Count(transfer.RowExempted)
	counts := []string{fmt.Sprintf("%d %s", imported.Count(transfer.RowCreated)+exempted, verb)}
	if r.options.Exempt {
		counts[0] += fmt.Sprintf(" (%d of them exempt)", exempted)
	}
	if others, is := otherPeople[r.table]; is && imported.Noted(transfer.RowCreated) > 0 {
		counts[0] += fmt.Sprintf(" (%d of them also in %s)", imported.Noted(transfer.RowCreated), others)
	}
	counts = append(counts, fmt.Sprintf("%d unchanged", imported.Count(transfer.RowUnchanged)))
	if r.table == calendarTable {
		counts = append(counts, fmt.Sprintf("%d ignored", imported.Count(transfer.RowIgnored)))
	}
	counts = append(counts, fmt.Sprintf("%d failed", imported.Count(transfer.RowFailed)))
	if skipped := imported.Count(transfer.RowSkipped); skipped > 0 {
		counts = append(counts, fmt.Sprintf("%d valid but not written", skipped))
	}
	return strings.Join(counts, ", ")
}
