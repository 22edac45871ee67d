package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"rehearse/internal/load"
)

// load makes load on a server that runs, this one or another.
func (p *program) load(ctx context.Context) error {
	options, err := load.ParseArgs(p.args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		_, err = fmt.Fprintln(p.stdout, load.Usage)
		return err
	case err != nil:
		return misused("load: %w", err)
	}
	if options.Token == "" {
		options.Token = p.config.LoadToken
	}
	options.Now = p.now
	result, err := load.Run(ctx, options)
	if err != nil {
		return err
	}
	if options.JSON {
		err = result.WriteJSON(p.stdout)
	} else {
		err = result.WriteTable(p.stdout)
	}
	if n := result.Errors(options.AllowShed); err == nil && n > 0 {
		err = fmt.Errorf("%d requests went wrong", n)
	}
	return err
}
