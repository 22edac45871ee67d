package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rehearse/internal/config"
)

// environment returns the Environment of a process with the given variables and a config
// file with the given text.
func environment(t *testing.T, process map[string]string, text string) (config.Environment, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rehearse.env")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var environ []string
	for name, value := range process {
		environ = append(environ, name+"="+value)
	}
	return config.NewEnvironment(func(name string) string { return process[name] }, environ, path)
}

// Every field of Config with a variable is described exactly once.
func TestVariablesMatchConfig(t *testing.T) {
	t.Parallel()
	var fields, described []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[config.Config]()) {
		if name := f.Tag.Get("env"); name != "" {
			fields = append(fields, name)
		}
	}
	for _, v := range config.Variables() {
		described = append(described, v.Name)
		if v.Description == "" || v.Group == "" || v.Allowed == "" || strings.HasSuffix(v.Description, ".") {
			t.Errorf("%s has no description, group or allowed values, or its description ends with a full stop: %+v", v.Name, v)
		}
	}
	sorted := cmp.Transformer("set", func(names []string) map[string]int {
		set := map[string]int{}
		for _, name := range names {
			set[name]++
		}
		return set
	})
	if diff := cmp.Diff(fields, described, sorted); diff != "" {
		t.Errorf("Config (-) and the table of variables (+) differ:\n%s", diff)
	}
}

func TestConfigFile(t *testing.T) {
	t.Parallel()
	e, err := environment(t, map[string]string{"ADDR": "127.0.0.1:9000", "AUTH": ""}, "\ufeff# a comment\r\n\r\n"+
		"ADDR=127.0.0.1:9001\n export AUTH=jwt # a comment\nJWT_SECRET='a $ECRET with a # and spaces, long enough'\n"+
		"DATABASE_URL = \"postgres://u:p%23@h/db\"\nOTEL_SERVICE_NAME=school\nMAX_COST=\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"ADDR": "127.0.0.1:9000", "AUTH": "jwt", "JWT_SECRET": "a $ECRET with a # and spaces, long enough",
		"DATABASE_URL": "postgres://u:p%23@h/db", "MAX_COST": "", "MAX_DEPTH": "",
	} {
		t.Run(name, func(t *testing.T) {
			if got := e.Get(name); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	if diff := cmp.Diff(map[string]string{"OTEL_SERVICE_NAME": "school"}, e.OpenTelemetry()); diff != "" {
		t.Error(diff)
	}
}

func TestWrongConfigFile(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, says string }{
		"misspelled":                   {"\nRATE_LIMITS=off\n", ":2: unknown variable RATE_LIMITS; did you mean RATE_LIMIT?"},
		"lower case":                   {"addr=x", ":1: unknown variable addr; did you mean ADDR?"},
		"unknown":                      {"HOME=/home/ann", ":1: unknown variable HOME; `rehearse config --help` lists the variables"},
		"twice":                        {"ADDR=1\nADDR=2", ":2: ADDR is set twice"},
		"no separator":                 {"ADDR", ":1: missing =; expected NAME=value"},
		"no name":                      {"=x", ":1: empty key; expected NAME=value"},
		"an open quote":                {"ADDR='x", ":1: unmatched '; expected NAME=value"},
		"a # in a value":               {"JWT_SECRET=hunter#2", ":1: JWT_SECRET has a # in its value; expected quotes around the value"},
		"a # at the beginning":         {"JWT_SECRET=#hunter2", ":1: JWT_SECRET has a # in its value; expected quotes around the value"},
		"REHEARSE_CONFIG":              {"REHEARSE_CONFIG=x", ":1: REHEARSE_CONFIG cannot be set in a config file; expected it in the environment"},
		"a variable of the Go runtime": {"GOMEMLIMIT=1GiB", ":1: GOMEMLIMIT cannot be set in a config file"},
		"two errors":                   {"ADRR=1\nAUTHS=2", ":1: unknown variable ADRR; did you mean ADDR?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := environment(t, nil, test.text)
			if err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "hunter") {
				t.Fatalf("got the error %v, want %s", err, test.says)
			}
			if want := strings.Count(test.text, "ADRR") + 1; len(strings.Split(err.Error(), "\n")) != want {
				t.Errorf("want %d errors, got %v", want, err)
			}
		})
	}
	if _, err := config.NewEnvironment(func(string) string { return "" }, nil, "/nowhere/x.env"); err == nil ||
		err.Error() != "the config file cannot be read: open /nowhere/x.env: no such file or directory" {
		t.Errorf("a missing file: got %v", err)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	const secret = "hunter2 hunter2 hunter2 hunter2 hunter2"
	e, err := environment(t, map[string]string{
		"JWT_SECRET": secret, "OPERATION_TIMEOUT": "1m30s", "LOG_LEVEL": "DEBUG", "OTEL_EXPORTER_OTLP_HEADERS": "key=hunter2",
		"OTEL_SERVICE_NAME": "School", "LOAD_TOKEN": "hunter2",
	}, "DATABASE_URL=postgres://ann:hunter2@h1:5432,h2/db?sslmode=disable&password=hunter2\nMIGRATE=off\nCORS_ORIGINS=https://a.example.org\n")
	if err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(e.Get, config.PurposeServe)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]config.Setting{}
	for _, s := range c.Settings(e) {
		if strings.Contains(s.Value, "hunter2") {
			t.Errorf("%s is not masked: %s", s.Name, s.Value)
		}
		found[s.Name] = s
	}
	for _, want := range []config.Setting{
		{"ADDR", "127.0.0.1:8080", config.SourceDefault},
		{"AUTH", "jwt", config.SourceDefault},
		{"JWT_SECRET", "(hidden)", config.SourceEnvironment},
		{"LOAD_TOKEN", "(hidden)", config.SourceEnvironment},
		{"DATABASE_URL", "postgres://ann:(hidden)@h1:5432,h2/db?sslmode=disable&password=(hidden)", config.SourceFile},
		{"MIGRATE", "off", config.SourceFile},
		{"SAMPLE_DATA", "on", config.SourceDefault},
		{"OPERATION_TIMEOUT", "1m30s", config.SourceEnvironment},
		{"SHUTDOWN_TIMEOUT", "10s", config.SourceDefault},
		{"LOG_LEVEL", "debug", config.SourceEnvironment},
		{"CORS_ORIGINS", "https://a.example.org", config.SourceFile},
		{"RATE_LIMIT_BOOKING_PER_SECOND", "0.5", config.SourceDefault},
		{"OTEL_EXPORTER_OTLP_HEADERS", "(hidden)", config.SourceEnvironment},
		{"OTEL_SERVICE_NAME", "School", config.SourceEnvironment},
		{"REHEARSE_CONFIG", e.Get("REHEARSE_CONFIG"), config.SourceFlag},
	} {
		t.Run(want.Name, func(t *testing.T) {
			if diff := cmp.Diff(want, found[want.Name]); diff != "" {
				t.Errorf("setting (-want +got):\n%s", diff)
			}
		})
	}
}

// A password is masked in every place and spelling that a Postgres URL allows.
func TestPasswordsAreMasked(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"postgres://u@h/db":                        "postgres://u@h/db",
		"postgres://h/db":                          "postgres://h/db",
		"postgres://u:hunter2@h/db":                "postgres://u:(hidden)@h/db",
		"postgres://u:hun@ter2@h/db":               "postgres://u:(hidden)@h/db",
		"postgres://u:hun/ter?2@h/db":              "postgres://u:(hidden)@h/db",
		"postgres://:hunter2@h/db":                 "postgres://:(hidden)@h/db",
		"postgresql://h/db?user=u&password=hunter": "postgresql://h/db?user=u&password=(hidden)",
		"postgres://h/db?sslpassword=hunter&a=b":   "postgres://h/db?sslpassword=(hidden)&a=b",
		"postgres://u@h:5432,h2:5433/db":           "postgres://u@h:5432,h2:5433/db",
	} {
		t.Run(url, func(t *testing.T) {
			t.Parallel()
			e, err := config.NewEnvironment(func(name string) string { return map[string]string{"DATABASE_URL": url}[name] }, nil, "")
			if err != nil {
				t.Fatal(err)
			}
			c, err := config.Load(e.Get, config.PurposeDatabase)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range c.Settings(e) {
				if s.Name == "DATABASE_URL" && s.Value != want {
					t.Errorf("got %s, want %s", s.Value, want)
				}
			}
		})
	}
}
