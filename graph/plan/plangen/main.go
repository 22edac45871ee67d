// Command plangen runs gqlgen with a plugin that writes graph/generated/planned.go, which
// describes the fields of the planned types for package plan. `go generate` runs it.
package main

import (
	"fmt"
	"io"
	"log"
	"os"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen/config"
)

// planned names the types whose selections are planned. The types that their fields lead to
// are planned as well, so only the types of the outermost fields are named here.
var planned = []string{
	"AvailableSlotConnection",
	"SlotConnection",
	"InterviewerConnection",
	"StudentConnection",
	"InterviewConnection",
}

func main() {
	log.SetOutput(io.Discard) // gqlgen logs what it does
	if err := generate(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func generate() error {
	cfg, err := config.LoadConfigFromDefaultLocations()
	if err != nil {
		return fmt.Errorf("read gqlgen.yml: %w", err)
	}
	return api.Generate(cfg, api.AddPlugin(plugin{planned}))
}
