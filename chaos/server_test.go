//go:build linux

package chaos

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// server is a server of this project that runs until it is stopped.
type server struct {
	program, url string
	settings     []string
	log          string
	command      *exec.Cmd
}

func (s *server) start(b *testing.B) {
	b.Helper()
	out, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		b.Fatal(err)
	}
	defer out.Close()
	s.command = exec.Command(s.program, "serve")
	s.command.Env, s.command.Stdout, s.command.Stderr = append(os.Environ(), s.settings...), out, out
	if err := s.command.Start(); err != nil {
		b.Fatal(err)
	}
}

func (s *server) ready() bool {
	response, err := patient.Get(s.url + "/readyz")
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// startServers migrates a database of the cluster, and starts two servers on it. The second one uses
// pgbouncer.
func startServers(b *testing.B, c *cluster, s *school) {
	b.Helper()
	program := filepath.Join(b.TempDir(), "rehearse")
	if out, err := exec.Command("go", "build", "-o", program, "..").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	conn, err := connect(b, c, "postgres")
	must(b, err)
	_, err = conn.Exec(b.Context(), "CREATE DATABASE school")
	must(b, err)
	for _, n := range c.nodes {
		must(b, c.until("each node has the database", func() bool { return n.has("school") }))
	}
	for i, database := range [][]string{
		{"DATABASE_URL=" + c.url("school", direct)},
		{"DATABASE_URL=" + c.url("school", pooled), "DATABASE_LISTEN_URL=" + c.url("school", direct)},
	} {
		port := freePort(b)
		one := &server{
			program: program, url: local(port), log: filepath.Join(c.folder, fmt.Sprintf("server%d.log", i+1)),
			settings: append(database, "AUTH=local", fmt.Sprintf("ADDR=127.0.0.1:%d", port), "RATE_LIMIT=off",
				"MAX_OPERATIONS_PER_CALLER=1000", "DATABASE_MAX_CONNS_PER_CALLER=32", "DATA_DIR="+b.TempDir(), "DRAIN_DELAY=1s"),
		}
		one.start(b)
		b.Cleanup(func() { kill(one.command) })
		must(b, c.until("the server is ready", one.ready))
		s.servers = append(s.servers, one)
	}
}
