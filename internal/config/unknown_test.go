package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rehearse/internal/config"
)

func TestMisspelledVariables(t *testing.T) {
	t.Parallel()
	for variable, meant := range map[string]string{
		"RATE_LIMITS": "RATE_LIMIT", "CORS_ORIGIN": "CORS_ORIGINS", "DATABSE_URL": "DATABASE_URL", "DATABASE_URI": "DATABASE_URL",
		"ADRR": "ADDR", "ADDRS": "ADDR", "AUTHS": "AUTH", "TLS_CERT": "TLS_CERT_FILE", "JWT_PUBLIC_KEY": "JWT_PUBLIC_KEY_FILE",
		"log_level": "LOG_LEVEL", "JWTSECRET": "JWT_SECRET", "PG_BIN": "PGBIN", "OPERATIONS_TIMEOUT": "OPERATION_TIMEOUT",
		// Variables of other programs.
		"PATH": "", "HOME": "", "LANG": "", "PWD": "", "USER": "", "TERM": "", "DATA": "", "LOG": "", "JWT": "", "TLS": "", "DATABASE": "",
		"PGDATA": "", "PGHOST": "", "PGUSER": "", "XDG_DATA_DIRS": "", "OTEL_SERVICE_NAME": "", "OTEL_EXPORTER_OTLP_HEADERS": "",
		"NODE_ENV": "", "GOPATH": "", "LOGNAME": "", "KUBERNETES_PORT": "", "REDIS_URL": "", "RATE_LIMIT": "", "MAIL": "", "SSH_AUTH_SOCK": "",
	} {
		t.Run(variable, func(t *testing.T) {
			t.Parallel()
			var want []string
			if meant != "" {
				want = []string{"unknown variable " + variable + "; did you mean " + meant + "?"}
			}
			environment, err := config.NewEnvironment(func(string) string { return "" }, []string{variable + "=x"}, "")
			if err != nil {
				t.Fatal(err)
			}
			if got := environment.Misspelt(); !cmp.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
