package config_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"rehearse/internal/config"
)

func load(values map[string]string) (config.Config, error) {
	return config.Load(func(name string) string { return values[name] })
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	c, err := load(nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "127.0.0.1:8080" || c.Auth != config.AuthLocal || !c.Embedded() || !bool(c.SampleData) || !bool(c.Migrate) ||
		c.Zone != time.UTC || c.ClockOffset != 0 || c.LogLevel != slog.LevelInfo {
		t.Errorf("the defaults are %+v", c)
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
		t.Errorf("the values are %+v", c)
	}
}

func TestWrongValues(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, value, says string }{
		{"ADDR", "nowhere", `ADDR is "nowhere"; host:port is expected`},
		{"ADDR", "127.0.0.1:99999", "host:port"},
		{"ADDR", "0.0.0.0:8080", "does not read tokens yet"},
		{"ADDR", "example.org:8080", "does not read tokens yet"},
		{"OPS_ADDR", "x", `OPS_ADDR is "x"`},
		{"SAMPLE_DATA", "yes", `SAMPLE_DATA is "yes"; on or off is expected`},
		{"MIGRATE", "true", "on or off"},
		{"CLOCK_OFFSET", "tomorrow", "a duration such as"},
		{"DEFAULT_TIME_ZONE", "Mars", `DEFAULT_TIME_ZONE is "Mars"`},
		{"LOG_LEVEL", "loud", "debug, info, warn or error"},
		{"LOG_FORMAT", "xml", "text or json"},
		{"DATABASE_MAX_CONNS", "0", "from 1 on"},
		{"DATABASE_MAX_CONNS", "many", "a whole number"},
		{"OPERATION_TIMEOUT", "-1s", "a positive duration"},
		{"SHUTDOWN_TIMEOUT", "0s", "a positive duration"},
		{"AUTH", "none", `AUTH is "none"`},
		{"AUTH", "jwt", "does not read tokens yet"},
		{"DATABASE_URL", "mysql://secret@h/db", "a URL such as postgres://"},
		{"DATABASE_URL", "postgres://u@h/db", "does not read tokens yet"},
	} {
		_, err := load(map[string]string{test.name: test.value})
		if err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s=%s: %v", test.name, test.value, err)
		}
	}
	_, err := load(map[string]string{"AUTH": "local", "ADDR": "0.0.0.0:8080"})
	if err == nil || !strings.Contains(err.Error(), "a loopback address such as") {
		t.Errorf("AUTH=local on every address: %v", err)
	}
}

func TestAllWrongValuesAtOnce(t *testing.T) {
	t.Parallel()
	_, err := load(map[string]string{"ADDR": "x", "MIGRATE": "x", "CLOCK_OFFSET": "x", "LOG_FORMAT": "x"})
	for _, name := range []string{"ADDR", "MIGRATE", "CLOCK_OFFSET", "LOG_FORMAT"} {
		if err == nil || !strings.Contains(err.Error(), name+" is") {
			t.Errorf("%s is not named: %v", name, err)
		}
	}
}
