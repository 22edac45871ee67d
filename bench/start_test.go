package bench

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkStart runs the built program with a new data folder, in which it creates a
// Postgres cluster, the schema and the sample school, and then again with the existing
// folder. It measures the time from process start until the program is ready.
func BenchmarkStart(b *testing.B) {
	program, err := built("..")
	if err != nil {
		b.Fatal(err)
	}
	const starts = 5
	var cold, warm []float64
	for range starts {
		folder := publicFolder(b)
		cold = append(cold, startAndStop(b, program, folder))
		warm = append(warm, startAndStop(b, program, folder))
	}
	slices.Sort(cold)
	slices.Sort(warm)
	b.ReportMetric(cold[starts/2], "cold-s")
	b.ReportMetric(warm[starts/2], "warm-s")
	t := table{header: []string{"seconds", "range of starts"}}
	t.add("new data folder, until ready with the sample school", fmt.Sprintf("%.2f", cold[starts/2]), fmt.Sprintf("%.2f .. %.2f", cold[0], cold[starts-1]))
	t.add("the same folder again", fmt.Sprintf("%.2f", warm[starts/2]), fmt.Sprintf("%.2f .. %.2f", warm[0], warm[starts-1]))
	(*world)(nil).publish(b, t)
}

// startAndStop returns the seconds that the program took to become ready.
func startAndStop(b *testing.B, program, folder string) float64 {
	b.Helper()
	command := exec.CommandContext(b.Context(), program)
	command.Env = append(os.Environ(), "DATA_DIR="+folder, "ADDR=127.0.0.1:0", "DATABASE_URL=")
	var problems strings.Builder
	command.Stderr = &problems
	output, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	begin := time.Now()
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewScanner(output)
	ready := false
	for !ready && lines.Scan() {
		ready = strings.Contains(lines.Text(), "is ready")
	}
	took := time.Since(begin).Seconds()
	if err := command.Process.Signal(os.Interrupt); err != nil && ready {
		b.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, output); err != nil {
		b.Fatal(err)
	}
	if err := command.Wait(); err != nil || !ready {
		b.Fatal(fmt.Errorf("the program ended before it was ready, or with an error: %w\n%s", err, problems.String()))
	}
	return took
}
