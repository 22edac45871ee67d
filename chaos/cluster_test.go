//go:build linux

package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// settings are the settings of the cluster. A lost leader is replaced when its ttl, in seconds, has
// passed; Patroni requires at least 20. A commit waits for one synchronous standby.
const settings = `
scope: rehearse
name: %[1]s
restapi: {listen: "127.0.0.1:%[2]d", connect_address: "127.0.0.1:%[2]d"}
etcd3: {host: "127.0.0.1:%[3]d"}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 1
    retry_timeout: 3
    synchronous_mode: true
    primary_start_timeout: 0
    postgresql:
      use_pg_rewind: true
      parameters: {max_connections: 100, wal_log_hints: "on"}
  initdb: [encoding: UTF8, auth: trust]
postgresql:
  listen: "127.0.0.1:%[4]d"
  connect_address: "127.0.0.1:%[4]d"
  data_dir: %[5]s/%[1]s
  bin_dir: %[6]s
  pgpass: %[5]s/%[1]s.pass
  authentication: {superuser: {username: postgres}, replication: {username: replicator}}
  parameters: {unix_socket_directories: %[5]s}
  pg_hba: ["local all all trust", "host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"]
`

// cluster is a Postgres cluster with a primary and two standbys under Patroni, with etcd.
type cluster struct {
	b      *testing.B
	folder string
	etcd   *exec.Cmd
	nodes  []*node
	asked  int // index of the node that responded last
}

// node is a member of the cluster.
type node struct {
	*cluster
	name           string
	rest, postgres int // ports
	patroni        *exec.Cmd
}

// newCluster starts a cluster until the benchmark ends, and waits until it is complete.
func newCluster(b *testing.B) *cluster {
	b.Helper()
	folder, err := os.MkdirTemp("", "rehearse-chaos-")
	if err != nil {
		b.Fatal(err)
	}
	c := &cluster{b: b, folder: folder}
	if credential := asPostgres(b); credential != nil {
		if err := os.Chown(folder, int(credential.Uid), int(credential.Gid)); err != nil {
			b.Fatal(err)
		}
	}
	b.Cleanup(c.stop)
	client, peer := freePort(b), freePort(b)
	c.etcd = c.run("etcd", "etcd", "--data-dir", filepath.Join(folder, "etcd"),
		"--listen-client-urls", local(client), "--advertise-client-urls", local(client),
		"--listen-peer-urls", local(peer), "--initial-advertise-peer-urls", local(peer), "--initial-cluster", "default="+local(peer))
	for i := range 3 {
		n := &node{cluster: c, name: fmt.Sprintf("node%d", i+1), rest: freePort(b), postgres: freePort(b)}
		text := fmt.Sprintf(settings, n.name, n.rest, client, n.postgres, folder, binaries(b))
		if err := os.WriteFile(n.file("yml"), []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
		c.nodes = append(c.nodes, n)
		n.start()
	}
	c.awaitComplete()
	return c
}

func local(port int) string { return fmt.Sprintf("http://127.0.0.1:%d", port) }

func freePort(b *testing.B) int {
	b.Helper()
	l, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// binaries returns the folder of the newest installed Postgres.
func binaries(b *testing.B) string {
	b.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(found) == 0 {
		b.Fatal("no Postgres is installed in /usr/lib/postgresql")
	}
	return filepath.Dir(slices.Max(found))
}

// asPostgres returns the credential of the user postgres if this process runs as root, because
// Postgres refuses to.
func asPostgres(b *testing.B) *syscall.Credential {
	b.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	found, err := user.Lookup("postgres")
	if err != nil {
		b.Fatal(err)
	}
	uid, _ := strconv.ParseUint(found.Uid, 10, 32)
	gid, _ := strconv.ParseUint(found.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// run starts a program of the cluster, which logs to a file.
func (c *cluster) run(log, program string, args ...string) *exec.Cmd {
	c.b.Helper()
	out, err := os.OpenFile(filepath.Join(c.folder, log+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		c.b.Fatal(err)
	}
	defer out.Close()
	command := exec.Command(program, args...)
	command.Dir, command.Stdout, command.Stderr = c.folder, out, out
	command.SysProcAttr = &syscall.SysProcAttr{Credential: asPostgres(c.b)}
	if err := command.Start(); err != nil {
		c.b.Fatalf("start %s: %v; see docs/how-to/high-availability.md for the packages", program, err)
	}
	return command
}

func (c *cluster) stop() {
	for _, n := range c.nodes {
		n.kill()
	}
	kill(c.etcd)
	if c.b.Failed() {
		c.b.Logf("the logs are in %s", c.folder)
		return
	}
	_ = os.RemoveAll(c.folder)
}

func kill(command *exec.Cmd) {
	if command != nil && command.Process != nil {
		_ = command.Process.Kill()
		_ = command.Wait()
	}
}

func (n *node) file(extension string) string { return filepath.Join(n.folder, n.name+"."+extension) }

func (n *node) start() { n.patroni = n.run(n.name, "patroni", n.file("yml")) }

// processes returns Patroni, the postmaster and its children.
func (n *node) processes() (pids []int) {
	if n.patroni != nil {
		pids = append(pids, n.patroni.Process.Pid)
	}
	text, err := os.ReadFile(filepath.Join(n.folder, n.name, "postmaster.pid"))
	if err != nil {
		return pids
	}
	first, _, _ := strings.Cut(string(text), "\n")
	postmaster, err := strconv.Atoi(first)
	if err != nil || !strings.Contains(commandLine(postmaster), n.name) { // a stale file
		return pids
	}
	pids = append(pids, postmaster)
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range all {
		text, _ := os.ReadFile(file)
		_, rest, _ := strings.Cut(string(text), ") ")
		if fields := strings.Fields(rest); len(fields) > 1 && fields[1] == first {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			pids = append(pids, pid)
		}
	}
	return pids
}

func commandLine(pid int) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return string(text)
}

func (n *node) signal(s syscall.Signal) {
	for _, pid := range n.processes() {
		_ = syscall.Kill(pid, s)
	}
}

// kill kills all processes of a node, as a power cut does.
func (n *node) kill() {
	n.signal(syscall.SIGKILL)
	if n.patroni != nil {
		_ = n.patroni.Wait()
		n.patroni = nil
	}
}

// freeze stops all processes of a node and keeps their connections open.
func (n *node) freeze() { n.signal(syscall.SIGSTOP) }

// member is a node as Patroni reports it.
type member struct{ Name, Role, State string }

// members asks the nodes, until one responds, for the state of the cluster.
func (c *cluster) members() ([]member, error) {
	var errs []error
	for range c.nodes {
		text, err := call(hasty, http.MethodGet, local(c.nodes[c.asked].rest)+"/cluster", nil)
		if err != nil {
			errs = append(errs, err)
			c.asked = (c.asked + 1) % len(c.nodes)
			continue
		}
		var found struct{ Members []member }
		return found.Members, json.Unmarshal(text, &found)
	}
	return nil, errors.Join(errs...)
}

// with returns the node that has a role, or nil.
func (c *cluster) with(role string) *node {
	members, _ := c.members()
	for _, m := range members {
		for _, n := range c.nodes {
			if m.Role == role && m.Name == n.name {
				return n
			}
		}
	}
	return nil
}

func (c *cluster) mustHave(role string) *node {
	c.b.Helper()
	n := c.with(role)
	if n == nil {
		c.b.Fatalf("the cluster has no %s", role)
	}
	return n
}

// awaitComplete waits until the cluster has a leader and two standbys, one of them synchronous.
func (c *cluster) awaitComplete() {
	c.b.Helper()
	c.until("the cluster is complete", func() bool {
		members, _ := c.members()
		roles := map[string]int{}
		for _, m := range members {
			if m.State == "running" || m.State == "streaming" {
				roles[m.Role]++
			}
		}
		return roles["leader"] == 1 && roles["sync_standby"] == 1 && roles["replica"] == 1
	})
}

func (c *cluster) until(what string, holds func() bool) {
	c.b.Helper()
	late := time.After(3 * time.Minute)
	for again := time.NewTicker(100 * time.Millisecond); !holds(); {
		select {
		case <-again.C:
		case <-late:
			c.b.Fatalf("timed out waiting until %s", what)
		}
	}
}

func (c *cluster) switchover() {
	c.b.Helper()
	leader := c.mustHave("leader")
	body := fmt.Appendf(nil, `{"leader": %q, "candidate": %q}`, leader.name, c.mustHave("sync_standby").name)
	if _, err := call(patient, http.MethodPost, local(leader.rest)+"/switchover", body); err != nil {
		c.b.Fatal(err)
	}
}

// url is the value of DATABASE_URL: all hosts, of which the primary is used.
func (c *cluster) url(database string) string {
	var hosts []string
	for _, n := range c.nodes {
		hosts = append(hosts, fmt.Sprintf("127.0.0.1:%d", n.postgres))
	}
	return "postgres://postgres@" + strings.Join(hosts, ",") + "/" + database + "?target_session_attrs=read-write&connect_timeout=1&sslmode=disable"
}

// has reports whether a node has replayed the creation of a database.
func (n *node) has(database string) bool {
	conn, err := pgx.Connect(n.b.Context(), fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", n.postgres, database))
	if err != nil {
		return false
	}
	return conn.Close(n.b.Context()) == nil
}

// patient is for servers; hasty is for nodes, of which some may be frozen.
var patient, hasty = &http.Client{Timeout: 15 * time.Second}, &http.Client{Timeout: time.Second}

func call(client *http.Client, method, url string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(context.Background(), method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= http.StatusBadRequest && response.StatusCode != http.StatusServiceUnavailable {
		err = fmt.Errorf("%s: %s: %s", url, response.Status, text)
	}
	return text, err
}
