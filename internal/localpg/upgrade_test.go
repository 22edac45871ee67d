//go:build unix

package localpg

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// upgradable returns options for upgrades to the same version, which need only one installation.
func upgradable(dataDir string) Options {
	o := quick(dataDir)
	o.sameMajor = true
	return o
}

// tellApart fills the new cluster with another row than the old one has.
func tellApart(ctx context.Context, old, fresh Running) error {
	for _, side := range []struct {
		of  Running
		sql string
	}{{old, "SELECT v FROM kept"}, {fresh, "CREATE TABLE kept AS SELECT 'new' AS v"}} {
		conn, err := pgx.Connect(ctx, side.of.DSN(superuser))
		if err != nil {
			return err
		}
		_, err = conn.Exec(ctx, side.sql)
		if err := errors.Join(err, conn.Close(ctx)); err != nil {
			return err
		}
	}
	return nil
}

// upgradeAndWait upgrades, and reports at the planned time that it is ready. It continues when its
// input ends.
func upgradeAndWait(p programPlan) error {
	_, err := Upgrade(context.Background(), upgradable(p.DataDir), func(ctx context.Context, old, fresh Running) error {
		if p.Upgrade == "before" {
			return errors.Join(report(programState{}), tellApart(ctx, old, fresh))
		}
		return errors.Join(tellApart(ctx, old, fresh), report(programState{}))
	})
	return err
}

// oldData returns a data folder with a row that says "old".
func oldData(t *testing.T) string {
	t.Helper()
	dir := clusterFolder(t)
	s := start(t, quick(dir))
	run(t, s, "CREATE TABLE kept AS SELECT 'old' AS v")
	stop(t, s)
	t.Cleanup(func() { // the socket of the new cluster
		if err := os.RemoveAll((&cluster{dir: filepath.Join(dir, "pgdata.new-upgrade")}).socketDir()); err != nil {
			t.Errorf("clean up: %v", err)
		}
	})
	return dir
}

// wantRow starts a server and checks which cluster it has, and that nothing unfinished is left.
func wantRow(t *testing.T, dir, want string) {
	t.Helper()
	o := quick(dir)
	o.Existing = true
	s := start(t, o)
	if got := ask[string](t, s, "SELECT v FROM kept"); got != want {
		t.Errorf("the data folder has the %s row, want the %s one", got, want)
	}
	stop(t, s)
	for _, name := range names(t, dir) {
		if strings.HasPrefix(name, "pgdata.new") || name == "pgdata.upgraded" {
			t.Errorf("%s is left", name)
		}
	}
}

func names(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func move(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

// An upgrade switches to the new cluster, and keeps the old one, which works again once it is moved
// back. Meanwhile no other program uses the data folder.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	dir := oldData(t)
	s := start(t, quick(dir))
	_, err := Upgrade(t.Context(), upgradable(dir), tellApart)
	wantError(t, err, "another process uses the data folder "+dir, "stop it first")
	stop(t, s)

	done, err := Upgrade(t.Context(), upgradable(dir), func(ctx context.Context, old, fresh Running) error {
		_, err := Start(ctx, quick(dir))
		wantError(t, err, "another process is upgrading the Postgres of the data folder "+dir)
		_, err = Upgrade(ctx, upgradable(dir), tellApart)
		wantError(t, err, "another process uses the data folder "+dir)
		if old.Version != fresh.Version || old.Folder != fresh.Folder || old.DSN("a") == fresh.DSN("a") {
			t.Errorf("the clusters are %+v and %+v", old, fresh)
		}
		return tellApart(ctx, old, fresh)
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"lock", "pgdata", filepath.Base(done.Kept), "postgres.log"}
	if got := names(t, dir); !slices.Equal(got, want) {
		t.Errorf("the data folder has %v, want %v", got, want)
	}
	wantRow(t, dir, "new")
	_, err = Upgrade(t.Context(), upgradable(dir), tellApart)
	wantError(t, err, done.Kept+" exists", "move it away")

	move(t, done.Data, filepath.Join(dir, "elsewhere"))
	move(t, done.Kept, done.Data)
	wantRow(t, dir, "old")
}

// A program that is killed during an upgrade leaves the old cluster as it was, and a server starts
// at once. If it is killed between the renames, the next start does the others.
func TestInterruptedUpgrade(t *testing.T) {
	t.Parallel()
	killed := func(when string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			t.Helper()
			begin(t, programPlan{DataDir: dir, Upgrade: when}).kill()
		}
	}
	upgraded := func(t *testing.T, dir string) *Upgraded {
		t.Helper()
		done, err := Upgrade(t.Context(), upgradable(dir), tellApart)
		if err != nil {
			t.Fatal(err)
		}
		return done
	}
	for name, test := range map[string]struct {
		interrupt func(*testing.T, string)
		want      string
	}{
		"before the copy": {killed("before"), "old"},
		"after the copy":  {killed("after"), "old"},
		"before the old cluster is moved": {func(t *testing.T, dir string) {
			t.Helper()
			done := upgraded(t, dir)
			move(t, done.Data, filepath.Join(dir, "pgdata.upgraded"))
			move(t, done.Kept, done.Data)
		}, "old"},
		"between the renames": {func(t *testing.T, dir string) {
			t.Helper()
			move(t, upgraded(t, dir).Data, filepath.Join(dir, "pgdata.upgraded"))
		}, "new"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := oldData(t)
			test.interrupt(t, dir)
			wantRow(t, dir, test.want)
			if test.want == "old" {
				upgraded(t, dir)
				wantRow(t, dir, "new")
			}
		})
	}
}

// An upgrade that fails leaves the old cluster, and nothing else.
func TestFailedUpgrade(t *testing.T) {
	t.Parallel()
	for name, fill := range map[string]func(context.Context, context.CancelFunc) error{
		"an error":       func(context.Context, context.CancelFunc) error { return errors.New("some reason") },
		"a cancellation": func(ctx context.Context, cancel context.CancelFunc) error { cancel(); return ctx.Err() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := oldData(t)
			before := names(t, dir)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var why error
			_, err := Upgrade(ctx, upgradable(dir), func(ctx context.Context, old, fresh Running) error {
				why = errors.Join(tellApart(ctx, old, fresh), fill(ctx, cancel))
				return why
			})
			if why == nil || !errors.Is(err, why) {
				t.Errorf("got the error %v, want %v", err, why)
			}
			if after := names(t, dir); !slices.Equal(before, after) {
				t.Errorf("the data folder has %v, want %v", after, before)
			}
			wantRow(t, dir, "old")
		})
	}
}

func TestUpgradeOfNoCluster(t *testing.T) {
	t.Parallel()
	dir := dataFolder(t)
	_, err := Upgrade(t.Context(), quick(dir), tellApart)
	if !errors.Is(err, ErrNoCluster) {
		t.Errorf("got the error %v, want %v", err, ErrNoCluster)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the refused upgrade made the data folder")
	}
}

func TestBinariesOfAnUpgrade(t *testing.T) {
	t.Parallel()
	dir := publicFolder(t)
	bin := func(version string) string { return install(t, dir, version, "initdb", "postgres") }
	old, older, fresh, newest := bin("15.3"), bin("14.2"), bin("16.3"), bin("19.1")
	for name, c := range map[string]struct {
		pgbin    string
		searched []string
		major    int
		want     []string // the versions, or parts of the error
	}{
		"the newest":             {"", []string{old, newest, fresh}, 15, []string{"15.3", "19.1"}},
		"PGBIN":                  {fresh, []string{old, newest}, 15, []string{"15.3", "16.3"}},
		"no newer one":           {"", []string{old, older}, 15, []string{"no Postgres 16 or newer was found", "npm", "set PGBIN to its folder"}},
		"no newer one to load":   {"", []string{newest, old}, 19, []string{"there is nothing to upgrade", "Postgres 19", "19.1 in " + newest}},
		"PGBIN is not newer":     {old, []string{old, fresh}, 15, []string{"there is nothing to upgrade", "15.3 in " + old, "set PGBIN"}},
		"PGBIN is older":         {older, []string{old, fresh}, 15, []string{"there is nothing to upgrade", "14.2 in " + older}},
		"PGBIN has no programs":  {dir, []string{old, fresh}, 15, []string{"PGBIN=" + dir, "is missing"}},
		"the old one is missing": {"", []string{fresh}, 15, []string{"needs the programs of both", "from Postgres 15 to 16.3", "install Postgres 15", "PATH"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to, err := finder(t, map[string]string{"PGBIN": c.pgbin}, c.searched...).upgradeBinaries(t.Context(), c.major)
			if err != nil {
				wantError(t, err, c.want...)
			} else if got := []string{from.version, to.version}; !slices.Equal(got, c.want) {
				t.Errorf("got the versions %v, want %v", got, c.want)
			}
		})
	}
}

// A start with programs of a newer version says how to move the data to it.
func TestNewerProgramsNameTheUpgrade(t *testing.T) {
	t.Parallel()
	fresh := install(t, publicFolder(t), "16.3", "initdb", "postgres")
	_, err := finder(t, nil, fresh).binaries(t.Context(), 15)
	wantError(t, err, "created by Postgres 15", "run `rehearse upgrade-postgres`")
	if _, err := finder(t, nil, fresh).binaries(t.Context(), 17); err == nil || strings.Contains(err.Error(), "upgrade-postgres") {
		t.Errorf("got the error %v, want none that names an upgrade to an older version", err)
	}
}

func TestSpaceOfAnUpgrade(t *testing.T) {
	t.Parallel()
	if err := enoughSpace("/data", 5<<20, 5<<20); err != nil {
		t.Errorf("got the error %v for a disk that is large enough", err)
	}
	wantError(t, enoughSpace("/data", 5<<20+1, 5<<20), "the disk of /data has 5 MB free", "the data, which is 5 MB")
	free, known, err := freeSpace(t.TempDir())
	if err != nil || known && free == 0 {
		t.Errorf("got %d bytes of free space (%t), %v", free, known, err)
	}
}
