package localpg

import (
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
)

// program is the name of this program's folders within shared ones.
const program = "rehearse"

// DefaultDataDir returns the default folder of the database. It is in the user's data folder
// or, for root, /var/lib/rehearse, because the server's account cannot enter root's home.
func DefaultDataDir(env func(string) string) (string, error) {
	if runtime.GOOS == "windows" {
		if local := env("LOCALAPPDATA"); local != "" {
			return filepath.Join(local, program), nil
		}
		return "", errors.New("LOCALAPPDATA is not set; set DATA_DIR to the data folder")
	}
	if isRoot() {
		return filepath.Join("/var/lib", program), nil
	}
	if xdg := env("XDG_DATA_HOME"); filepath.IsAbs(xdg) && runtime.GOOS != "darwin" {
		return filepath.Join(xdg, program), nil
	}
	home, err := homeFolder(env)
	if err != nil {
		return "", err
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Application Support", program), nil
	}
	return filepath.Join(home, ".local", "share", program), nil
}

// MakeDataDir makes the data folder, for callers that use it before a server has run.
func MakeDataDir(dir string) error { return makeFolder(dir) }

func homeFolder(env func(string) string) (string, error) {
	if home := env("HOME"); filepath.IsAbs(home) {
		return home, nil
	}
	if u, err := user.Current(); err == nil && filepath.IsAbs(u.HomeDir) {
		return u.HomeDir, nil
	}
	return "", errors.New("neither HOME nor the user database has a home folder; set DATA_DIR to the data folder")
}

// cacheFolder returns the folder of downloaded binaries.
func (c *cluster) cacheFolder() (string, error) {
	if c.CacheDir != "" {
		return filepath.Abs(c.CacheDir)
	}
	if isRoot() {
		return filepath.Join("/var/cache", program), nil
	}
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, program), err
}
