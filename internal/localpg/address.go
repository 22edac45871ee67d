package localpg

import (
	"fmt"
	"strings"
)

// address is how clients reach the server.
type address struct {
	host     string // the folder of the socket, or an IP address
	port     int
	password string // empty on a socket
}

func (a address) dsn(database string) string {
	// Everything is named, so that PG* variables of the environment change nothing.
	dsn := fmt.Sprintf("host=%s port=%d user=%s dbname=%s sslmode=disable target_session_attrs=any",
		quoteDSN(a.host), a.port, superuser, quoteDSN(database))
	if a.password != "" {
		dsn += " password=" + quoteDSN(a.password)
	}
	return dsn
}

func quoteDSN(value string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'"
}
