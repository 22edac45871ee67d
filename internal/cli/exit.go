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

// errConfiguration reports that the configuration is invalid.
var errConfiguration = errors.New("invalid configuration")

// usageError is an error in the command line.
type usageError struct{ error }

// Unwrap returns the cause.
func (e usageError) Unwrap() error { return e.error }

// Error returns the message in one line.
func (e usageError) Error() string { return strings.ReplaceAll(e.error.Error(), "\n", "; ") }

// usageErrorf returns an error in the command line; the format is that of fmt.Errorf.
func usageErrorf(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// exitCode reports why the program ends, as text or as an event of the log, and returns its exit code.
func exitCode(err error, asJSON bool, stderr io.Writer) int {
	code := exitFault
	if errors.Is(err, errConfiguration) || errors.As(err, new(usageError)) {
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
