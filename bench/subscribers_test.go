package bench

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/jackc/pgx/v5"

	"rehearse/internal/booking"
)

// BenchmarkSubscribers opens WebSockets to a server of its own process, each of
// which follows what one student may book in the next week, and measures what
// memory they take while nothing happens. Then slots are booked on another
// server: how long it takes from the answer to the booking until each of them is
// told.
func BenchmarkSubscribers(b *testing.B) {
	for _, n := range []int{1, 100, 5000} {
		b.Run(fmt.Sprintf("subscribers=%d", n), func(b *testing.B) {
			w := open(b)
			program, endpoint := w.program(b)
			booker := w.serve(b)
			before := program.memory(b)
			followed := w.students[len(w.students)-n:]
			told := w.subscribe(b, endpoint, followed)
			idle := program.memory(b) - before
			var all []time.Duration
			for _, p := range w.findPairs(b, bookings) {
				slot, err := w.store.Slot(b.Context(), p.slot)
				if err != nil {
					b.Fatal(err)
				}
				listeners := 0
				for _, record := range followed {
					if record.Offer(w.now).Allows(slot) {
						listeners++
					}
				}
				if err := bookOver(b.Context(), booker, p, ""); err != nil {
					b.Fatal(err)
				}
				booked := time.Now()
				for range listeners {
					select {
					case at := <-told:
						all = append(all, at.Sub(booked))
					case <-time.After(10 * time.Second):
						b.Fatalf("%d of %d are told in 10 s", len(all), listeners)
					}
				}
			}
			slices.Sort(all)
			b.ReportMetric(float64(idle)/float64(n)/1024, "KiB/subscriber")
			b.ReportMetric(float64(idle)/(1<<20), "MiB")
			b.ReportMetric(all[len(all)/2].Seconds()*1000, "p50-ms")
			b.ReportMetric(all[len(all)*99/100].Seconds()*1000, "p99-ms")
			b.ReportMetric(float64(len(all)), "told")
			b.ReportMetric(0, "ns/op")
		})
	}
}

const bookings = 20

// process is the built program, serving.
type process struct{ pid int }

// program runs the built program over the benchmark's database.
func (w *world) program(b *testing.B) (_ process, endpoint string) {
	b.Helper()
	folder := b.TempDir()
	file := filepath.Join(folder, "rehearse")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", file, "..").CombinedOutput(); err != nil {
		b.Fatalf("build the program: %v\n%s", err, out)
	}
	config, err := pgx.ParseConfig(w.dsn)
	if err != nil {
		b.Fatal(err)
	}
	database := url.URL{
		Scheme: "postgres", User: url.UserPassword(config.User, config.Password), Path: "/" + config.Database,
		RawQuery: url.Values{"host": {config.Host}, "port": {strconv.Itoa(int(config.Port))}}.Encode(),
	}
	command := exec.Command(file)
	command.Env = append(os.Environ(), "DATABASE_URL="+database.String(), "AUTH=local", "ADDR=127.0.0.1:0", "DATA_DIR="+folder,
		"RATE_LIMIT=off", "MAX_STREAMS_PER_CALLER=100000")
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = command.Process.Signal(os.Interrupt)
		_, _ = io.Copy(io.Discard, output)
		_ = command.Wait()
	})
	address := regexp.MustCompile(`http://\S+/graphql`)
	for lines := bufio.NewScanner(output); lines.Scan(); {
		if endpoint = address.FindString(lines.Text()); endpoint != "" {
			return process{command.Process.Pid}, endpoint
		}
	}
	b.Fatal("the program ended before it was ready")
	return process{}, ""
}

// memory is what is resident, in bytes.
func (p process) memory(b *testing.B) int {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	if err != nil {
		b.Skip("there is no /proc here")
	}
	found := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindStringSubmatch(string(text))
	n, err := strconv.Atoi(found[1])
	if err != nil {
		b.Fatal(err)
	}
	return n << 10
}

// subscribe opens a socket for each of the students; when one of them is told of
// something, it sends the time.
func (w *world) subscribe(b *testing.B, endpoint string, students []booking.Record) <-chan time.Time {
	b.Helper()
	told := make(chan time.Time, len(students))
	start := w.now.Truncate(time.Hour)
	for _, record := range students {
		conn, _, err := websocket.Dial(b.Context(), endpoint, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = conn.CloseNow() })
		send := func(text string) error { return conn.Write(b.Context(), websocket.MessageText, []byte(text)) }
		if err := errors.Join(send(`{"type":"connection_init"}`), send(fmt.Sprintf(
			`{"id":"s","type":"subscribe","payload":{"query":"subscription { slotsChanged(studentId: %d, start: \"%s\", end: \"%s\") { closedIds } }"}}`,
			record.Student.ID, start.Format(time.RFC3339), start.AddDate(0, 0, 90).Format(time.RFC3339))), send(`{"type":"ping"}`)); err != nil {
			b.Fatal(err)
		}
		for _, wanted := range []string{"connection_ack", "pong"} {
			if _, text, err := conn.Read(b.Context()); err != nil || !strings.Contains(string(text), wanted) {
				b.Fatalf("%s, %v; wanted %s", text, err, wanted)
			}
		}
		go func() {
			for {
				_, text, err := conn.Read(b.Context())
				switch {
				case err != nil:
					return
				case strings.Contains(string(text), `"next"`):
					told <- time.Now()
				case strings.Contains(string(text), `"ping"`):
					_ = send(`{"type":"pong"}`)
				}
			}
		}()
	}
	return told
}
