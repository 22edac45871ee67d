package websession_test

import (
	"os"
	"testing"

	"rehearse/internal/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
