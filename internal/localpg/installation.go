package localpg

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
)

// installation notices that the programs of a running server are replaced on disk.
type installation struct {
	binaries
	libraries string // the folder of the server's modules, empty if it is not found
	running   uint64 // the fingerprint at the server's start
	seen      uint64 // the last one that differs
	rejected  uint64 // the one that was found not to run
}

func watchInstallation(bin binaries) *installation {
	i := &installation{binaries: bin, libraries: moduleFolder(bin.dir)}
	i.running = i.fingerprint()
	return i
}

// moduleFolder answers the folder of plpgsql, which each session may load, as packagers place it
// beside the programs.
func moduleFolder(bin string) string {
	prefix := globQuote(filepath.Dir(bin))
	for _, pattern := range []string{
		"lib", "lib/postgresql*", "lib/pgsql*", "lib64/pgsql*", "../lib/postgresql*", // of Alpine, whose programs are in libexec
	} {
		found, _ := filepath.Glob(filepath.Join(prefix, filepath.FromSlash(pattern), "plpgsql.*")) // the only error is a malformed pattern
		if len(found) > 0 {
			return filepath.Dir(found[0])
		}
	}
	return ""
}

// fingerprint differs when a file of the installation is another one than before, or is missing.
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
	entries, _ := os.ReadDir(i.libraries) // without the folder, nothing is in it
	for _, entry := range entries {
		if !entry.IsDir() {
			note(filepath.Join(i.libraries, entry.Name()))
		}
	}
	return hash.Sum64()
}

// replaced reports, once for each state on disk, that it is another one than at the server's
// start and does not change any more.
func (i *installation) replaced() bool {
	now := i.fingerprint()
	settled := now == i.seen
	i.seen = now
	return settled && now != i.running && now != i.rejected
}
