package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// process is a running server. Every contender has its own process, so that none shares a
// runtime with the load generator.
type process struct {
	pid  int // 0 if there is more than one
	url  string
	stop func() error
}

var address = regexp.MustCompile(`http://\S+/(graphql|floor)`)

// start runs a program until stop is called, and waits for the address that it prints.
func start(program string, environment ...string) (process, error) {
	name, args := strings.Fields(program)[0], strings.Fields(program)[1:]
	command := exec.CommandContext(context.Background(), name, args...)
	command.Env = append(os.Environ(), environment...)
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		return process{}, err
	}
	if err := command.Start(); err != nil {
		return process{}, err
	}
	stop := func() error {
		_ = command.Process.Signal(os.Interrupt)
		err := command.Wait()
		if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
			return nil // the signal may end the program
		}
		return err
	}
	late := time.AfterFunc(time.Minute, func() { _ = command.Process.Kill() })
	defer late.Stop()
	for lines := bufio.NewScanner(output); lines.Scan(); {
		if found := address.FindString(lines.Text()); found != "" {
			go func() { _, _ = io.Copy(io.Discard, output) }()
			return process{command.Process.Pid, found, stop}, nil
		}
	}
	return process{}, errors.Join(fmt.Errorf("%s ended before it was ready", program), stop())
}

// cpu returns the CPU time of the process, or 0 if the system does not report it.
func (p process) cpu() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ") // after the name, which may contain spaces
	fields := strings.Fields(rest)
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * time.Second / 100 // clock ticks: Linux reports 100 per second
}

var (
	resident = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)
	peak     = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)
)

// memory returns the resident memory in bytes, or 0 if the system does not report it.
func (p process) memory() int { return p.status(resident) }

// peakMemory returns the peak of resident memory since forgetPeak.
func (p process) peakMemory() int { return p.status(peak) }

// status reads a size in bytes from /proc/pid/status.
func (p process) status(line *regexp.Regexp) int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	found := line.FindSubmatch(text)
	if found == nil {
		return 0
	}
	n, _ := strconv.Atoi(string(found[1]))
	return n << 10
}

var logReads = regexp.MustCompile(`(?m)^rehearse_change_log_reads_total (\S+)$`)

// logReads returns the number of reads of the change log, or 0 if the process is not a server of this project.
func (p process) logReads(ctx context.Context) int {
	text, err := fetch(ctx, http.MethodGet, strings.Replace(p.url, "/graphql", "/metrics", 1), nil)
	if err != nil {
		return 0
	}
	found := logReads.FindSubmatch(text)
	if found == nil {
		return 0
	}
	n, _ := strconv.ParseFloat(string(found[1]), 64)
	return int(n)
}

// server returns a program that serves the school. Each is started once for all
// benchmarks.
func (w *world) server(name string, begin func() (process, error)) (process, error) {
	if p, runs := w.servers[name]; runs {
		return p, nil
	}
	p, err := begin()
	if err != nil {
		return p, fmt.Errorf("%s: %w", name, err)
	}
	w.servers[name] = p
	return p, nil
}

// rehearse returns the built program with production settings and no limits for clients.
func (w *world) rehearse(b *testing.B) process {
	b.Helper()
	p, err := w.server("rehearse", func() (process, error) { return w.startRehearse() })
	if err != nil {
		b.Fatal(err)
	}
	return p
}

func (w *world) startRehearse(environment ...string) (process, error) {
	program, err := built("..")
	if err != nil {
		return process{}, err
	}
	return w.startProgram(program, environment...)
}

// startProgram starts a version of the program, with the settings that rehearse describes.
func (w *world) startProgram(program string, environment ...string) (process, error) {
	settings := append(w.environment(), "AUTH=local", "ADDR=127.0.0.1:0",
		"DATABASE_MAX_CONNS="+strconv.Itoa(connections), "DATA_DIR="+filepath.Dir(program), "RATE_LIMIT=off",
		"MAX_OPERATIONS_PER_CALLER=1000000", "DATABASE_MAX_CONNS_PER_CALLER=1000000", "MAX_STREAMS_PER_CALLER=100000",
		"MAX_SUBSCRIPTIONS_PER_CALLER=100000", "MAX_HANDSHAKES_PER_ADDRESS=100000")
	return start(program, append(settings, environment...)...) // the last value of a variable wins
}

// floors starts this test program again to serve the floors.
func (w *world) floors(b *testing.B) process {
	b.Helper()
	p, err := w.server("floors", func() (process, error) {
		self, err := os.Executable()
		if err != nil {
			return process{}, err
		}
		return start(self, append(w.environment(), "BENCH_FLOOR=on", "BENCH_DATABASE_URL="+w.url())...)
	})
	if err != nil {
		b.Fatal(err)
	}
	return p
}

// environment returns the environment of every contender.
func (w *world) environment() []string {
	return []string{
		"DATABASE_URL=" + w.url(), "CONNECTIONS=" + strconv.Itoa(connections),
		"CLOCK_OFFSET=" + w.offset.String(),
	}
}

// url returns the database address in a form that every driver understands.
func (w *world) url() string { return w.urlOf(w.pool.Config().ConnConfig.Database) }

// urlOf returns the address of a database beside the world's.
func (w *world) urlOf(database string) string { return asURL(w.pool.Config().ConnConfig, database) }

// asURL returns the address of a database of a server.
func asURL(config *pgx.ConnConfig, database string) string {
	address := url.URL{
		Scheme: "postgres", User: url.UserPassword(config.User, config.Password), Path: "/" + database,
		RawQuery: url.Values{"host": {config.Host}, "port": {strconv.Itoa(int(config.Port))}}.Encode(),
	}
	return address.String()
}

// programs holds the built programs by source folder.
var programs struct {
	sync.Mutex
	folder string
	built  map[string]string
}

// built builds the program of a folder once and returns its path.
func built(source string) (string, error) {
	programs.Lock()
	defer programs.Unlock()
	if program, known := programs.built[source]; known {
		return program, nil
	}
	if programs.folder == "" {
		folder, err := os.MkdirTemp("", "rehearse-bench-")
		if err != nil {
			return "", err
		}
		programs.folder, programs.built = folder, map[string]string{}
	}
	program := filepath.Join(programs.folder, fmt.Sprint("program", len(programs.built)))
	if out, err := exec.CommandContext(context.Background(), "go", "build", "-C", source, "-o", program, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", source, err, out)
	}
	programs.built[source] = program
	return program, nil
}
