package cli

import (
	"context"
	"io"

	"rehearse/internal/app"
	"rehearse/internal/app/transfer"
)

// transferTable is a table that can be imported and exported.
type transferTable struct {
	name     string
	importIn func(*app.App, context.Context, io.Reader, transfer.ImportOptions) (*transfer.Imported, error)
	exportTo func(*app.App, context.Context, io.Writer) error
	// exportRange exports the rows of a range of time. It is nil for a table without times.
	exportRange func(*app.App, context.Context, io.Writer, transfer.ExportRange) error
}

var transferTables = []transferTable{
	{name: "students", importIn: (*app.App).ImportStudents, exportTo: (*app.App).ExportStudents},
	{name: "interviewers", importIn: (*app.App).ImportInterviewers, exportTo: (*app.App).ExportInterviewers},
	{
		name: "availability", importIn: (*app.App).ImportAvailability,
		exportTo: (*app.App).ExportAvailability, exportRange: (*app.App).ExportAvailabilityIn,
	},
	{
		name: "interviews", importIn: (*app.App).ImportInterviews,
		exportTo: (*app.App).ExportInterviews, exportRange: (*app.App).ExportInterviewsIn,
	},
}

// tableNames returns the names of the tables that match.
func tableNames(match func(transferTable) bool) (names []string) {
	for _, t := range transferTables {
		if match(t) {
			names = append(names, t.name)
		}
	}
	return names
}

func anyTable(transferTable) bool { return true }

// tableNamed returns the table with the given name, which must be one of tableNames.
func tableNamed(name string) transferTable {
	for _, t := range transferTables {
		if t.name == name {
			return t
		}
	}
	return transferTable{name: name}
}

// hasRange reports whether the rows of a table can be restricted to a range of time.
func hasRange(t transferTable) bool { return t.exportRange != nil }
