package cli

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/localpg"
	"rehearse/internal/store"
)

// maxImportRows bounds what an import keeps in memory: about 1 KiB a row.
const maxImportRows = 200_000

// importRequest is the arguments of the import command.
type importRequest struct {
	table, file string
	options     app.ImportOptions

	interviewer string // an id or an e-mail; of a calendar
	slotMinutes int
	wholeDays   string
}

// calendarTable is the name of calendars among the tables.
const calendarTable = "calendar"

// maxCalendar bounds the size of a calendar in bytes, all of which is in memory.
const maxCalendar = 64 << 20

type importing func(*app.App, context.Context, io.Reader, app.ImportOptions) (*app.Imported, error)

var imports = map[string]importing{
	"students": (*app.App).ImportStudents, "interviewers": (*app.App).ImportInterviewers,
	"availability": (*app.App).ImportAvailability, "interviews": (*app.App).ImportInterviews,
}

var exports = map[string]func(*app.App, context.Context, io.Writer) error{
	"students": (*app.App).ExportStudents, "interviewers": (*app.App).ExportInterviewers,
	"availability": (*app.App).ExportAvailability, "interviews": (*app.App).ExportInterviews,
}

const (
	tableNames  = "students, interviewers, availability or interviews"
	importNames = "students, interviewers, availability, interviews or calendar"
)

func parseImport(args []string, zone *time.Location) (importRequest, error) {
	r := importRequest{options: app.ImportOptions{MaxRows: maxImportRows, Zone: zone}}
	flags := flag.NewFlagSet("import", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&r.options.DryRun, "dry-run", false, "")
	flags.BoolVar(&r.options.Partial, "partial", false, "")
	flags.BoolVar(&r.options.Exempt, "exempt", false, "")
	flags.StringVar(&r.interviewer, "interviewer", "", "")
	flags.IntVar(&r.slotMinutes, "slot-minutes", 60, "")
	flags.StringVar(&r.wholeDays, "whole-days", "skip", "")
	var words []string
	for {
		if err := flags.Parse(args); err != nil {
			return r, misused("import: %w", err)
		}
		if flags.NArg() == 0 {
			break
		}
		words, args = append(words, flags.Arg(0)), flags.Args()[1:]
	}
	if len(words) != 2 {
		return r, misused("import: a table and a file are expected, such as: rehearse import students FILE")
	}
	r.table, r.file = words[0], words[1]
	if imports[r.table] == nil && r.table != calendarTable {
		return r, misused("import: %q is not a table; %s is expected", r.table, importNames)
	}
	if err := r.checkCalendar(flags); err != nil {
		return r, misused("import: %w", err)
	}
	if r.options.Exempt && r.table != "interviews" {
		return r, misused("import: --exempt is for interviews only")
	}
	return r, nil
}

// checkCalendar refuses the flags of a calendar for a table, and a calendar that
// is nobody's.
func (r importRequest) checkCalendar(flags *flag.FlagSet) error {
	if r.table != calendarTable {
		var given error
		flags.Visit(func(f *flag.Flag) {
			if slices.Contains([]string{"interviewer", "slot-minutes", "whole-days"}, f.Name) {
				given = fmt.Errorf("--%s is for calendars only", f.Name)
			}
		})
		return given
	}
	if r.interviewer == "" {
		return errors.New("a calendar needs --interviewer with an id or an e-mail")
	}
	if r.wholeDays != "skip" && r.wholeDays != "block" {
		return fmt.Errorf("--whole-days is %q; skip or block is expected", r.wholeDays)
	}
	return nil
}

func (r importRequest) take(ctx context.Context, a *app.App, file io.Reader) (*app.Imported, error) {
	if r.table == calendarTable {
		return r.importCalendar(ctx, a, file, r.options)
	}
	return imports[r.table](a, ctx, file, r.options)
}

// importCalendar takes in the calendar of one interviewer.
func (r importRequest) importCalendar(ctx context.Context, a *app.App, file io.Reader, o app.ImportOptions) (*app.Imported, error) {
	text, err := io.ReadAll(io.LimitReader(file, maxCalendar+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxCalendar {
		return nil, fmt.Errorf("the calendar is larger than the %d bytes allowed", maxCalendar)
	}
	in := app.CalendarInput{ICal: text, SlotMinutes: r.slotMinutes, BlockWholeDays: r.wholeDays == "block"}
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

// importFile takes a file into the school.
func (p *program) importFile(ctx context.Context) error {
	request, err := parseImport(p.args, p.config.Zone)
	if err != nil {
		return err
	}
	file := os.Stdin
	if request.file != "-" {
		if file, err = os.Open(request.file); err != nil {
			return misused("import: %w", err)
		}
		defer file.Close()
	}
	return p.withSchool(ctx, func(a *app.App) error {
		started := p.clock()
		imported, err := request.take(ctx, a, file)
		if err != nil {
			return err
		}
		return p.summarise(request, imported, p.clock().Sub(started))
	})
}

// summarise prints the rows that failed, then the counts. It is an error when
// anything failed.
func (p *program) summarise(request importRequest, imported *app.Imported, took time.Duration) error {
	out := bufio.NewWriter(p.stdout)
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
	if len(imported.Rows) > 0 || len(imported.Refused) == 0 { // else the file could not be read
		fmt.Fprintf(out, "%s: %s, in %.1f s\n", request.table, request.counts(imported), took.Seconds())
	}
	if err := out.Flush(); err != nil {
		return err
	}
	switch {
	case len(imported.Refused) > 0:
		return errors.New(imported.Refused[0].Message)
	case imported.Count(app.RowFailed) > 0:
		return fmt.Errorf("%d of %d rows failed", imported.Count(app.RowFailed), len(imported.Rows))
	}
	return nil
}

// counts says how many rows have each status. It leaves out a status that the
// table does not have, and SKIPPED if there is none.
func (r importRequest) counts(imported *app.Imported) string {
	verb := "imported"
	if r.options.DryRun {
		verb = "would be imported"
	}
	exempted := imported.Count(app.RowExempted)
	counts := []string{fmt.Sprintf("%d %s", imported.Count(app.RowCreated)+exempted, verb)}
	if r.options.Exempt {
		counts[0] += fmt.Sprintf(" (%d of them exempt)", exempted)
	}
	counts = append(counts, fmt.Sprintf("%d unchanged", imported.Count(app.RowUnchanged)))
	if r.table == calendarTable {
		counts = append(counts, fmt.Sprintf("%d ignored", imported.Count(app.RowIgnored)))
	}
	counts = append(counts, fmt.Sprintf("%d failed", imported.Count(app.RowFailed)))
	if skipped := imported.Count(app.RowSkipped); skipped > 0 {
		counts = append(counts, fmt.Sprintf("%d valid but not written", skipped))
	}
	return strings.Join(counts, ", ")
}

// exportsIn are the tables that can be bounded by time.
var exportsIn = map[string]func(*app.App, context.Context, io.Writer, app.ExportRange) error{
	"availability": (*app.App).ExportAvailabilityIn, "interviews": (*app.App).ExportInterviewsIn,
}

// exportTable writes a table to standard output.
func (p *program) exportTable(ctx context.Context) error {
	table, in, err := parseExport(p.args, p.config.Zone)
	if err != nil {
		return err
	}
	return p.withExisting(ctx, func(s *store.Store) error {
		school := app.New(s, p.clock)
		if within := exportsIn[table]; within != nil {
			return within(school, ctx, p.stdout, in)
		}
		return exports[table](school, ctx, p.stdout)
	})
}

// parseExport reads the table and the days of an export, both inclusive, in zone.
func parseExport(args []string, zone *time.Location) (table string, in app.ExportRange, err error) {
	var from, until string
	flags := flag.NewFlagSet("export", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&from, "from", "", "")
	flags.StringVar(&until, "until", "", "")
	var words []string
	for {
		if err := flags.Parse(args); err != nil {
			return "", in, misused("export: %w", err)
		}
		if flags.NArg() == 0 {
			break
		}
		words, args = append(words, flags.Arg(0)), flags.Args()[1:]
	}
	if len(words) != 1 || exports[words[0]] == nil {
		return "", in, misused("export: %s is expected", tableNames)
	}
	table = words[0]
	if (from != "" || until != "") && exportsIn[table] == nil {
		return "", in, misused("export: --from and --until are for interviews and availability only")
	}
	if from != "" {
		day, err := calendar.ParseDate(from)
		if err != nil {
			return "", in, misused("export: --from: %w", err)
		}
		begin := day.Begin(zone)
		in.From = &begin
	}
	if until != "" {
		day, err := calendar.ParseDate(until)
		if err != nil {
			return "", in, misused("export: --until: %w", err)
		}
		end := day.AddDays(1).Begin(zone)
		in.Until = &end
	}
	if in.From != nil && in.Until != nil && !in.From.Before(*in.Until) {
		return "", in, misused("export: --until %s lies before --from %s", until, from)
	}
	return table, in, nil
}

// withSchool runs work on the configured school, whose schema is brought to
// this version first, where that is wanted.
func (p *program) withSchool(ctx context.Context, work func(*app.App) error) error {
	return p.withDatabase(ctx, func(s *store.Store, _ *localpg.Server) error {
		if err := p.toThisVersion(ctx, s); err != nil {
			return err
		}
		return work(app.New(s, p.clock))
	})
}
