package localpg

import "os"

const exeSuffix = ".exe"

var (
	programSuffixes = []string{".exe", ".cmd", ".bat"}
	neededPrograms  = []string{"initdb", "postgres", "pg_ctl"}
)

func isExecutable(os.FileInfo) bool { return true }

// usualFolders returns where installers put the binaries, which is often not on PATH.
func usualFolders() []string {
	return []string{`C:\Program Files\PostgreSQL\*\bin`, `C:\Program Files (x86)\PostgreSQL\*\bin`}
}
