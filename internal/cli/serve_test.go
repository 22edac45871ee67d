//go:build unix

package cli

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestFirstHour follows a new user: start, run the printed query, book, restart after a
// crash, advance the clock, grade.
func TestFirstHour(t *testing.T) {
	t.Parallel()
	data := newDataFolder(t)
	began := time.Now()
	r := start(t, data)
	t.Logf("cold start: %v", time.Since(began))

	printed := regexp.MustCompile(`(?s)\n  \{.*  \}\n`).FindString(r.greeting)
	answer := r.ask(printed)
	mustContain(t, "the response to the printed query", answer, `"nodes":[{"id":"`, `"eligible":true,"interviewsUsed":0`, `"emptyReasons":[]`)

	mustContain(t, "a request without a time zone",
		r.ask(`{ availableSlots(studentId: 123, start: "2020-06-05T13:00:00", end: "2020-06-05T14:00:00") { nodes { id } emptyReasons { code } } }`),
		`"nodes":[],"emptyReasons":[{"code":"RANGE_IN_PAST"}]`)

	slot := regexp.MustCompile(`"nodes":\[\{"id":"(\d+)"`).FindStringSubmatch(answer)[1]
	booked := r.ask(`mutation { bookSlot(input: {studentId: 101, slotId: ` + slot + `}) { interview { id status } errors { code } } }`)
	mustContain(t, "booking", booked, `"status":"BOOKED"`, `"errors":[]`)
	interview := regexp.MustCompile(`"interview":\{"id":"(\d+)"`).FindStringSubmatch(booked)[1]
	grading := `mutation { completeInterview(input: {interviewId: ` + interview + `, grade: 1}) { interview { grade } errors { code } } }`
	mustContain(t, "grading too soon", r.ask(grading), `"code":"TOO_SOON"`)

	r.kill()
	began = time.Now()
	r = start(t, data)
	t.Logf("start after kill -9: %v", time.Since(began))
	mustContain(t, "after a crash", r.ask(`{ interview(id: `+interview+`) { status student { name } } }`),
		`"status":"BOOKED","student":{"name":"Nora Newcomer"}`)
	r.stop()

	began = time.Now()
	r = start(t, data, "CLOCK_OFFSET=240h")
	t.Logf("warm start: %v", time.Since(began))
	mustContain(t, "grading ten days later", r.ask(grading), `"grade":1`, `"errors":[]`)
	mustContain(t, "the list after the grade",
		r.ask(`{ eligibility(studentId: 101) { eligible recentGrades reasons { code } } }`),
		`"eligible":false,"recentGrades":[1],"reasons":[{"code":"GRADES_TOO_LOW"}]`)
	r.stop()

	code, out, errs := runOnce(t, data, nil, "check")
	if code != 0 || out != "every invariant holds\n" {
		t.Errorf("check: got exit code %d and %s%s", code, out, errs)
	}
	code, _, errs = runOnce(t, data, nil, "sample")
	if code != 1 {
		t.Errorf("sample into a school with people: got exit code %d", code)
	}
	mustContain(t, "its error", errs, "only be loaded into an empty database")
}

func TestUnreachableTraceCollector(t *testing.T) {
	t.Parallel()
	nowhere, err := net.Listen("tcp", "127.0.0.1:0") // accepts connections and sends no response
	if err != nil {
		t.Fatal(err)
	}
	defer nowhere.Close()
	_, env := external(t)
	const exporters = 10 * time.Minute // the exporter's own timeout
	r := start(t, newDataFolder(t), append(env, "SHUTDOWN_TIMEOUT=1s", "OTEL_EXPORTER_OTLP_ENDPOINT=http://"+nowhere.Addr().String(),
		fmt.Sprintf("OTEL_EXPORTER_OTLP_TIMEOUT=%d", exporters.Milliseconds()))...)
	mustContain(t, "the answer", r.ask("{ bookingPolicy { interviewLimit } }"), `"interviewLimit":15`)
	began := time.Now()
	r.stop()
	if took := time.Since(began); took > exporters/5 {
		t.Errorf("stopping took %v", took)
	}
	mustContain(t, "the log", r.stderr.String(), "the last traces cannot be sent")
}

func TestPages(t *testing.T) {
	t.Parallel()
	data := newDataFolder(t)
	r := start(t, data, "SAMPLE_DATA=off")
	for path, part := range map[string]string{
		"/livez": "alive", "/readyz": "ready", "/playground": "Rehearse", "/": "Rehearse", "/schema.graphqls": "availableSlots(",
		"/metrics": "rehearse_ready 1",
	} {
		t.Run(path, func(t *testing.T) {
			if status, body := r.in(t).get(path); status != http.StatusOK || !strings.Contains(body, part) {
				t.Errorf("got status %d and %.200s, want status %d and %q", status, body, http.StatusOK, part)
			}
		})
	}
	schema, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	if _, body := r.fetch("/schema.graphqls"); body != string(schema) {
		t.Error("/schema.graphqls differs from the file")
	}
	if status, _ := r.get("/nothing"); status != http.StatusNotFound {
		t.Errorf("/nothing: got status %d", status)
	}
	mustContain(t, "a school without sample data", r.ask("{ students { totalCount } }"), `"totalCount":0`)

	ops := start(t, data, "SAMPLE_DATA=off", "OPS_ADDR=127.0.0.1:0")
	for _, path := range []string{"/readyz", "/metrics"} {
		t.Run(path+" on ADDR with OPS_ADDR", func(t *testing.T) {
			if status, _ := ops.in(t).get(path); status != http.StatusNotFound {
				t.Errorf("got status %d, want %d", status, http.StatusNotFound)
			}
		})
	}
	ops.stop()
	r.stop()
}

func TestSecondInstanceSharesTheDatabase(t *testing.T) {
	t.Parallel()
	data := newDataFolder(t)
	one := start(t, data)
	two := start(t, data)
	mustContain(t, "a write on one server", one.ask(`mutation { createStudent(input: {name: "X", email: "x@example.org"}) { errors { code } } }`), `"errors":[]`)
	mustContain(t, "a read on the other server", two.ask(`{ students(filter: {search: "x@example.org"}) { totalCount } }`), `"totalCount":1`)
	code, _, errs := runOnce(t, data, []string{"CLOCK_OFFSET=240h"})
	if code != exitFault {
		t.Errorf("a third server with another clock: got exit code %d", code)
	}
	mustContain(t, "its error", errs, "CLOCK_OFFSET is 240h0m0s, and another server on this database has 0s")
	two.stop()
	mustContain(t, "a read on the first server", one.ask(`{ students { totalCount } }`), `"totalCount":26`)
	_, port, _ := strings.Cut(one.address, ":")
	code, _, errs = runOnce(t, data, []string{"ADDR=127.0.0.1:" + port})
	if code != exitFault {
		t.Errorf("a third server on the address of the first: got exit code %d", code)
	}
	mustContain(t, "its error", errs, "is another server running there?", "such as ADDR=127.0.0.1:")
	one.stop()
}

func TestServerExitsWhenPostgresStops(t *testing.T) {
	t.Parallel()
	data := newDataFolder(t)
	r := start(t, data, "SAMPLE_DATA=off")
	pidFile, err := os.ReadFile(filepath.Join(data, "pgdata", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(string(pidFile), &pid); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-r.rest
	_ = r.cmd.Wait()
	if code := r.cmd.ProcessState.ExitCode(); code != exitFault {
		t.Errorf("got exit code %d", code)
	}
	mustContain(t, "its error", r.stderr.String(), "Postgres server has stopped")
	again := start(t, data)
	again.stop()
}

func TestMigrateThenServe(t *testing.T) {
	t.Parallel()
	data := newDataFolder(t)
	code, out, errs := runOnce(t, data, nil, "migrate")
	if code != 0 {
		t.Fatalf("migrate: got exit code %d and %s", code, errs)
	}
	files, err := filepath.Glob("../store/migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	const inGo = 3 // the job queue's, and the normalising of names and of tags
	mustContain(t, "the first migrate", out, fmt.Sprintf("%d migrations applied", len(files)+inGo))
	_, out, _ = runOnce(t, data, nil, "migrate")
	mustContain(t, "the second migrate", out, "0 migrations applied")
	_, out, _ = runOnce(t, data, nil, "sample")
	mustContain(t, "sample", out, "the sample school loaded")
	r := start(t, data, "MIGRATE=off")
	mustContain(t, "the school", r.ask(`{ students { totalCount } interviewers { totalCount } }`), `"totalCount":25`, `"totalCount":16`)
	r.stop()
}

// A request in flight when the server is told to stop gets its response.
func TestGracefulShutdown(t *testing.T) {
	t.Parallel()
	database, env := externalSchool(t)
	r := start(t, newDataFolder(t), env...)
	unlock := lockStudents(t, database)
	answered := make(chan string, 1)
	go func() { answered <- r.ask("{ students { totalCount } }") }()
	database.AwaitLockWaits(t, 1, "students")
	r.signal()
	for { // until it accepts no new connections
		response, err := http.Get("http://" + r.address + "/livez")
		if err != nil {
			break
		}
		_ = response.Body.Close()
	}
	unlock()
	mustContain(t, "the answer", <-answered, `"totalCount":25`)
	<-r.rest
	if err := r.cmd.Wait(); err != nil {
		t.Errorf("the server exited with %v: %s", err, r.stderr)
	}
}
