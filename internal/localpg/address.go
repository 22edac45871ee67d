package localpg

import (
	"fmt"
	"strings"
)

// address is how clients reach the server.
type address struct {
	host     string // folder of the socket, or an IP address
	port     int
	password string // empty for a socket
}

func (a address) dsn(database string) string {
	// Every setting is given, so that PG* environment variables have no effect.
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
