// Command rehearse serves the GraphQL API of a school that books mock
// interviews. Package cli has its commands.
package main

import (
	_ "embed"
	"os"

	"rehearse/internal/cli"
)

//go:embed schema.graphqls
var schema string

func main() { os.Exit(cli.Main(schema)) }
