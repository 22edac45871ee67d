package config_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rehearse/internal/config"
)

func load(values map[string]string) (config.Config, error) {
	return config.Load(func(name string) string { return values[name] }, config.PurposeServe)
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	c, err := load(nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "127.0.0.1:8080" || c.Auth != config.AuthLocal || !c.Embedded() || !bool(c.SampleData) || !bool(c.Migrate) ||
		c.Zone != time.UTC || c.ClockOffset != 0 || c.LogLevel != slog.LevelInfo {
		t.Errorf("got the defaults %+v", c)
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	c, err := load(map[string]string{
		"ADDR": "[::1]:9000", "OPS_ADDR": ":9001", "SAMPLE_DATA": "off", "MIGRATE": "off", "CLOCK_OFFSET": "-48h30m",
		"DEFAULT_TIME_ZONE": "Asia/Kolkata", "LOG_LEVEL": "debug", "LOG_FORMAT": "json", "DATABASE_MAX_CONNS": "5",
		"DATABASE_URL": "postgres://u:p@h1:5432,h2:5433/db?target_session_attrs=read-write", "AUTH": "local",
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "[::1]:9000" || c.OpsAddr != ":9001" || bool(c.SampleData) || bool(c.Migrate) || c.ClockOffset != -48*time.Hour-30*time.Minute ||
		c.Zone.String() != "Asia/Kolkata" || c.LogLevel != slog.LevelDebug || c.DatabaseMaxConns != 5 || c.Embedded() {
		t.Errorf("got the values %+v", c)
	}
}

func TestDrainDelay(t *testing.T) {
	t.Parallel()
	const external = "postgres://u@h/db"
	for _, test := range []struct {
		name, url, delay string
		want             time.Duration
	}{
		{"the built-in Postgres", "", "", 0},
		{"the built-in Postgres, set", "", "2s", 2 * time.Second},
		{"another Postgres", external, "", 5 * time.Second},
		{"another Postgres, set", external, "2s", 2 * time.Second},
		{"another Postgres, off", external, "0s", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, err := load(map[string]string{"DATABASE_URL": test.url, "DRAIN_DELAY": test.delay, "AUTH": "local"})
			if err != nil || c.DrainDelay != test.want {
				t.Errorf("got %v and the error %v, want %v", c.DrainDelay, err, test.want)
			}
		})
	}
}

func TestWrongValues(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, value, says string }{
		{"ADDR", "nowhere", `ADDR is "nowhere"; expected host:port with a port from 1 to 65535, or 0 for any free port`},
		{"ADDR", "127.0.0.1:99999", "a port from 1 to 65535"},
		{"ADDR", "0.0.0.0:8080", "expected one of JWT_SECRET, JWT_PUBLIC_KEY_FILE and OIDC_ISSUER"},
		{"ADDR", "example.org:8080", "expected one of JWT_SECRET, JWT_PUBLIC_KEY_FILE and OIDC_ISSUER"},
		{"OPS_ADDR", "x", `OPS_ADDR is "x"`},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318", `OTEL_EXPORTER_OTLP_ENDPOINT is "localhost:4318"; expected a URL such as`},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "ftp://host", "a URL such as"},
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "http/protobuf"},
		{"SAMPLE_DATA", "yes", `SAMPLE_DATA is "yes"; expected on or off`},
		{"MIGRATE", "true", "on or off"},
		{"CLOCK_OFFSET", "tomorrow", "a duration such as"},
		{"DEFAULT_TIME_ZONE", "Mars", `DEFAULT_TIME_ZONE is "Mars"`},
		{"LOG_LEVEL", "loud", "debug, info, warn or error"},
		{"LOG_FORMAT", "xml", "text or json"},
		{"DATABASE_MAX_CONNS", "0", "of at least 1"},
		{"DATABASE_MAX_CONNS", "many", "a whole number"},
		{"DATABASE_MAX_CONNS_PER_CALLER", "-1", "a whole number of at least 0"},
		{"OPERATION_TIMEOUT", "-1s", "a positive duration"},
		{"GOGC", "0", "a whole number of at least 1"},
		{"GOGC", "off", "a whole number of at least 1"},
		{"OPERATION_TIMEOUT", "10", `OPERATION_TIMEOUT is "10"; expected a positive duration such as 10s or 2m`},
		{"RATE_LIMIT_PER_SECOND", "fast", `RATE_LIMIT_PER_SECOND is "fast"; expected a number above 0`},
		{"SHUTDOWN_TIMEOUT", "0s", "a positive duration"},
		{"DATABASE_WAIT", "-1s", `DATABASE_WAIT is "-1s"; expected a duration of at least 0s`},
		{"DRAIN_DELAY", "-1s", `DRAIN_DELAY is "-1s"; expected a duration of at least 0s, such as 5s`},
		{"DRAIN_DELAY", "5", `DRAIN_DELAY is "5"; expected a duration of at least 0s`},
		{"MAX_OPERATIONS", "0", "a whole number of at least 1"},
		{"MAX_OPERATIONS_PER_CALLER", "-1", "a whole number of at least 0"},
		{"MAX_SUBSCRIPTIONS_PER_CALLER", "0", "a whole number of at least 1"},
		{"MAX_HANDSHAKES_PER_ADDRESS", "0", "a whole number of at least 1"},
		{"MAX_BODY", "0", "a whole number of at least 1"},
		{"MAX_IMPORT_BODY", "0", "a whole number of at least 1"},
		{"MAX_ANSWER", "0", "a whole number of at least 1"},
		{"MAX_DEPTH", "-1", `MAX_DEPTH is "-1"; expected a whole number of at least 1`},
		{"MAX_COST", "much", "a whole number"},
		{"INTROSPECTION", "yes", "on or off"},
		{"APQ", "1", "on or off"},
		{"AUTH", "none", `AUTH is "none"; expected local or jwt`},
		{"AUTH", "jwt", "expected one of JWT_SECRET, JWT_PUBLIC_KEY_FILE and OIDC_ISSUER"},
		{"JWT_SECRET", "a secret that is too short", "JWT_SECRET: it has 26 bytes; at least 32 are expected"},
		{"JWT_PUBLIC_KEY_FILE", "/nowhere/key.pem", "JWT_PUBLIC_KEY_FILE: open /nowhere/key.pem"},
		{"JWT_PUBLIC_KEY_FILE", "config_test.go", "openssl pkey -pubout"},
		{"OIDC_ISSUER", "https://login.example.org", "JWT_AUDIENCE is required"},
		{"OIDC_ISSUER", "login.example.org", "expected a URL such as https://login.example.org"},
		{"OIDC_ISSUER", "http://login.example.org", "a URL such as https://"},
		{"CORS_ORIGINS", "*", `CORS_ORIGINS is "*"; expected a list of exact origins such as`},
		{"CORS_ORIGINS", "https://*.example.org", "exact origins"},
		{"CORS_ORIGINS", "https://example.org,app.example.org", `CORS_ORIGINS is "app.example.org"`},
		{"CORS_ORIGINS", "https://example.org/", "exact origins"},
		{"CORS_ORIGINS", "https://Example.org", "exact origins"},
		{"CORS_ORIGINS", "null", "exact origins"},
		{"TLS_CERT_FILE", "cert.pem", "expected both or none"},
		{"TLS_KEY_FILE", "key.pem", "expected both or none"},
		{"SMTP_URL", "smtp://me:secret@relay:99999", "MAIL_FROM is"},
		{"MAIL_FROM", "nobody", `MAIL_FROM is "nobody"; expected an address such as`},
		{"MAIL_ADMIN", "Office <office@example.org>, b@example.org", "expected an address such as school@example.org"},
		{"MAIL_TEMPLATES", "/nowhere", `MAIL_TEMPLATES is "/nowhere"; expected a folder of templates`},
		{"DATABASE_URL", "mysql://secret@h/db", "a URL such as postgres://"},
		{"DATABASE_URL", "postgres://u@h/db", "expected one of JWT_SECRET, JWT_PUBLIC_KEY_FILE and OIDC_ISSUER"},
	} {
		t.Run(test.name+"="+test.value, func(t *testing.T) {
			t.Parallel()
			_, err := load(map[string]string{test.name: test.value})
			if err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "secret") {
				t.Errorf("got the error %v, want %q", err, test.says)
			}
			// An issuer also requires an audience, and a database a key.
			if test.name != "OIDC_ISSUER" && test.name != "DATABASE_URL" && test.name != "SMTP_URL" && err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("got more than one line: %v", err)
			}
		})
	}
}

// The password of the mail server is in neither an error nor the settings.
func TestMail(t *testing.T) {
	t.Parallel()
	values := map[string]string{"MAIL_FROM": "Rehearse <rehearse@example.org>", "SMTP_URL": "smtp://me:hunter2@smtp.example.org:99999"}
	if _, err := load(values); err == nil || !strings.Contains(err.Error(), `SMTP_URL is "(hidden)"; expected smtp://user:password@host:port`) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got the error %v", err)
	}
	values["SMTP_URL"] = "smtp://me:hunter2@smtp.example.org"
	c, err := load(values)
	if err != nil {
		t.Fatal(err)
	}
	if s := c.Mail.Server; s == nil || s.Host != "smtp.example.org" || s.Password != "hunter2" || c.Mail.From.Address != "rehearse@example.org" || c.Mail.From.Name != "Rehearse" {
		t.Errorf("got %+v", c.Mail)
	}
	e, err := config.NewEnvironment(func(name string) string { return values[name] }, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range c.Settings(e) {
		if strings.Contains(s.Value, "hunter2") || s.Name == "SMTP_URL" && s.Value != "smtp://me:(hidden)@smtp.example.org" {
			t.Errorf("%s is %q", s.Name, s.Value)
		}
	}
	if c, err = load(nil); err != nil || c.Mail.Server != nil {
		t.Errorf("without SMTP_URL, the server is %v (%v)", c.Mail.Server, err)
	}
}

func TestValuesThatContradictEachOther(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		values map[string]string
		says   string
	}{
		{"AUTH=local on a public address", map[string]string{"AUTH": "local", "ADDR": "0.0.0.0:8080"}, "a loopback address such as"},
		{"CLOCK_OFFSET with tokens", map[string]string{"AUTH": "jwt", "JWT_SECRET": long, "CLOCK_OFFSET": "1h"}, "it must be 0s unless"},
		{"two kinds of keys", map[string]string{"AUTH": "local", "JWT_SECRET": long, "OIDC_ISSUER": "https://login.example.org", "JWT_AUDIENCE": "x"},
			"JWT_SECRET and OIDC_ISSUER are"},
		{"APQ with TRUSTED_DOCUMENTS", map[string]string{"APQ": "on", "TRUSTED_DOCUMENTS": "."}, "set at most one of them"},
		{"two issuers", map[string]string{"OIDC_ISSUER": "https://a.example.org", "JWT_ISSUER": "https://b.example.org", "JWT_AUDIENCE": "x"},
			"it must be the same or empty"},
		{"files that are no certificate", map[string]string{"TLS_CERT_FILE": "config_test.go", "TLS_KEY_FILE": "config_test.go"},
			"TLS_CERT_FILE and TLS_KEY_FILE:"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, err := load(test.values); err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), long) {
				t.Errorf("got the error %v, want %q", err, test.says)
			}
		})
	}
}

const long = "hunter2 hunter2 hunter2 hunter2 hunter2"

func TestTokenKeys(t *testing.T) {
	t.Parallel()
	public, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "public.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, values := range map[string]map[string]string{
		"a secret":       {"JWT_SECRET": long, "ADDR": "0.0.0.0:8080"},
		"a public key":   {"JWT_PUBLIC_KEY_FILE": file, "JWT_ISSUER": "me", "DATABASE_URL": "postgres://u@h/db"},
		"an issuer":      {"OIDC_ISSUER": "https://login.example.org/school", "JWT_AUDIENCE": "rehearse", "AUTH": "jwt"},
		"a local issuer": {"OIDC_ISSUER": "http://127.0.0.1:9000", "JWT_AUDIENCE": "rehearse", "AUTH": "jwt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := load(values)
			if err != nil || c.Auth != config.AuthJWT {
				t.Errorf("got AUTH %q and the error %v, want %q", c.Auth, err, config.AuthJWT)
			}
			if (c.Secret != nil) != (values["JWT_SECRET"] != "") || (c.PublicKey != nil) != (values["JWT_PUBLIC_KEY_FILE"] != "") ||
				(c.OIDCIssuer != "" && c.JWTIssuer != c.OIDCIssuer) {
				t.Errorf("got a secret: %t, a public key: %t, the issuer %q", c.Secret != nil, c.PublicKey != nil, c.JWTIssuer)
			}
		})
	}
	c, err := load(map[string]string{"CORS_ORIGINS": "https://app.example.org, http://localhost:3000"})
	if err != nil || !slices.Equal(c.CORSOrigins, []string{"https://app.example.org", "http://localhost:3000"}) {
		t.Errorf("CORS_ORIGINS: got %q, %v", c.CORSOrigins, err)
	}
}

func TestAllWrongValuesAtOnce(t *testing.T) {
	t.Parallel()
	_, err := load(map[string]string{
		"ADDR": "x", "MIGRATE": "x", "CLOCK_OFFSET": "x", "LOG_FORMAT": "x", "AUTH": "x", "JWT_SECRET": "x", "JWT_PUBLIC_KEY_FILE": "/x",
		"OIDC_ISSUER": "x", "CORS_ORIGINS": "x", "TLS_CERT_FILE": "/x",
	})
	for _, name := range []string{
		"ADDR is", "MIGRATE is", "CLOCK_OFFSET is", "LOG_FORMAT is", "AUTH is", "JWT_SECRET: ", "JWT_PUBLIC_KEY_FILE: ", "OIDC_ISSUER: ",
		"JWT_AUDIENCE is required", "JWT_SECRET and JWT_PUBLIC_KEY_FILE and OIDC_ISSUER are set", "CORS_ORIGINS is", "TLS_CERT_FILE",
	} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("the error does not name %s: %v", name, err)
		}
	}
}

func TestTraces(t *testing.T) {
	t.Parallel()
	const endpoint = "http://127.0.0.1:4318"
	for name, test := range map[string]struct {
		values map[string]string
		sent   bool
	}{
		"nothing set":            {nil, false},
		"an endpoint":            {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}, true},
		"an endpoint for traces": {map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, true},
		"disabled":               {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_SDK_DISABLED": "TRUE"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := load(test.values)
			if err != nil || c.Traces() != test.sent {
				t.Errorf("Traces() = %v (%v), want %v", c.Traces(), err, test.sent)
			}
		})
	}
}

// Errors are in the order of the variables, in every run.
func TestOrderOfErrors(t *testing.T) {
	t.Parallel()
	names := []string{
		"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
	}
	values := map[string]string{}
	for _, name := range names {
		values[name] = "wrong"
	}
	_, err := load(values)
	if err == nil {
		t.Fatal("got no error")
	}
	var got []string
	for line := range strings.Lines(err.Error()) {
		name, _, _ := strings.Cut(line, " ")
		got = append(got, name)
	}
	if !slices.Equal(got, names) {
		t.Errorf("got errors of %q, want %q", got, names)
	}
}
