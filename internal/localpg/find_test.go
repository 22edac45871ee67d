//go:build unix

package localpg

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// install makes a folder that looks like an installed Postgres and returns its path.
func install(t *testing.T, under, version string, programs ...string) string {
	t.Helper()
	dir := filepath.Join(under, version, "bin")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range programs {
		script(t, filepath.Join(dir, name), "echo '"+name+" (PostgreSQL) "+version+" (Fake 1.0)'")
	}
	return dir
}

func script(t *testing.T, path, text string) {
	t.Helper()
	place(t, path, []byte("#!/bin/sh\n"+text+"\n"))
}

// finder returns a cluster that looks for binaries only where the test says.
func finder(t *testing.T, env map[string]string, searched ...string) *cluster {
	t.Helper()
	c, err := openCluster(Options{
		DataDir:  dataFolder(t),
		CacheDir: filepath.Join(publicFolder(t), "cache"),
		Env:      func(name string) string { return env[name] },
		searched: append([]string{}, searched...),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFindBinaries(t *testing.T) {
	t.Parallel()
	dir := publicFolder(t)
	for _, version := range []string{"9.6.24", "13.9", "14.2", "16.3", "17beta1"} {
		install(t, dir, version, "initdb", "postgres")
	}
	half := install(t, dir, "20.1", "postgres") // clients and server are often packaged separately
	broken := install(t, dir, "21", "initdb")
	script(t, filepath.Join(broken, "postgres"), "exit 1")
	all := filepath.Join(dir, "*", "bin")
	onPath := publicFolder(t)
	if err := os.Symlink(filepath.Join(dir, "16.3", "bin", "postgres"), filepath.Join(onPath, "postgres")); err != nil {
		t.Fatal(err)
	}
	config := publicFolder(t)
	script(t, filepath.Join(config, "pg_config"), "echo "+filepath.Join(dir, "14.2", "bin"))

	for name, c := range map[string]struct {
		env      map[string]string
		searched []string
		major    int
		want     string // version, or part of the error
	}{
		"the highest":                 {searched: []string{all}, want: "17beta1"},
		"the cluster's version":       {searched: []string{all}, major: 14, want: "14.2"},
		"a cluster that is too old":   {searched: []string{all}, major: 13, want: "created by Postgres 13"},
		"no matching version":         {searched: []string{all}, major: 15, want: "found: 14.2 in"},
		"no Postgres for the cluster": {major: 15, want: "found: none; install Postgres 15"},
		"a link on PATH":              {env: map[string]string{"PATH": onPath}, want: "16.3"},
		"pg_config":                   {env: map[string]string{"PATH": config}, want: "14.2"},
		"the higher of the two":       {env: map[string]string{"PATH": config + ":" + onPath}, want: "16.3"},
		"PGBIN takes precedence":      {env: map[string]string{"PGBIN": filepath.Join(dir, "14.2", "bin")}, searched: []string{all}, want: "14.2"},
		"PGBIN without initdb":        {env: map[string]string{"PGBIN": half}, searched: []string{all}, want: "initdb is missing"},
		"PGBIN that does not run":     {env: map[string]string{"PGBIN": broken}, searched: []string{all}, want: "exit status 1"},
		"PGBIN too old":               {env: map[string]string{"PGBIN": filepath.Join(dir, "13.9", "bin")}, want: "14 or newer"},
		"PGBIN of another version than the cluster": {
			env: map[string]string{"PGBIN": filepath.Join(dir, "16.3", "bin")}, searched: []string{all}, major: 14, want: "created by Postgres 14",
		},
		"a relative PATH is not searched": {env: map[string]string{"PATH": ".:bin:"}, want: "no Postgres 14 or newer was found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := finder(t, c.env, c.searched...).binaries(t.Context(), c.major)
			if err != nil {
				wantError(t, err, c.want)
			} else if b.version != c.want {
				t.Errorf("found %s in %s, want %s", b.version, b.dir, c.want)
			}
		})
	}
}

func TestClusterOfAnotherVersionIsRefused(t *testing.T) {
	t.Parallel()
	o := quick(clusterFolder(t))
	s := start(t, o)
	stop(t, s)
	bin, err := s.cluster.binaries(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	version := filepath.Join(s.cluster.pgdata(), "PG_VERSION")
	original, err := os.ReadFile(version)
	if err != nil {
		t.Fatal(err)
	}
	for other, want := range map[string][]string{
		"13":  {"Postgres 13", bin.version, bin.dir, "the data is unchanged"},
		"99":  {"Postgres 99", bin.version, bin.dir, "the data is unchanged"},
		"9.6": {`"9.6"`, version},
	} {
		t.Run(other, func(t *testing.T) {
			if err := os.WriteFile(version, []byte(other+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			before := digest(t, o.DataDir)
			_, err := Start(t.Context(), o)
			wantError(t, err, want...)
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %v", err)
			}
			if !bytes.Equal(before, digest(t, o.DataDir)) {
				t.Error("the refused start changed the data folder")
			}
		})
	}
	if err := os.WriteFile(version, original, 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, o)
}

// digest hashes the names, modes and contents of all files under root.
func digest(t *testing.T, root string) []byte {
	t.Helper()
	sum := sha256.New()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fmt.Fprintln(sum, path, entry.Type())
		if !entry.Type().IsRegular() {
			return nil
		}
		content, err := os.ReadFile(path)
		sum.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum.Sum(nil)
}

func TestNonClusterFolderIsRefused(t *testing.T) {
	t.Parallel()
	dir := dataFolder(t)
	precious := filepath.Join(dir, "pgdata", "precious")
	if err := os.MkdirAll(precious, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), quick(dir))
	wantError(t, err, filepath.Join(dir, "pgdata"), "is not a Postgres cluster")
	if _, err := os.Stat(precious); err != nil {
		t.Error(err)
	}
}

func TestDataFolderIsRequired(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), Options{})
	wantError(t, err, "data folder")
}
