//go:build unix

package localpg

import (
	"context"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestAsOrdinaryUser reruns tests of this package, as nobody if this is root, else as this user.
func TestAsOrdinaryUser(t *testing.T) {
	t.Parallel()
	dir := publicFolder(t)
	binary := filepath.Join(dir, "localpg.test")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	copyFile(t, self, binary)
	home := filepath.Join(dir, "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), binary, "-test.v",
		"-test.run=^(TestColdStartWarmStartAndStop|TestServerIsPrivate|TestKillLosesNoAcknowledgedRow|TestOrphanIsAdopted|TestDefaultDataDir)$")
	cmd.Dir = "/"
	cmd.Env = []string{"HOME=" + home, "TMPDIR=" + home, "PATH=" + machinePath()}
	if os.Geteuid() == 0 {
		uid, gid := nobody(t)
		if err := os.Chown(home, uid, gid); err != nil {
			t.Fatal(err)
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(out), "--- SKIP") || !strings.Contains(string(out), "--- PASS: TestKillLosesNoAcknowledgedRow") {
		t.Errorf("%v\n%s", err, out)
	}
}

func nobody(t *testing.T) (uid, gid int) {
	t.Helper()
	u, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	uid, err = strconv.Atoi(u.Uid)
	if err != nil {
		t.Fatal(err)
	}
	gid, err = strconv.Atoi(u.Gid)
	if err != nil {
		t.Fatal(err)
	}
	return uid, gid
}

func TestDefaultDataDir(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env  map[string]string
		user string // value for an ordinary user on Linux
	}{
		"home":         {map[string]string{"HOME": "/home/ann"}, "/home/ann/.local/share/rehearse"},
		"XDG":          {map[string]string{"HOME": "/home/ann", "XDG_DATA_HOME": "/data"}, "/data/rehearse"},
		"relative XDG": {map[string]string{"HOME": "/home/ann", "XDG_DATA_HOME": "data"}, "/home/ann/.local/share/rehearse"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := expectedDataDir(c.user)
			got, err := DefaultDataDir(func(name string) string { return c.env[name] })
			if err != nil || got != want {
				t.Errorf("got %q, %v, want %q", got, err, want)
			}
		})
	}
}

// TestUsersAndFolders tests what holds for every user and, as root, what holds for root.
func TestUsersAndFolders(t *testing.T) {
	t.Parallel()
	cases := map[string]func(*testing.T){"a folder that cannot be created": folderCannotBeMade}
	if os.Geteuid() == 0 {
		cases = map[string]func(*testing.T){
			"inaccessible data folder":    folderOutOfReach,
			"inaccessible cache folder":   cacheOutOfReach,
			"private empty data folder":   privateEmptyFolder,
			"cluster of an ordinary user": clusterOfOrdinaryUser,
			"cluster of root":             clusterOfRoot,
			"inaccessible binaries":       binariesOutOfReach,
		}
	}
	for name, check := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t)
		})
	}
}

func folderCannotBeMade(t *testing.T) {
	dir := publicFolder(t)
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), quick(filepath.Join(dir, "data")))
	wantError(t, err, "make the data folder "+filepath.Join(dir, "data"), "permission denied")
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
}

func folderOutOfReach(t *testing.T) {
	private := publicFolder(t)
	if err := os.Chmod(private, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), quick(filepath.Join(private, "data")))
	wantError(t, err, "the data folder "+filepath.Join(private, "data"), "is not accessible", "chmod a+x "+private, "DATA_DIR")
}

func cacheOutOfReach(t *testing.T) {
	o := bare(t, "exit 1")
	private := publicFolder(t)
	if err := os.Chmod(private, 0o700); err != nil {
		t.Fatal(err)
	}
	o.CacheDir = filepath.Join(private, "cache")
	_, err := Start(t.Context(), o)
	wantError(t, err, "the cache folder "+o.CacheDir, "is not accessible", private)
}

func privateEmptyFolder(t *testing.T) {
	dir := dataFolder(t)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	start(t, quick(dir))
}

// clusterOfOrdinaryUser checks that root can run another user's cluster and leaves it usable
// for them.
func clusterOfOrdinaryUser(t *testing.T) {
	o := quick(clusterFolder(t))
	s := start(t, o)
	stop(t, s)
	uid, gid := nobody(t)
	for _, dir := range []string{s.cluster.dir, s.cluster.pgdata()} {
		if err := (account{uid: uid, gid: gid, switched: true}).giveTree(dir); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(s.cluster.lockFile()); err != nil { // so that root creates it again
		t.Fatal(err)
	}
	start(t, o)
	for _, path := range []string{s.cluster.lockFile(), s.cluster.logFile(), s.cluster.pidPath()} {
		if got := owner(t, path); got != uid {
			t.Errorf("%s belongs to uid %d, want %d", path, got, uid)
		}
	}
}

// clusterOfRoot checks a cluster that root has restored from a copy.
func clusterOfRoot(t *testing.T) {
	o := quick(clusterFolder(t))
	s := start(t, o)
	run(t, s, "CREATE TABLE kept ()")
	stop(t, s)
	if err := (account{uid: 0, gid: 0, switched: true}).giveTree(s.cluster.pgdata()); err != nil {
		t.Fatal(err)
	}
	s = start(t, o)
	run(t, s, "DROP TABLE kept")
}

func binariesOutOfReach(t *testing.T) {
	private := publicFolder(t)
	dir := install(t, private, "16.1", "initdb", "postgres")
	if err := os.Chmod(private, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := finder(t, nil, dir).binaries(t.Context(), 0)
	wantError(t, err, "no Postgres 14 or newer was found")
	_, err = finder(t, map[string]string{"PGBIN": dir}).binaries(t.Context(), 0)
	wantError(t, err, "PGBIN="+dir, "permission denied")
}

func owner(t *testing.T, path string) int {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		t.Fatalf("cannot read the owner of %s", path)
	}
	return int(stat.Uid)
}

func expectedDataDir(ofUser string) string {
	switch {
	case os.Geteuid() == 0:
		return "/var/lib/rehearse"
	case runtime.GOOS == "darwin":
		return "/home/ann/Library/Application Support/rehearse"
	default:
		return ofUser
	}
}
