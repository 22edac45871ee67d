package localpg

import (
	"fmt"
	"os"
	"strings"
)

// serverLog is the server's log file and the offset at which this start began to write.
type serverLog struct {
	file  *os.File
	begin int64
}

// logLimit is the size above which a start truncates the log.
const logLimit = 8 << 20

func openLog(path string, a account) (*serverLog, error) {
	file, err := a.open(path)
	if err != nil {
		return nil, wrap(err, "open the server's log")
	}
	begin, err := trim(file)
	if err != nil {
		file.Close()
		return nil, wrap(err, "open the server's log %s", path)
	}
	return &serverLog{file: file, begin: begin}, nil
}

// trim truncates a file that exceeds logLimit and returns its size.
func trim(file *os.File) (int64, error) {
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	if info.Size() <= logLimit {
		return info.Size(), nil
	}
	return 0, file.Truncate(0)
}

// since returns the log of this start, or only the end of it if it is long.
func (l *serverLog) since() string {
	const most = 16 << 10
	info, err := l.file.Stat()
	if err != nil {
		return ""
	}
	from := max(l.begin, info.Size()-most)
	text := make([]byte, max(0, info.Size()-from))
	n, _ := l.file.ReadAt(text, from) // a short read only shortens the quote
	return string(text[:n])
}

// explain adds the end of the log to err.
func (l *serverLog) explain(err error) error {
	text := l.since()
	err = fmt.Errorf("%w; %s", err, quoteTail(l.file.Name(), text))
	if strings.Contains(text, "pre-existing shared memory block") {
		return &memoryInUseError{err}
	}
	return err
}

// memoryInUseError reports that processes of a killed server are still running.
type memoryInUseError struct{ error }

func (e *memoryInUseError) Unwrap() error { return e.error }

// quoteTail formats the last lines of source's output for an error message.
func quoteTail(source, text string) string {
	const most = 10
	text = strings.TrimSpace(text)
	if text == "" {
		return source + " says nothing"
	}
	lines := strings.Split(text, "\n")
	return source + " says:\n  " + strings.Join(lines[max(0, len(lines)-most):], "\n  ")
}
