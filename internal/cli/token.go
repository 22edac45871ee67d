package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"rehearse/internal/booking"
	"rehearse/internal/config"
	"rehearse/internal/identity"
	"rehearse/internal/localpg"
)

// keys are what the tokens of this configuration are signed with: the key of
// the data folder where none is named, which serverKeys makes.
func (p *program) keys() (identity.Keys, error) {
	switch c := p.config; {
	case c.OIDCIssuer != "":
		return identity.NewProvider(identity.ProviderOptions{Issuer: c.OIDCIssuer, Clock: p.now, Log: p.log}), nil
	case c.PublicKey != nil:
		return identity.NewReplaceableKey(*c.PublicKey), nil
	case c.Secret != nil:
		return *c.Secret, nil
	default:
		return identity.LocalSecret(c.DataDir)
	}
}

// serverKeys makes the key of the data folder first, where none is named.
func (p *program) serverKeys() (identity.Keys, error) {
	if !p.config.KeepsKey() {
		return p.keys()
	}
	if err := localpg.MakeDataDir(p.config.DataDir); err != nil {
		return nil, fmt.Errorf("make the data folder %s: %w", p.config.DataDir, err)
	}
	if err := identity.MakeLocalSecret(p.config.DataDir); err != nil {
		return nil, err
	}
	return p.keys()
}

// terms: a token is of the real time, whatever the school's clock shows.
func (p *program) terms() identity.Terms {
	return identity.Terms{Issuer: p.config.JWTIssuer, Audience: p.config.JWTAudience, Clock: p.now}
}

func (p *program) newVerifier(keys identity.Keys) *identity.Verifier {
	withoutToken := booking.Actor{Role: booking.RoleAnonymous}
	if p.config.Auth == config.AuthLocal {
		withoutToken.Role = booking.RoleAdmin // who reaches a loopback address runs the school
	}
	return identity.New(keys, p.terms(), withoutToken)
}

// tokenRequest is the flags of the token command.
type tokenRequest struct {
	role, id string
	ttl      time.Duration
}

func (p *program) tokenCommand() *cobra.Command {
	var request tokenRequest
	cmd := p.command(spec{
		name: "token", group: groupTools,
		short: "Print an access token for a person",
		long: `Print a token signed with JWT_SECRET, or with the key that serve keeps in the data folder. The command starts no
database, so it does not check that the person exists, and it writes no files.`,
		example:   "  rehearse token --role student --id 101\n  rehearse token --role admin --id 0 --ttl 10m",
		variables: []string{"JWT_SECRET", "DATA_DIR", "JWT_ISSUER", "JWT_AUDIENCE"},
		fault:     "there is no key in the data folder",
		purpose:   config.Sign,
		quiet:     true,
		run:       func(context.Context, []string) error { return p.token(request) },
	})
	choiceFlag(cmd, &request.role, "role", "", []string{"student", "interviewer", "admin"}, "the `ROLE` of the person: student, interviewer or admin; required")
	cmd.Flags().StringVar(&request.id, "id", "", "the `ID` of the person, at least 1, or for an administrator at least 0; required")
	durationFlag(cmd, &request.ttl, "ttl", time.Hour, time.Second, "the token expires after this `DURATION`")
	noFiles(cmd, "id")
	return cmd
}

// token prints a token.
func (p *program) token(request tokenRequest) error {
	switch {
	case request.role == "":
		return misused("token: --role is missing; expected student, interviewer or admin")
	case request.id == "":
		return misused("token: --id is missing; expected the id of the person")
	}
	actor, err := identity.ParseActor(request.role, request.id)
	if err != nil {
		return misused("token: %w", err)
	}
	if p.config.Auth == config.AuthJWT && p.config.KeepsKey() {
		return fmt.Errorf("%w: token: AUTH is jwt, which is the default with DATABASE_URL, so the server does not use the key in the data folder; "+
			"set JWT_SECRET to the value that the server has", errConfiguration)
	}
	keys, err := p.keys()
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no key in the data folder %s; set DATA_DIR to the folder of the server, or JWT_SECRET to its secret; "+
			"`rehearse serve` creates the key at its first start", p.config.DataDir)
	}
	if err != nil {
		return err
	}
	secret, signs := keys.(identity.Secret)
	if !signs {
		return fmt.Errorf("%w: token: with JWT_PUBLIC_KEY_FILE or OIDC_ISSUER this program cannot sign tokens; "+
			"set JWT_SECRET instead, or AUTH=local with none of the three", errConfiguration)
	}
	token, err := secret.Sign(p.terms(), actor, request.ttl)
	if err == nil {
		_, err = fmt.Fprintln(p.stdout, token)
	}
	return err
}
