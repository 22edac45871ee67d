//go:build unix

package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"rehearse/internal/localpg"
	"rehearse/internal/pgtest"
)

// TestLogTellsNothingOfPeople plants names, e-mails, notes, reasons, keys and
// tokens in requests that are done, refused, malformed, and met by a database
// that is broken, and looks for them in all that the server prints.
func TestLogTellsNothingOfPeople(t *testing.T) {
	t.Parallel()
	data := home(t)
	postgres, err := localpg.Start(t.Context(), localpg.Options{DataDir: data, Env: os.Getenv})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = postgres.Stop() })
	server := start(t, data, "LOG_LEVEL=debug", "SAMPLE_DATA=off", secretOfTests)
	token := tokenOf(t, data, []string{secretOfTests}, "--role", "student", "--id", "1")
	documents := []string{
		`mutation { createStudent(input: { name: "Planted Person", email: "planted@example.org" }) { student { id } errors { code } } }`,
		`mutation { createStudent(input: { name: "Planted Twin", email: "planted@example.org" }) { errors { code } } }`,
		`mutation { createInterviewer(input: { name: "Planted Guide", email: "planted.guide@example.org" }) { errors { code } } }`,
		`mutation { grantWaiver(input: { studentId: 1, rule: LIMIT, reason: "planted reason" }) { errors { code } } }`,
		`mutation { blockTime(input: { interviewerId: 1, start: "2040-01-01T00:00:00Z", end: "2040-01-02T00:00:00Z", reason: "planted trip" }) { errors { code } } }`,
		`mutation { holdSlot(input: { studentId: 1, slotId: 1, idempotencyKey: "planted key" }) { errors { code } } }`,
		`mutation { completeInterview(input: { interviewId: 1, note: "planted note" }) { errors { code } } }`,
		`mutation { importStudents(input: { csv: "name,email\nPlanted Row,planted.row@example.org\n" }) { errors { code } } }`,
		`{ students(filter: { search: "planted search" }) { nodes { id name email } } }`,
		`{ student(id: "planted id") { id } }`,
		`{ plantedField }`,
		`{ planted syntax`,
	}
	send := func() {
		for _, document := range documents {
			server.ask(document)
			server.as(token, document)
			server.as("planted."+token, document)
		}
		server.post(`{"query": "planted, and not JSON`)
	}
	send()
	db := pgtest.Database{DSN: postgres.DSN(databaseName)}.SQL(t)
	if _, err := db.ExecContext(t.Context(), `ALTER TABLE students DROP COLUMN time_zone CASCADE; DROP TABLE waivers CASCADE;
		ALTER TABLE interviewers ADD CHECK (name <> 'Planted Late')`); err != nil {
		t.Fatal(err)
	}
	documents = append(documents,
		`mutation { createInterviewer(input: { name: "Planted Late", email: "planted.late@example.org" }) { errors { code } } }`)
	send()
	server.stop()
	log := server.stderr.String()
	mustContain(t, "the log", log, "internal error", "errorId")
	for _, secret := range []string{"planted", token, strings.Split(token, ".")[2]} {
		if at := strings.Index(strings.ToLower(log), strings.ToLower(secret)); at >= 0 {
			t.Errorf("the log tells %q: ...%s...", secret, log[max(0, at-200):min(len(log), at+200)])
		}
	}
}

// post sends a body as it is.
func (r *running) post(body string) {
	r.t.Helper()
	response, err := http.Post(fmt.Sprintf("http://%s/graphql", r.address), "application/json", strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		r.t.Fatal(err)
	}
}
