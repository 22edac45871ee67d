package cli

import (
	"fmt"
	"os"
	"testing"

	"rehearse/internal/pgtest"
)

// binaryFolder is where the tests build the program.
var binaryFolder string

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	folder, err := os.MkdirTemp("", "rehearse-binary-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	binaryFolder = folder
	return pgtest.Main(m)
}
