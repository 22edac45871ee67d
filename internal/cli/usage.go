package cli

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Exit codes.
const (
	exitFault         = 1
	exitConfiguration = 2
)

// errConfiguration marks what the caller has to set right.
var errConfiguration = errors.New("wrong configuration")

// misuse is an error in the command line.
type misuse struct{ error }

// Unwrap returns the cause.
func (m misuse) Unwrap() error { return m.error }

// misused returns an error in the command line; the format is that of fmt.Errorf.
func misused(format string, args ...any) error { return misuse{fmt.Errorf(format, args...)} }

// exitCode tells why the program ends: in a line for a person, or as one of the
// log where that is JSON.
func exitCode(err error, logs bool, stderr io.Writer) int {
	code := exitFault
	if errors.Is(err, errConfiguration) || errors.As(err, new(misuse)) {
		code = exitConfiguration
	}
	switch {
	case err == nil:
		return 0
	case logs:
		slog.New(slog.NewJSONHandler(stderr, nil)).Error("ended", "error", err.Error(), "exitCode", code)
	case errors.Is(err, errConfiguration):
		fmt.Fprintln(stderr, err)
	default:
		fmt.Fprintln(stderr, "rehearse:", err)
	}
	return code
}

const usage = `usage: rehearse [command]

  serve     run the server (the default): start the built-in database if it is used,
            migrate it, load the sample school into an empty one, and serve
  migrate   migrate the database to this version's schema
  sample    load sample data into an empty database: the sample school, or, with
            --size S, M or L, a large generated one (--seed N, 1 by default)
  extend    publish the slots of all weekly rules up to the policy's horizon; serve
            does this every hour
  import    import a CSV file, or standard input for -:
            import students|interviewers|availability|interviews FILE|-
            --dry-run prints the result and writes nothing, --partial writes the valid rows,
            --exempt imports interviews that break the limit, the pair, the grades or a cap
            import calendar FILE|- --interviewer ID|E-MAIL imports an iCalendar file:
            --slot-minutes N (60 by default), --whole-days skip|block (skip by default)
  export    write such a file to standard output:
            export students|interviewers|availability|interviews
                   [--from DATE] [--until DATE], for availability and interviews
  token     print an access token for a person:
            --role student|interviewer|admin --id N [--ttl 1h]
  load      load-test a running server and print rates and latencies:
            load [flags] URL; load --help lists the flags
  check     check the data against all invariants and print the violations
  version   print the version

Environment variables configure the program; the README lists them.`

// helpOf returns the part of the usage that describes a command, and the whole
// usage for no command. It returns an empty text for an unknown command.
func helpOf(command string) string {
	if command == "" {
		return usage
	}
	var lines []string
	for line := range strings.Lines(usage) {
		switch name, isCommand := strings.CutPrefix(line, "  "); {
		case isCommand && !strings.HasPrefix(name, " "):
			if len(lines) > 0 {
				return strings.TrimRight(strings.Join(lines, ""), "\n")
			}
			if word, _, _ := strings.Cut(name, " "); word == command {
				lines = append(lines, "usage: rehearse "+command+" [arguments]\n\n", line)
			}
		case len(lines) > 0 && isCommand:
			lines = append(lines, line)
		}
	}
	return strings.TrimRight(strings.Join(lines, ""), "\n")
}
