//go:build linux

package chaos

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// settings are the settings of the cluster. A lost leader is replaced when its ttl has passed. A
// commit waits for one synchronous standby. wal_keep_size is more than the standbys miss while they
// are away: Patroni removes the replication slots of members that are away for longer than the ttl.
const settings = `
scope: rehearse
name: %[1]s
restapi: {listen: "127.0.0.1:%[2]d", connect_address: "127.0.0.1:%[2]d"}
etcd3: {host: "127.0.0.1:%[3]d"}
bootstrap:
  dcs:
    ttl: %[7]d
    loop_wait: 1
    retry_timeout: 3
    synchronous_mode: true
    primary_start_timeout: 0
    postgresql:
      use_pg_rewind: true
      parameters: {max_connections: 100, wal_log_hints: "on", wal_keep_size: 2GB}
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

// poolerSettings are the settings of the pgbouncer beside each Postgres. They are those of
// docs/how-to/pgbouncer.md.
const poolerSettings = `
[databases]
* = host=127.0.0.1 port=%d user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 24
max_client_conn = 1000
server_login_retry = 1
query_wait_timeout = 5
`

// cluster is a Postgres cluster with a primary and two standbys under Patroni, with etcd.
type cluster struct {
	b           *testing.B
	folder      string
	etcd        *exec.Cmd
	nodes       []*node
	asked       int // index of the node that responded last
	rebuilt     int // number of standbys that had to be rebuilt
	interrupted chan os.Signal
}

// node is a member of the cluster: Postgres under Patroni, and a pgbouncer.
type node struct {
	*cluster
	name                 string
	rest, postgres, pool int // ports
	patroni, pooler      *exec.Cmd
}

// newCluster starts a cluster until the benchmark ends, and waits until it is complete.
func newCluster(b *testing.B) *cluster {
	b.Helper()
	folder, err := os.MkdirTemp("", "rehearse-chaos-")
	if err != nil {
		b.Fatal(err)
	}
	c := &cluster{b: b, folder: folder, interrupted: make(chan os.Signal, 1)}
	signal.Notify(c.interrupted, os.Interrupt, syscall.SIGTERM)
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
		n := &node{cluster: c, name: fmt.Sprintf("node%d", i+1), rest: freePort(b), postgres: freePort(b), pool: freePort(b)}
		write(b, n.file("yml"), fmt.Sprintf(settings, n.name, n.rest, client, n.postgres, folder, binaries(b), int(ttl.Seconds())))
		write(b, n.file("ini"), fmt.Sprintf(poolerSettings, n.postgres, n.pool))
		c.nodes = append(c.nodes, n)
		n.start()
	}
	must(b, c.awaitComplete())
	return c
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func write(b *testing.B, file, text string) {
	b.Helper()
	must(b, os.WriteFile(file, []byte(text), 0o644))
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
	command.SysProcAttr = &syscall.SysProcAttr{Credential: asPostgres(c.b), Setpgid: true}
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

// start starts the processes of the node. pgbouncer 1.18 can end after a client has cancelled a
// statement, so a shell starts it again.
func (n *node) start() {
	n.patroni = n.run(n.name, "patroni", n.file("yml"))
	n.pooler = n.run(n.name+".pooler", "sh", "-c", fmt.Sprintf("while :; do pgbouncer --quiet %s; sleep 0.2; done", n.file("ini")))
}

// processes returns Patroni, the postmaster and its children, and the process group of pgbouncer.
func (n *node) processes() (pids []int) {
	if n.patroni != nil {
		pids = append(pids, n.patroni.Process.Pid, -n.pooler.Process.Pid)
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

func (n *node) send(s syscall.Signal) {
	for _, pid := range n.processes() {
		_ = syscall.Kill(pid, s)
	}
}

// kill kills all processes of a node, as a power cut does.
func (n *node) kill() {
	n.send(syscall.SIGKILL)
	if n.patroni != nil {
		_ = n.patroni.Wait()
		_ = n.pooler.Wait()
		n.patroni, n.pooler = nil, nil
	}
}

// freeze stops all processes of a node and keeps their connections open.
func (n *node) freeze() { n.send(syscall.SIGSTOP) }
