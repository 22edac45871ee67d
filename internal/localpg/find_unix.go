//go:build unix

package localpg

import "os"

const exeSuffix = ""

var (
	programSuffixes = []string{""}
	neededPrograms  = []string{"initdb", "postgres"}
)

func isExecutable(info os.FileInfo) bool { return info.Mode()&0o111 != 0 }

// usualFolders returns where packages install the binaries, which is often not on PATH.
func usualFolders() []string {
	return []string{
		"/usr/lib/postgresql/*/bin", // Debian, Ubuntu
		"/usr/pgsql-*/bin",          // Red Hat and derivatives, from the PostgreSQL project
		"/usr/bin",
		"/usr/local/bin",
		"/usr/local/pgsql/bin",
		"/usr/libexec/postgresql*", // Alpine
		"/opt/homebrew/opt/postgresql*/bin",
		"/usr/local/opt/postgresql*/bin",
		"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
	}
}
