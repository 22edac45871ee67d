//go:build unix

package localpg

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// socketPort only determines the name of the socket file: the server has no network port.
const socketPort = 5432

// socketDir returns the folder of the socket. It is short because a socket's path is limited
// to 103 bytes on some systems, and it does not depend on TMPDIR so that all processes that use
// the data folder agree on it.
func (c *cluster) socketDir() string {
	sum := sha256.Sum256([]byte(c.dir))
	return filepath.Join("/tmp", "rehearse-"+hex.EncodeToString(sum[:8]))
}

func (c *cluster) socketFiles() []string {
	socket := filepath.Join(c.socketDir(), ".s.PGSQL."+strconv.Itoa(socketPort))
	return []string{socket, socket + ".lock"}
}

// removeSocketDir removes the folder after the server has exited. If files are left in it,
// the next start removes them.
func (c *cluster) removeSocketDir() { _ = os.Remove(c.socketDir()) }

// prepareAddress makes the private folder of the socket. Trust authentication is safe because
// only the server's account and root can enter the folder.
func (c *cluster) prepareAddress() (address, error) {
	dir := c.socketDir()
	err := os.Mkdir(dir, 0o700)
	if err == nil {
		err = c.account.give(dir)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return address{}, wrap(err, "make the folder of the socket")
	}
	if err := c.checkPrivate(dir); err != nil {
		return address{}, err
	}
	return address{host: dir, port: socketPort}, nil
}

// checkPrivate returns an error if another user may have created or may access the folder.
func (c *cluster) checkPrivate(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return wrap(err, "folder of the socket")
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || info.Mode().Perm() != 0o700 || int(stat.Uid) != c.account.uid {
		return fmt.Errorf("%s is not a private folder (mode 0700) of user %s, which the socket requires; remove it", dir, c.account.name)
	}
	return nil
}

func (c *cluster) addressOf(pidFile) (address, error) {
	return address{host: c.socketDir(), port: socketPort}, c.checkPrivate(c.socketDir())
}

// foreign reports whether the server of the pid file was not started by this package.
func (c *cluster) foreign(pf pidFile) bool {
	return pf.socketDir != "" && pf.socketDir != c.socketDir()
}

func (a address) settings() map[string]string {
	return map[string]string{
		"listen_addresses":        "",
		"port":                    strconv.Itoa(a.port),
		"unix_socket_directories": a.host,
		"unix_socket_permissions": "0700",
	}
}

// authArgs returns the authentication arguments of initdb.
func (c *cluster) authArgs() ([]string, error) { return []string{"--auth=trust"}, nil }
