//go:build unix

package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rehearse/internal/config"
)

// Invalid input prints one line on stderr that names what is wrong and what is allowed.
// The exit code is 2.
func TestInvalidCommandLines(t *testing.T) {
	t.Parallel()
	const url = "http://127.0.0.1:1/graphql"
	commands := "backup, check, completion, config, doctor, export, extend, help, import, load, mail, man, migrate, probe, restore, sample, serve, token, upgrade-postgres or version"
	for args, want := range map[string]string{
		"dance":         `unknown command "dance"; expected ` + commands,
		"migrat":        `unknown command "migrat"; did you mean migrate?`,
		"dance --help":  `unknown command "dance"; expected ` + commands,
		"help dance":    `unknown command "dance"; expected ` + commands,
		"help import x": `help: unexpected argument "x"; expected rehearse help [COMMAND]`,
		"--version=x":   `--version is "x"; expected true or false`,
		"--versin":      "unknown flag --versin; did you mean --version?",
		"--config":      "--config has no value; expected --config FILE",

		"serve now":           `serve: unexpected argument "now"; expected no arguments`,
		"serve --port 1":      "serve: unknown flag --port; expected --config or --help",
		"check all":           `check: unexpected argument "all"; expected no arguments`,
		"version 1":           `version: unexpected argument "1"; expected no arguments`,
		"doctor all":          `doctor: unexpected argument "all"; expected no arguments`,
		"config --jsn":        "config: unknown flag --jsn; did you mean --json?",
		"completion":          "completion: SHELL is missing; expected rehearse completion SHELL",
		"completion tcsh":     `completion: SHELL is "tcsh"; expected bash, zsh, fish or powershell`,
		"man a b":             `man: unexpected argument "b"; expected rehearse man [DIR]`,
		"sample --size XXL":   `sample: --size is "XXL"; expected school, S, M or L`,
		"sample --size schol": `sample: --size is "schol"; expected school, S, M or L; did you mean school?`,
		"sample --seed 0x10":  `sample: --seed is "0x10"; expected a whole number of at least 0`,
		"sample --seed -1":    `sample: --seed is "-1"; expected a whole number of at least 0`,
		"sample extra":        `sample: unexpected argument "extra"; expected no arguments`,

		"import":                     "import: TABLE is missing; expected rehearse import TABLE FILE",
		"import students":            "import: FILE is missing; expected rehearse import TABLE FILE",
		"import teachers x":          `import: TABLE is "teachers"; expected students, interviewers, availability, interviews or calendar`,
		"import student x":           `import: TABLE is "student"; expected students, interviewers, availability, interviews or calendar; did you mean students?`,
		"import students a b":        `import: unexpected argument "b"; expected rehearse import TABLE FILE`,
		"import students x --dryrun": "import: unknown flag --dryrun; did you mean --dry-run?",
		"import students x -dry-run": "import: unknown flag -dry-run; did you mean --dry-run?",
		"import students x --fast": "import: unknown flag --fast; expected --dry-run, --partial, --exempt, --interviewer, --slot-minutes, " +
			"--whole-days, --config or --help",
		"import students x --dry-run=y2":                      `import: --dry-run is "y2"; expected true or false`,
		"import students x --exempt":                          `import: --exempt is for interviews only; TABLE is "students"`,
		"import students x --slot-minutes 30":                 `import: --slot-minutes is for calendars only; TABLE is "students"`,
		"import students /":                                   "import: FILE cannot be read: / is a folder",
		"import students /nowhere/x.csv":                      "import: FILE cannot be read: open /nowhere/x.csv: no such file or directory",
		"import calendar x":                                   "import: --interviewer is missing; expected the id or the e-mail address of the calendar's interviewer",
		"import calendar x --interviewer":                     "import: --interviewer has no value; expected --interviewer INTERVIEWER",
		"import calendar x --interviewer 1 --slot-minutes 0":  `import: --slot-minutes is "0"; expected a whole number of at least 1`,
		"import calendar x --interviewer 1 --slot-minutes 1h": `import: --slot-minutes is "1h"; expected a whole number of at least 1`,
		"import calendar x --interviewer 1 --whole-days drop": `import: --whole-days is "drop"; expected skip or block`,

		"export":                               "export: TABLE is missing; expected rehearse export TABLE",
		"export teachers":                      `export: TABLE is "teachers"; expected students, interviewers, availability or interviews`,
		"export calendar":                      `export: TABLE is "calendar"; expected students, interviewers, availability or interviews`,
		"export students --all":                "export: unknown flag --all; expected --from, --until, --config or --help",
		"export students --from 2099-01-05":    `export: --from and --until are for availability and interviews only; TABLE is "students"`,
		"export interviews --from 5.1.2099":    `export: --from is "5.1.2099"; expected a date such as 2030-03-04`,
		"export interviews --until 2099-02-30": `export: --until is "2099-02-30"; expected a date such as 2030-03-04`,
		"export interviews --from 2099-01-06 --until 2099-01-05": `export: --until is "2099-01-05"; expected a date that is not before --from 2099-01-06`,

		"token --id 1":                         "token: --role is missing; expected student, interviewer or admin",
		"token --role king --id 1":             `token: --role is "king"; expected student, interviewer or admin`,
		"token --role studnet --id 1":          `token: --role is "studnet"; expected student, interviewer or admin; did you mean student?`,
		"token --role student":                 "token: --id is missing; expected the id of the person",
		"token --role student --id x":          `token: the id is "x"; expected a decimal number of at least 1`,
		"token --role interviewer --id 0":      `token: the id is "0"; expected a decimal number of at least 1`,
		"token --role admin --id=-1":           `token: the id is "-1"; expected a decimal number of at least 0`,
		"token --role admin --id 007":          `token: the id is "007"; expected a decimal number of at least 0`,
		"token --role admin --id 0 --ttl soon": `token: --ttl is "soon"; expected a duration of at least 1s, such as 90s or 1h30m`,
		"token --role admin --id 0 --ttl -1h":  `token: --ttl is "-1h"; expected a duration of at least 1s, such as 90s or 1h30m`,
		"token --role admin --id 0 --ttl 60":   `token: --ttl is "60"; expected a duration of at least 1s, such as 90s or 1h30m`,
		"token --role admin --id 0 x":          `token: unexpected argument "x"; expected no arguments`,
		"token --name x":                       "token: unknown flag --name; expected --role, --id, --ttl, --config or --help",

		"mail":                             "mail: ACTION is missing; expected rehearse mail ACTION KIND|ADDRESS",
		"mail send x":                      `mail: ACTION is "send"; expected preview or test`,
		"mail preview":                     "mail: KIND|ADDRESS is missing; expected rehearse mail ACTION KIND|ADDRESS",
		"mail preview bokked":              `mail: KIND is "bokked"; expected booked, moved, cancelled, graded, no-show, no-show-undone, waiver, webhook-disabled, reminder, agenda, feedback or sign-in; did you mean booked?`,
		"mail preview booked --role king":  `mail: --role is "king"; expected student or interviewer`,
		"mail test ada":                    `mail: ADDRESS is "ada"; expected an address such as ada@example.org`,
		"mail test a@x.org,b@x.org":        `mail: ADDRESS is "a@x.org,b@x.org"; expected an address such as ada@example.org`,
		"mail test a@x.org --role student": `mail: --role is for previews only; ACTION is "test"`,
		"mail test a@x.org b@x.org":        `mail: unexpected argument "b@x.org"; expected rehearse mail ACTION KIND|ADDRESS`,

		"load":                             "load: URL is missing; expected rehearse load URL",
		"load 127.0.0.1:8080":              `load: URL is "127.0.0.1:8080"; expected one such as http://127.0.0.1:8080/graphql`,
		"load " + url + " " + url:          `load: unexpected argument "` + url + `"; expected rehearse load URL`,
		"load --clients 0 " + url:          `load: --clients is "0"; expected a whole number of at least 1`,
		"load --rate 0 " + url:             `load: --rate is "0"; expected a positive number of at most 100000`,
		"load --rate NaN " + url:           `load: --rate is "NaN"; expected a positive number of at most 100000`,
		"load --rate fast " + url:          `load: --rate is "fast"; expected a number`,
		"load --rate 1 --clients 1 " + url: "load: --clients and --rate are both given; expected one of them, for a closed or an open loop",
		"load --max-in-flight 1 " + url:    "load: --max-in-flight is given without --rate; it applies to the open loop only",
		"load --duration 0s " + url:        `load: --duration is "0s"; expected a duration of at least 1ms, such as 90s or 1h30m`,
		"load --warm-up -1s " + url:        `load: --warm-up is "-1s"; expected a duration of at least 0s, such as 90s or 1h30m`,
		"load --operations -1 " + url:      `load: --operations is "-1"; expected a whole number of at least 0`,
		"load --students 0 " + url:         `load: --students is "0"; expected a whole number of at least 1`,
		"load --timeout 0s " + url:         `load: --timeout is "0s"; expected a duration of at least 1ms, such as 90s or 1h30m`,
		"load --mix swim=1 " + url:         `load: --mix is "swim=1"; "swim=1" is not KIND=WEIGHT; expected list, standing and book with weights from 0 to 1000000`,
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			code, out, errs := runOnce(t, newDataFolder(t), nil, strings.Fields(args)...)
			if code != exitConfiguration || out != "" {
				t.Errorf("got exit code %d and stdout %q", code, out)
			}
			if want := "rehearse: " + want + "\n"; errs != want {
				t.Errorf("got stderr\n%swant\n%s", errs, want)
			}
		})
	}
}

// An invalid configuration prints all its errors. The exit code is 2.
func TestInvalidConfiguration(t *testing.T) {
	t.Parallel()
	file := asFile(t, "MIGRATE=maybe\nRATE_LIMITS=off\n")
	for _, test := range []struct {
		name string
		env  []string
		args []string
		code int
		says []string
	}{
		{"a wrong value", []string{"MIGRATE=maybe"}, nil, exitConfiguration, []string{"invalid configuration:\nMIGRATE is \"maybe\"; expected on or off\n"}},
		{"config with wrong values", []string{"MIGRATE=maybe", "MAX_COST=0"}, []string{"config"}, exitConfiguration, []string{"MIGRATE is", "MAX_COST is \"0\"; expected a whole number of at least 1"}},
		{"a misspelt variable", []string{"MIGRATE=maybe", "RATE_LIMITS=off"}, nil, exitConfiguration, []string{"MIGRATE is", "did you mean RATE_LIMIT?"}},
		{"a missing folder of documents", []string{"TRUSTED_DOCUMENTS=nowhere"}, nil, exitConfiguration, []string{`TRUSTED_DOCUMENTS is "nowhere"; expected a folder of documents`}},
		{"AUTH=local on a public address", []string{"AUTH=local", "ADDR=0.0.0.0:0"}, nil, exitConfiguration, []string{"loopback address"}},
		{"a missing config file", nil, []string{"check", "--config", "/nowhere/x.env"}, exitConfiguration,
			[]string{"invalid configuration:\nthe config file cannot be read: open /nowhere/x.env: no such file or directory\n"}},
		{"a missing config file in REHEARSE_CONFIG", []string{"REHEARSE_CONFIG=/nowhere/x.env"}, []string{"check"}, exitConfiguration, []string{"open /nowhere/x.env"}},
		{"a folder as config file", nil, []string{"--config", "/", "check"}, exitConfiguration, []string{"the config file cannot be read: read /: is a directory"}},
		{"wrong values in the config file", nil, []string{"migrate", "--config", file}, exitConfiguration,
			[]string{file + ":2: unknown variable RATE_LIMITS; did you mean RATE_LIMIT?", `MIGRATE is "maybe"`}},
		{"a key that cannot sign", []string{"OIDC_ISSUER=https://login.example.org", "JWT_AUDIENCE=x"}, []string{"token", "--role", "admin", "--id", "0"},
			exitConfiguration, []string{"this program cannot sign tokens"}},
		{"no mail server", nil, []string{"mail", "test", "ada@example.org"}, exitConfiguration, []string{"invalid configuration:\nSMTP_URL is not set; expected smtp://"}},
		{"a wrong mail server", []string{"SMTP_URL=smtp://me:hunter2@", "MAIL_FROM=x"}, []string{"mail", "test", "ada@example.org"}, exitConfiguration,
			[]string{"SMTP_URL is \"(hidden)\"; expected smtp://", "MAIL_FROM is \"x\"; expected an address"}},
		{"no key", nil, []string{"token", "--role", "admin", "--id", "1"}, exitFault, []string{"set DATA_DIR to the folder of the server"}},
		{"an unreachable database", []string{"DATABASE_URL=postgres://u:hunter2@127.0.0.1:1/db", "DATABASE_WAIT=0s", "AUTH=local"}, nil, exitFault, []string{"check that Postgres runs"}},
		{"an old schema", []string{"MIGRATE=off"}, nil, exitFault, []string{"rehearse migrate"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := runOnce(t, newDataFolder(t), test.env, test.args...)
			if code != test.code || out != "" || strings.Contains(errs, "hunter2") {
				t.Errorf("got exit code %d and stdout %q", code, out)
			}
			mustContain(t, "stderr", errs, test.says...)
		})
	}
}

// Help is never an error and needs no configuration, wherever the flag is.
func TestHelp(t *testing.T) {
	t.Parallel()
	sections := []string{"Usage:\n  rehearse", "Flags", "Example:\n  ", "Exit codes:\n  0  success", "  2  invalid configuration or command line"}
	for args, parts := range map[string][]string{
		"help": {"import            Import a CSV file or a calendar", "completion ", "--version"}, "--help": nil, "-h": nil, "--config /nowhere --help": nil,
		"serve --help": {"ADDR", "DATABASE_URL", "DATA_DIR", "AUTH", "JWT_SECRET", "SIGHUP"}, "help serve": nil,
		"import -h": {"Arguments:\n  TABLE", "--slot-minutes N", "(default 60)"}, "help import": nil, "import students --help": nil,
		"help export": {"--from DATE"}, "help token": {"--ttl DURATION", "(default 1h)"}, "help sample": {"(default school)"},
		"load --help": {"--max-in-flight N", "(default 1000)", "(default 30s)", "(default list=90,standing=8,book=2)", "LOAD_TOKEN"},
		"help backup": {"Arguments:\n  FOLDER", "pg_basebackup", ".partial"}, "help restore": {"DATA_DIR"},
		"help upgrade-postgres": {"PGBIN  ", "how to go back"},
		"help doctor":           {"--json", "before the first"}, "help migrate": nil, "help extend": nil, "help check": nil, "help version": nil, "help completion": nil, "help man": nil, "help help": nil, "help probe": nil,
		"help config": {"Database:\n  DATABASE_URL\n", "Default: 127.0.0.1:8080.", "OTEL_SDK_DISABLED"}, "config --help": nil,
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			data := newDataFolder(t)
			code, out, errs := runOnce(t, data, []string{"MIGRATE=maybe"}, strings.Fields(args)...)
			if code != 0 || errs != "" || entries(data) != nil {
				t.Errorf("got exit code %d, stderr %q, and the files %v", code, errs, entries(data))
			}
			mustContain(t, "the help", out, append(sections, parts...)...)
		})
	}
}

// Every command, flag and argument has a description.
func TestEveryCommandIsDescribed(t *testing.T) {
	t.Parallel()
	for _, cmd := range append(Root().Commands(), Root()) {
		if cmd.Short == "" || cmd.Long == "" || cmd.Example == "" || strings.HasSuffix(cmd.Short, ".") || !strings.HasSuffix(cmd.Long, ".") {
			t.Errorf("%s lacks a description or an example", cmd.Name())
		}
		for _, row := range slices.Concat(Arguments(cmd), ExitCodes(cmd)) {
			if row.Name == "" || row.Text == "" {
				t.Errorf("%s has an argument or an exit code without a description", cmd.Name())
			}
		}
		for _, v := range Variables(cmd) {
			if v.Name == "" {
				t.Errorf("%s names a variable that does not exist: %s", cmd.Name(), cmd.Annotations[keyVariables])
			}
		}
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	for _, arg := range []string{"version", "--version"} {
		t.Run(arg, func(t *testing.T) {
			t.Parallel()
			if out := mustRun(t, newDataFolder(t), []string{"MIGRATE=maybe"}, arg); !strings.HasPrefix(out, "rehearse ") || strings.Count(out, "\n") != 1 {
				t.Errorf("got %q, want one line with the version", out)
			}
		})
	}
}

func TestConfigCommand(t *testing.T) {
	t.Parallel()
	data := newDataFolder(t)
	file := asFile(t, "ADDR=127.0.0.1:9000\nDATABASE_URL=postgres://ann:hunter2@h/db\nMAX_COST=7\nPGBIN='/opt/my pg'\nOTEL_SERVICE_NAME=school\n")
	env := []string{secretOfTests, "MAX_COST=8", "OTEL_EXPORTER_OTLP_HEADERS=key=hunter2", "LOAD_TOKEN=hunter2"}
	out := mustRun(t, data, env, "config", "--config", file)
	lines := map[string]string{}
	for line := range strings.Lines(out) {
		name, rest, _ := strings.Cut(line, " ")
		lines[name] = strings.Join(strings.Fields(rest), " ")
	}
	for name, want := range map[string]string{
		"ADDR":            "environment 127.0.0.1:0", // set for every command of the tests
		"DATABASE_URL":    "config file postgres://ann:(hidden)@h/db",
		"MAX_COST":        "environment 8",
		"MAX_DEPTH":       "default 12",
		"PGBIN":           "config file /opt/my pg",
		"AUTH":            "default jwt",
		"JWT_SECRET":      "environment (hidden)",
		"OIDC_ISSUER":     "default (empty)",
		"DATA_DIR":        "environment " + data,
		"REHEARSE_CONFIG": "flag " + file,

		"OTEL_SERVICE_NAME": "config file school", "OTEL_EXPORTER_OTLP_HEADERS": "environment (hidden)", "LOAD_TOKEN": "environment (hidden)",
	} {
		if lines[name] != want {
			t.Errorf("%s: %q, want %q", name, lines[name], want)
		}
	}
	if strings.Contains(out, "hunter2") || strings.Contains(out, "thirty-two") || entries(data) != nil {
		t.Errorf("the output contains a secret, or files were written:\n%s", out)
	}
	var settings []config.Setting
	out = mustRun(t, data, append(env, "REHEARSE_CONFIG="+file), "config", "--json")
	if err := json.Unmarshal([]byte(out), &settings); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(settings, config.Setting{Name: "PGBIN", Value: "/opt/my pg", Source: config.SourceFile}) ||
		!slices.Contains(settings, config.Setting{Name: "REHEARSE_CONFIG", Value: file, Source: config.SourceEnvironment}) || strings.Contains(out, "hunter2") {
		t.Errorf("--json: got %s", out)
	}
	// The default DATA_DIR is printed as the folder that the program uses.
	cmd := command(t, "", []string{"HOME=" + data, "XDG_DATA_HOME=" + data}, "config")
	shown, err := cmd.Output()
	if err != nil || !strings.Contains(string(shown), "DATA_DIR ") || strings.Contains(string(shown), "DATA_DIR  default  (empty)") {
		t.Errorf("the default data folder: got %v, %s", err, shown)
	}
}

// A server reads its variables from the file, including those that OpenTelemetry's SDK
// reads itself.
func TestServeWithAConfigFile(t *testing.T) {
	t.Parallel()
	_, env := external(t)
	collector := collectTraces(t)
	file := asFile(t, strings.Join(env, "\n")+"\nSAMPLE_DATA=off\nMAX_DEPTH=2\nOTEL_EXPORTER_OTLP_ENDPOINT="+collector.url+"\nOTEL_SERVICE_NAME=from-the-file\n")
	r := start(t, newDataFolder(t), "REHEARSE_CONFIG="+file)
	mustContain(t, "a depth of 3", r.ask("{ students { nodes { interviews { totalCount } } } }"), "at most 2 are allowed (limit depth)")
	mustContain(t, "a depth of 2", r.ask("{ students { totalCount } }"), `"totalCount":0`)
	r.stop()
	mustContain(t, "the traces", collector.text(), "from-the-file", "Query.students")
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	for shell, part := range map[string]string{"bash": "__start_rehearse", "zsh": "#compdef rehearse", "fish": "complete -c rehearse", "powershell": "Register-ArgumentCompleter"} {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			mustContain(t, "the script", mustRun(t, newDataFolder(t), nil, "completion", shell), part)
		})
	}
	const noFiles = ":4"
	for words, want := range map[string]string{
		"import ":                         "students\ninterviewers\navailability\ninterviews\ncalendar\n" + noFiles,
		"import students ":                ":0", // files
		"import students x ":              noFiles,
		"export ":                         "students\ninterviewers\navailability\ninterviews\n" + noFiles,
		"sample --size ":                  "school\nS\nM\nL\n" + noFiles,
		"token --role ":                   "student\ninterviewer\nadmin\n" + noFiles,
		"import calendar x --whole-days ": "skip\nblock\n" + noFiles,
		"mail ":                           "preview\ntest\n" + noFiles,
		"mail preview ":                   "booked\nmoved\ncancelled\ngraded\nno-show\nno-show-undone\nwaiver\nwebhook-disabled\nreminder\nagenda\nfeedback\nsign-in\n" + noFiles,
		"mail test ":                      noFiles,
		"completion ":                     "bash\nzsh\nfish\npowershell\n" + noFiles,
		"man ":                            ":16", // folders
		"backup ":                         ":16",
		"restore ":                        ":16",
		"serve ":                          noFiles,
		"ser":                             "serve\tRun the server (the default)\n" + noFiles,
		"help mig":                        "backup\ncheck\ncompletion\nconfig\ndoctor\nexport\nextend\nimport\nload\nmail\nman\nmigrate\nprobe\nrestore\nsample\nserve\ntoken\nupgrade-postgres\nversion\nhelp\n" + noFiles,
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			out := mustRun(t, newDataFolder(t), nil, append([]string{"__complete"}, strings.Split(words, " ")...)...)
			if strings.TrimSpace(out) != want {
				t.Errorf("%q completes as\n%s\nwant\n%s", words, out, want)
			}
		})
	}
}

func TestManual(t *testing.T) {
	t.Parallel()
	page := mustRun(t, newDataFolder(t), nil, "man")
	mustContain(t, "the page", page, `.TH "REHEARSE" "1"`, ".SH NAME", "Load-test a running server", ".SH ENVIRONMENT", "DATABASE_URL", ".SH EXIT STATUS")
	folder := filepath.Join(t.TempDir(), "new", "man1")
	mustRun(t, newDataFolder(t), nil, "man", folder)
	if names := entries(folder); len(names) != len(Root().Commands())+1 || !slices.Contains(names, "rehearse.1") {
		t.Errorf("got the files %v", names)
	}
	text, err := os.ReadFile(filepath.Join(folder, "rehearse-import.1"))
	if err != nil {
		t.Fatal(err)
	}
	mustContain(t, "a command's page", string(text), "rehearse-import - Import a CSV file", ".SH ARGUMENTS", "slot-minutes", ".SH EXAMPLE", "rehearse(1)")
	code, out, errs := runOnce(t, newDataFolder(t), nil, "man", filepath.Join(folder, "rehearse.1"))
	if code != exitFault || out != "" || strings.Count(errs, "\n") != 1 {
		t.Errorf("a file instead of a folder: got exit code %d and %s%s", code, out, errs)
	}
}
