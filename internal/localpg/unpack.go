package localpg

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

// unpack extracts the native/ part of an npm archive to the folder dir. No entry can escape
// dir. All files are world-readable because the server may run as another account.
func unpack(archive io.Reader, dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir) // refuses paths and links that lead outside
	if err != nil {
		return err
	}
	defer root.Close()
	plain, err := gzip.NewReader(archive)
	if err != nil {
		return err
	}
	entries := tar.NewReader(plain)
	for {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return replayLinks(root)
		}
		if err != nil {
			return err
		}
		name, ok := strings.CutPrefix(path.Clean(entry.Name), "package/native/")
		if !ok || entry.Typeflag != tar.TypeReg {
			continue // npm packs only files, and the package's scripts are not needed
		}
		if err := unpackFile(root, path.Join("native", name), entry.FileInfo().Mode().Perm(), entries); err != nil {
			return err
		}
	}
}

func unpackFile(root *os.Root, name string, perm fs.FileMode, content io.Reader) error {
	if err := makeParents(root, name); err != nil {
		return err
	}
	perm = 0o644 | perm&0o100 | perm&0o100>>3 | perm&0o100>>6
	// A process that starts now would inherit the open file, and executing it would fail with
	// "text file busy".
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	file, err := root.OpenFile(filepath.FromSlash(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Chmod(perm), file.Close()) // Chmod overrides the umask
}

// makeParents makes the parents of name, world-accessible whatever the umask.
func makeParents(root *os.Root, name string) error {
	parent := path.Dir(name)
	if _, err := root.Stat(filepath.FromSlash(parent)); err == nil || parent == "." {
		return nil
	}
	if err := makeParents(root, parent); err != nil {
		return err
	}
	if err := root.Mkdir(filepath.FromSlash(parent), 0o755); err != nil {
		return err
	}
	return root.Chmod(filepath.FromSlash(parent), 0o755)
}

// replayLinks makes the symbolic links, which npm cannot pack and the package lists in a file.
func replayLinks(root *os.Root) error {
	const list = "native/pg-symlinks.json"
	text, err := root.ReadFile(filepath.FromSlash(list))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(text, &links); err != nil {
		return wrap(err, "%s", list)
	}
	for _, link := range links {
		source, target := filepath.FromSlash(link.Source), filepath.FromSlash(link.Target)
		if !filepath.IsLocal(source) || !filepath.IsLocal(target) {
			return fmt.Errorf("%s links %q to %q, which is outside the folder", list, link.Target, link.Source)
		}
		to, err := filepath.Rel(filepath.Dir(target), source)
		if err != nil {
			return err
		}
		if err := makeParents(root, link.Target); err != nil {
			return err
		}
		if err := root.Symlink(to, target); err != nil {
			return err
		}
	}
	return nil
}
