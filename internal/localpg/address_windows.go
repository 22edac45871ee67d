package localpg

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
)

const loopback = "127.0.0.1"

func (c *cluster) passwordFile() string { return filepath.Join(c.dir, "password") }

// prepareAddress picks a free port. If another program takes it before the server does, the
// start fails with an error that says so.
func (c *cluster) prepareAddress() (address, error) {
	listener, err := net.Listen("tcp", loopback+":0")
	if err != nil {
		return address{}, wrap(err, "find a free port")
	}
	defer listener.Close()
	port, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return address{}, fmt.Errorf("find a free port: %s is not one", listener.Addr())
	}
	return c.addressOf(pidFile{port: port.Port})
}

func (c *cluster) addressOf(pf pidFile) (address, error) {
	password, err := os.ReadFile(c.passwordFile())
	return address{host: loopback, port: pf.port, password: string(password)}, wrap(err, "password of the local Postgres")
}

// foreign reports whether the server of the pid file was not started by this package.
func (c *cluster) foreign(pf pidFile) bool { return pf.listens != "" && pf.listens != loopback }

func (c *cluster) socketFiles() []string { return nil }
func (c *cluster) removeSocketDir()      {}

func (a address) settings() map[string]string {
	return map[string]string{"listen_addresses": a.host, "port": strconv.Itoa(a.port), "unix_socket_directories": ""}
}

// authArgs returns the authentication arguments of initdb. Clients need the password, which is
// stored in the data folder.
func (c *cluster) authArgs() ([]string, error) {
	if _, err := os.Stat(c.passwordFile()); errors.Is(err, fs.ErrNotExist) {
		if err := os.WriteFile(c.passwordFile(), []byte(rand.Text()), 0o600); err != nil {
			return nil, wrap(err, "write the password of the local Postgres")
		}
	}
	return []string{"--auth=scram-sha-256", "--pwfile=" + c.passwordFile()}, nil
}
