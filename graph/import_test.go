package graph_test

import (
	"fmt"
	"strings"
	"testing"
)

type imported struct {
	Rows                       []importRow
	Created, Unchanged, Failed int
	Errors                     []refused
}

type importRow struct {
	Line   int
	Status string
	ID     *string
	Errors []struct {
		Column        *string
		Code, Message string
	}
}

const importFields = "created unchanged failed rows { line status id errors { column code message } }"

// imports sends a file; set changes what is sent with it.
func (s *school) imports(mutation, csv string, set map[string]any) imported {
	s.t.Helper()
	input := map[string]any{"csv": csv}
	for key, value := range set {
		input[key] = value
	}
	if input["csv"] == "" {
		delete(input, "csv")
	}
	var payload imported
	s.mutate(mutation, importFields, input, &payload)
	return payload
}

// came is each row in one line: where, what became of it, and every error.
func (i imported) came() []string {
	out := []string{}
	for _, row := range i.Rows {
		line := fmt.Sprintf("%d %s", row.Line, row.Status)
		for _, e := range row.Errors {
			column := "-"
			if e.Column != nil {
				column = *e.Column
			}
			line += " " + column + ":" + e.Code
		}
		out = append(out, line)
	}
	return out
}

func (i imported) messages() string {
	var out []string
	for _, row := range i.Rows {
		for _, e := range row.Errors {
			out = append(out, e.Message)
		}
	}
	for _, e := range i.Errors {
		out = append(out, e.Message)
	}
	return strings.Join(out, "\n")
}

func TestImportStudents(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	const file = "email,name,interviewLimit,timeZone\n" +
		"Ada@Example.org, Ada Lovelace ,,Europe/London\nalan@example.org,\"Turing, Alan\",7,\n"
	before := s.rows()
	dry := s.imports("importStudents", file, map[string]any{"dryRun": true})
	s.accepted(dry.Errors)
	same(t, "a dry run answers the same", dry.came(), []string{"2 CREATED", "3 CREATED"})
	same(t, "without ids", dry.Rows[0].ID == nil, true)
	same(t, "and writes nothing", s.rows(), before)

	done := s.imports("importStudents", file, nil)
	s.accepted(done.Errors)
	same(t, "rows", done.came(), []string{"2 CREATED", "3 CREATED"})
	same(t, "created", done.Created, 2)
	var data struct{ Student map[string]any }
	s.ask("query($i: ID!) { student(id: $i) { name email timeZone interviewLimit } }", map[string]any{"i": *done.Rows[1].ID}).into(&data)
	same(t, "what is there", data.Student, map[string]any{
		"name": "Turing, Alan", "email": "alan@example.org", "timeZone": "UTC", "interviewLimit": 7.0,
	})

	before = s.rows()
	again := s.imports("importStudents", file, nil)
	s.accepted(again.Errors)
	same(t, "again", again.came(), []string{"2 UNCHANGED", "3 UNCHANGED"})
	same(t, "the same ids", again.Rows[1].ID, done.Rows[1].ID)
	same(t, "and nothing changes", s.rows(), before)
	part := s.imports("importStudents", "name,email\nTuring\\, Alan,ALAN@example.org\n", nil)
	same(t, "a comma needs quotes", part.came(), []string{"2 FAILED -:INVALID_INPUT"})
	part = s.imports("importStudents", "name,email\nAda Lovelace,ada@example.org\n", nil)
	same(t, "what is not said does not differ", part.came(), []string{"2 UNCHANGED"})
	s.student(map[string]any{"email": "new@example.org"})
	s.sound()
}
