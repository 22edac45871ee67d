//go:build unix

package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"rehearse/internal/pgtest"
	"rehearse/internal/scratch"
)

// build builds the binary once. `go run` would not forward signals to it.
var build = sync.OnceValues(func() (string, error) {
	binary := filepath.Join(binaryFolder, "rehearse")
	out, err := exec.Command("go", "build", "-o", binary, "rehearse").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return binary, nil
})

// newDataFolder returns a data folder that any user can reach and that does not exist yet.
func newDataFolder(t *testing.T) string {
	t.Helper()
	return filepath.Join(scratch.Dir(t), "data")
}

// external returns the environment of a program that uses an empty database of this
// version on the server that the tests share. Creating a program's own server takes a
// second, so only tests of the differences do so.
func external(t *testing.T) (db pgtest.Database, env []string) {
	t.Helper()
	db = pgtest.New(t)
	return db, []string{"DATABASE_URL=" + asURL(t, db.DSN), "AUTH=local"}
}

// externalSchool is external with the sample school.
func externalSchool(t *testing.T) (db pgtest.Database, env []string) {
	t.Helper()
	db, env = external(t)
	mustRun(t, newDataFolder(t), env, "sample")
	return db, env
}

func command(t *testing.T, dataDir string, env []string, args ...string) *exec.Cmd {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env = append(os.Environ(), "DATA_DIR="+dataDir, "ADDR=127.0.0.1:0", "DATABASE_URL=", "AUTH=", "DRAIN_DELAY=0s")
	cmd.Env = append(cmd.Env, env...)
	return cmd
}

// runOnce runs a command that ends by itself.
func runOnce(t *testing.T, dataDir string, env []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := command(t, dataDir, env, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// running is a server that has reported that it is ready.
type running struct {
	t        *testing.T
	cmd      *exec.Cmd
	greeting string
	address  string
	stderr   *logged
	lines    *bufio.Scanner // of stdout
	rest     chan string    // the output after the greeting, once the server has ended
}

// in returns the server for a subtest, whose failures are those of t.
func (r *running) in(t *testing.T) *running {
	of := *r
	of.t = t
	return &of
}

// logged is the output of a program, readable while it runs.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// start starts a server and waits until the server prints that it is ready, or why it is not.
func start(t *testing.T, dataDir string, env ...string) *running {
	t.Helper()
	r := launch(t, dataDir, env...)
	r.awaitGreeting()
	return r
}

// launch starts a server.
func launch(t *testing.T, dataDir string, env ...string) *running {
	t.Helper()
	cmd := command(t, dataDir, env)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	r := &running{t: t, cmd: cmd, stderr: &logged{}, lines: bufio.NewScanner(stdout), rest: make(chan string, 1)}
	cmd.Stderr = r.stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return r
}

// awaitGreeting reads the greeting, and starts to read the rest of stdout.
func (r *running) awaitGreeting() {
	r.t.Helper()
	for r.lines.Scan() && r.lines.Text() != "  }" { // the end of the sample query
		r.greeting += r.lines.Text() + "\n"
		if strings.Contains(r.greeting, "not ready yet") {
			break
		}
	}
	r.greeting += "  }\n"
	match := regexp.MustCompile(`https?://(\S+)/graphql`).FindStringSubmatch(r.greeting)
	if match == nil {
		_ = r.cmd.Wait()
		r.t.Fatalf("the server did not start:\n%s%s", r.greeting, r.stderr)
	}
	r.address = match[1]
	go r.readRest()
}

// readRest reads stdout until the server has ended.
func (r *running) readRest() {
	var rest strings.Builder
	for r.lines.Scan() {
		rest.WriteString(r.lines.Text())
	}
	r.rest <- rest.String()
}

func (r *running) ask(document string) string {
	r.t.Helper()
	body, err := json.Marshal(map[string]string{"query": document})
	if err != nil {
		r.t.Fatal(err)
	}
	_, text := r.read(http.Post("http://"+r.address+"/graphql", "application/json", bytes.NewReader(body)))
	return strings.TrimSpace(text)
}

func (r *running) get(path string) (status int, body string) {
	r.t.Helper()
	status, body = r.fetch(path)
	return status, strings.TrimSpace(body)
}

// fetch returns the exact body of a page.
func (r *running) fetch(path string) (status int, body string) {
	r.t.Helper()
	return r.read(http.Get("http://" + r.address + path))
}

// read returns the status and the exact body of a response.
func (r *running) read(response *http.Response, err error) (status int, body string) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func (r *running) stop() {
	r.t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		r.t.Fatal(err)
	}
	rest := <-r.rest
	if err := r.cmd.Wait(); err != nil || !strings.HasSuffix(rest, "stopped") {
		r.t.Errorf("stop: got %v, stdout %q and stderr %s", err, rest, r.stderr)
	}
}

func (r *running) kill() {
	r.t.Helper()
	if err := r.cmd.Process.Kill(); err != nil {
		r.t.Fatal(err)
	}
	<-r.rest
	_ = r.cmd.Wait() // reports that it was killed
}

func mustContain(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s lacks %q:\n%s", what, part, text)
		}
	}
}
