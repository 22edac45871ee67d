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

// errConfiguration marks an error that the caller has to fix in the configuration.
var errConfiguration = errors.New("invalid configuration")

// misuse is an error in the command line.
type misuse struct{ error }

// Unwrap returns the cause.
func (m misuse) Unwrap() error { return m.error }

// Error returns the message in one line.
func (m misuse) Error() string { return strings.ReplaceAll(m.error.Error(), "\n", "; ") }

// misused returns an error in the command line; the format is that of fmt.Errorf.
func misused(format string, args ...any) error { return misuse{fmt.Errorf(format, args...)} }

// exitCode reports why the program ends, as text or as an event of the log, and returns its exit code.
func exitCode(err error, asJSON bool, stderr io.Writer) int {
	code := exitFault
	if errors.Is(err, errConfiguration) || errors.As(err, new(misuse)) {
		code = exitConfiguration
	}
	switch {
	case err == nil:
		return 0
	case asJSON:
		slog.New(slog.NewJSONHandler(stderr, nil)).Error("ended", "error", err.Error(), "exitCode", code)
	case errors.Is(err, errConfiguration):
		fmt.Fprintln(stderr, err)
	default:
		fmt.Fprintln(stderr, "rehearse:", err)
	}
	return code
}
