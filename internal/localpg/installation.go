package localpg

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
)

// installation detects when the programs of a running server are replaced on disk.
type installation struct {
	binaries
	libraries string // folder of the server's modules; empty if not found
	running   uint64 // fingerprint at the server's start
	seen      uint64 // fingerprint at the last check
	rejected  uint64 // fingerprint of programs that do not run
}

func watchInstallation(bin binaries) *installation {
	i := &installation{binaries: bin, libraries: moduleFolder(bin.dir)}
	i.running = i.fingerprint()
	return i
}

// moduleFolder returns the folder of plpgsql, a module that each session may load. Packages
// install it near the programs.
func moduleFolder(bin string) string {
	prefix := globQuote(filepath.Dir(bin))
	for _, pattern := range []string{
		"lib", "lib/postgresql*", "lib/pgsql*", "lib64/pgsql*", "../lib/postgresql*", // Alpine, whose programs are in libexec
	} {
		found, _ := filepath.Glob(filepath.Join(prefix, filepath.FromSlash(pattern), "plpgsql.*")) // the only error is a malformed pattern
		if len(found) > 0 {
			return filepath.Dir(found[0])
		}
	}
	return ""
}

// fingerprint returns a hash that changes when a file of the installation is replaced or
// removed.
func (i *installation) fingerprint() uint64 {
	hash := fnv.New64a()
	note := func(path string) {
		info, err := os.Stat(path)
		if err != nil {
			fmt.Fprintln(hash, path, "is missing")
			return
		}
		fmt.Fprintln(hash, path, info.Size(), info.ModTime().UnixNano(), inode(info))
	}
	note(i.tool("postgres"))
	if i.libraries == "" {
		return hash.Sum64()
	}
	entries, _ := os.ReadDir(i.libraries) // a missing folder counts as empty
	for _, entry := range entries {
		if !entry.IsDir() {
			note(filepath.Join(i.libraries, entry.Name()))
		}
	}
	return hash.Sum64()
}

// replaced reports whether the installation differs from the one at the server's start and has
// not changed since the last check. It ignores a rejected state.
func (i *installation) replaced() bool {
	now := i.fingerprint()
	settled := now == i.seen
	i.seen = now
	return settled && now != i.running && now != i.rejected
}
