package generated

import (
	"bytes"
	"os"
	"testing"
)

// go generate replaces the library's reuse of the buffer with release.
func TestEventsKeepNoBuffer(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("generated.go")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(text, []byte("buf.Reset()")) || bytes.Count(text, []byte("release(&buf)")) != 1 {
		t.Error("subscriptions reuse their buffer: run go generate ./...")
	}
	buf := bytes.NewBufferString("a large event")
	if release(buf); buf.Len() != 0 || buf.Cap() != 0 {
		t.Errorf("the buffer still has %d bytes", buf.Cap())
	}
}
