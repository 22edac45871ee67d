package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"time"

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

const defaultTTL = time.Hour

// token prints a token. It asks no database whether there is such a person.
func (p *program) token(context.Context) error {
	actor, ttl, err := parseToken(p.args)
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
	token, err := secret.Sign(p.terms(), actor, ttl)
	if err == nil {
		_, err = fmt.Fprintln(p.stdout, token)
	}
	return err
}

func parseToken(args []string) (booking.Actor, time.Duration, error) {
	flags := flag.NewFlagSet("token", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	role := flags.String("role", "", "")
	id := flags.String("id", "", "")
	ttl := flags.Duration("ttl", defaultTTL, "")
	if err := flags.Parse(args); err != nil {
		return booking.Actor{}, 0, fmt.Errorf("%w; --role, --id and --ttl are expected", err)
	}
	if flags.NArg() > 0 {
		return booking.Actor{}, 0, fmt.Errorf("unexpected argument %q; --role, --id and --ttl are expected", flags.Arg(0))
	}
	actor, err := identity.ParseActor(*role, *id)
	if *ttl < time.Second {
		err = errors.Join(err, fmt.Errorf("the ttl is %s; a duration of at least 1s is expected", *ttl))
	}
	return actor, *ttl, err
}
