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

// keys returns the configured token keys, or the key in the data folder if none is configured.
func (s *session) keys() (identity.Keys, error) {
	switch c := s.config; {
	case c.TokenIssuer() != "":
		return identity.NewProvider(identity.ProviderOptions{Issuer: c.OIDCIssuer, Clock: s.now, Log: s.log}), nil
	case c.PublicKey != nil:
		return identity.NewReplaceableKey(*c.PublicKey), nil
	case c.Secret != nil:
		return *c.Secret, nil
	default:
		return identity.LocalSecret(c.DataDir)
	}
}

// serverKeys is like keys, but creates the key in the data folder if necessary.
func (s *session) serverKeys() (identity.Keys, error) {
	if !s.config.KeepsKey() {
		return s.keys()
	}
	if err := localpg.MakeDataDir(s.config.DataDir); err != nil {
		return nil, fmt.Errorf("cannot make the data folder %s: %w", s.config.DataDir, err)
	}
	if err := identity.MakeLocalSecret(s.config.DataDir); err != nil {
		return nil, err
	}
	return s.keys()
}

// terms returns the token terms. They use the real time and not CLOCK_OFFSET.
func (s *session) terms() identity.Terms {
	c := s.config
	return identity.Terms{Issuer: c.JWTIssuer, Audience: c.JWTAudience, RoleClaim: c.JWTRoleClaim, IDClaim: c.JWTIDClaim, SchoolClaim: c.JWTSchoolClaim, School: c.School, Clock: s.now}
}

func (s *session) newVerifier(keys identity.Keys, terms identity.Terms) *identity.Verifier {
	withoutToken := booking.Actor{Role: booking.RoleAnonymous}
	if s.config.Auth == config.AuthLocal {
		withoutToken.Role = booking.RoleAdmin // AUTH=local trusts local callers
	}
	return identity.New(keys, terms, withoutToken)
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
		long: `Print a token signed with JWT_SECRET, or with the key that serve keeps in the data folder. The
command does not use the database, so it does not check that the person exists. It writes no
files. With SCHOOL, the token is for that school.`,
		example:   "  rehearse token --role student --id 101\n  rehearse token --role admin --id 0 --ttl 10m",
		variables: []string{"JWT_SECRET", "DATA_DIR", "JWT_ISSUER", "JWT_AUDIENCE", "JWT_ROLE_CLAIM", "JWT_ID_CLAIM", "JWT_SCHOOL_CLAIM", "SCHOOL"},
		fault:     "there is no key in the data folder",
		purpose:   config.PurposeSign,
		quiet:     true,
	}, func(_ context.Context, s *session, _ []string) error { return s.token(request) })
	choiceFlag(cmd, &request.role, "role", "", []string{"student", "interviewer", "admin"}, "the `ROLE` of the person: student, interviewer or admin; required")
	cmd.Flags().StringVar(&request.id, "id", "", "the `ID` of the person, at least 1, or for an administrator at least 0; required")
	durationFlag(cmd, &request.ttl, "ttl", time.Hour, time.Second, "the token expires after this `DURATION`")
	noFiles(cmd, "id")
	return cmd
}

// token prints a token.
func (s *session) token(request tokenRequest) error {
	switch {
	case request.role == "":
		return usageErrorf("token: --role is missing; expected student, interviewer or admin")
	case request.id == "":
		return usageErrorf("token: --id is missing; expected the id of the person")
	}
	actor, err := identity.ParseActor(request.role, request.id)
	if err != nil {
		return usageErrorf("token: %w", err)
	}
	if s.config.Auth == config.AuthJWT && s.config.KeepsKey() {
		return fmt.Errorf("%w: token: AUTH is jwt, which is the default with DATABASE_URL or if ADDR is not a loopback address, "+
			"so the server does not use the key in the data folder; "+
			"set JWT_SECRET to the value that the server has", errConfiguration)
	}
	keys, err := s.keys()
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no key in the data folder %s; set DATA_DIR to the folder of the server, or JWT_SECRET to its secret; "+
			"`rehearse serve` creates the key at its first start", s.config.DataDir)
	}
	if err != nil {
		return err
	}
	secret, signs := keys.(identity.Secret)
	if !signs {
		return fmt.Errorf("%w: token: with JWT_PUBLIC_KEY_FILE or OIDC_ISSUER this program cannot sign tokens; "+
			"set JWT_SECRET instead, or AUTH=local with none of the three", errConfiguration)
	}
	token, err := secret.Sign(s.terms(), actor, request.ttl)
	if err == nil {
		_, err = fmt.Fprintln(s.stdout, token)
	}
	return err
}
