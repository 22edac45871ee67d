package house_test

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the folder of the module.
const root = "../.."

// layers maps each package to the packages of this module that it may import. A package
// that is not listed fails the test.
var layers = map[string][]string{
	"internal/calendar":         {},
	"internal/spelling":         {},
	"internal/errorcode":        {},
	"internal/booking":          {"internal/calendar", "internal/spelling"},
	"internal/interchange":      {"internal/booking", "internal/calendar", "internal/spelling"},
	"internal/ratelimit":        {},
	"internal/school":           {},
	"internal/schools":          {"internal/school"},
	"internal/store/changelog":  {"internal/booking", "internal/store/sharedrun"},
	"internal/store/clone":      {},
	"internal/store/sharedrun":  {},
	"internal/store/primary":    {},
	"internal/store/mirror":     {"internal/booking", "internal/calendar", "internal/store/changelog"},
	"internal/store":            {"internal/booking", "internal/calendar", "internal/meter", "internal/ratelimit", "internal/school", "internal/spelling", "internal/store/changelog", "internal/store/mirror", "internal/store/primary", "internal/store/sharedrun"},
	"internal/live":             {"internal/booking", "internal/store"},
	"internal/app/operation":    {"internal/booking", "internal/calendar", "internal/store"},
	"internal/app/availability": {"internal/app/operation", "internal/booking", "internal/calendar", "internal/store"},
	"internal/app/reservation":  {"internal/app/availability", "internal/app/operation", "internal/booking", "internal/calendar", "internal/store"},
	"internal/app/roster":       {"internal/app/availability", "internal/app/operation", "internal/app/reservation", "internal/booking", "internal/store"},
	"internal/app/signin":       {"internal/booking", "internal/identity", "internal/ratelimit", "internal/school", "internal/store"},
	"internal/app/calendarfeed": {"internal/app/operation", "internal/booking", "internal/store"},
	"internal/app/preferences":  {"internal/app/operation", "internal/booking", "internal/store"},
	"internal/app/transfer":     {"internal/app/availability", "internal/app/operation", "internal/booking", "internal/calendar", "internal/interchange", "internal/store"},
	"internal/app":              {"internal/app/availability", "internal/app/calendarfeed", "internal/app/operation", "internal/app/outbox", "internal/app/preferences", "internal/app/reservation", "internal/app/roster", "internal/app/transfer", "internal/app/webhooks", "internal/booking", "internal/interchange", "internal/live", "internal/mail", "internal/store", "internal/webhook"},
	"internal/app/webhooks":     {"internal/app/operation", "internal/booking", "internal/store", "internal/webhook"},
	"internal/webhook":          {"internal/booking", "internal/spelling"},
	"internal/app/outbox":       {"internal/app/operation", "internal/booking", "internal/interchange", "internal/mail", "internal/store"},
	"internal/mail":             {"internal/booking"},
	"internal/mailtest":         {"internal/mail"},
	"internal/identity":         {"internal/booking", "internal/school"},
	"internal/config":           {"internal/booking", "internal/calendar", "internal/identity", "internal/mail", "internal/school", "internal/spelling"},
	"internal/doctor":           {"internal/config", "internal/identity", "internal/localpg", "internal/mail", "internal/store"},
	"internal/load":             {"internal/errorcode"},
	"internal/web":              {},
	"internal/localpg":          {},
	"internal/memory":           {},
	"internal/meter":            {},
	"internal/bundle":           {},
	"internal/playground":       {"internal/bundle"},
	"internal/desk":             {"internal/bundle"},
	"internal/websession":       {"internal/app/signin", "internal/booking", "internal/identity", "internal/school"},
	"internal/issuertest":       {},
	"internal/telemetry":        {"internal/booking"},
	"internal/sample":           {"internal/booking", "internal/calendar", "internal/store"},
	"internal/scratch":          {},
	"internal/pgtest":           {"internal/localpg", "internal/scratch", "internal/store"},
	"graph/scalar":              {"internal/booking", "internal/calendar", "internal/spelling"},
	"graph/loader":              {"internal/app", "internal/booking"},
	"internal/budget":           {"internal/meter"},
	"graph/plan":                {"internal/budget"},
	"graph/plan/plangen":        {}, // generates a file of graph/generated
	"graph/page":                {"graph/scalar", "internal/app/reservation", "internal/booking", "internal/spelling", "internal/store"},
	"graph/model":               {"internal/app", "internal/app/transfer", "internal/booking"},
	"graph/payload":             {"graph/model", "internal/app/availability", "internal/booking", "internal/calendar"},
	"graph/generated":           {"graph/model", "graph/page", "graph/payload", "graph/plan", "graph/scalar", "internal/app", "internal/app/availability", "internal/app/calendarfeed", "internal/app/preferences", "internal/app/reservation", "internal/app/roster", "internal/app/transfer", "internal/app/webhooks", "internal/booking", "internal/calendar", "internal/live", "internal/store"},
	"graph":                     {"graph/generated", "graph/loader", "graph/model", "graph/page", "graph/payload", "graph/plan", "graph/scalar", "internal/app", "internal/app/availability", "internal/app/calendarfeed", "internal/app/operation", "internal/app/preferences", "internal/app/reservation", "internal/app/roster", "internal/app/transfer", "internal/app/webhooks", "internal/booking", "internal/budget", "internal/calendar", "internal/errorcode", "internal/live", "internal/store"},
	"internal/calendarweb":      {"graph", "internal/app", "internal/errorcode", "internal/gqlhttp", "internal/web"},
	"internal/mailweb":          {"graph", "internal/app", "internal/app/preferences", "internal/errorcode", "internal/gqlhttp", "internal/web"},
	"internal/gqlhttp/coerce":   {"graph/scalar"},
	"internal/gqlhttp":          {"graph", "graph/page", "graph/plan", "internal/app", "internal/app/operation", "internal/booking", "internal/budget", "internal/calendar", "internal/errorcode", "internal/gqlhttp/coerce", "internal/identity", "internal/live", "internal/ratelimit", "internal/store"},

	"internal/app/modeltest":            {}, // tests only
	"internal/house":                    {}, // tests only
	"internal/interchange/resave":       {}, // tests only
	"internal/interchange/windowszones": {}, // generates a file of interchange
}

// only maps each library to the packages that may import it directly.
var only = map[string][]string{
	"gorm.io/":                      {"internal/store"},
	"github.com/jackc/":             {"internal/store", "internal/store/changelog", "internal/store/primary", "internal/store/clone", "internal/memory", "internal/localpg", "internal/pgtest", "bench"},
	"github.com/99designs/gqlgen":   {"graph", "internal/gqlhttp", "graph/generated", "graph/model", "graph/plan", "graph/plan/plangen", "graph/scalar"},
	"github.com/vektah/gqlparser":   {"graph", "graph/generated", "graph/plan", "graph/plan/plangen", "internal/gqlhttp", "internal/gqlhttp/coerce", "internal/schooltest", "internal/cli/reference"},
	"github.com/graph-gophers/":     {"graph/loader"},
	"github.com/caarlos0/env":       {"internal/config"},
	"github.com/agnivade/":          {"internal/spelling"},
	"github.com/hashicorp/go-env":   {"internal/config"},
	"github.com/spf13/":             {"internal/cli", "internal/cli/reference"},
	"github.com/pressly/goose":      {"internal/store"},
	"database/sql":                  {"internal/store", "internal/memory", "internal/pgtest"},
	"net/http":                      {"internal/gqlhttp", "internal/schooltest", "internal/cli", "internal/cli/reference", "internal/identity", "internal/load", "internal/bundle", "internal/playground", "internal/desk", "internal/schools", "internal/websession", "internal/telemetry", "internal/web", "internal/webhook", "internal/calendarweb", "internal/mailweb", "internal/mailtest", "internal/issuertest", "bench"},
	"github.com/HdrHistogram/":      {"internal/load"},
	"github.com/prometheus/common":  {"internal/load"},
	"github.com/prometheus/client_": {"internal/telemetry", "internal/store"},
	"go.opentelemetry.io/":          {"internal/telemetry", "internal/store"},
	"github.com/exaring/":           {"internal/store"},
	"github.com/go-logr/":           {"internal/telemetry"},
	"github.com/golang-jwt/":        {"internal/identity", "internal/issuertest"},
	"github.com/coreos/go-oidc":     {"internal/identity"},
	"golang.org/x/oauth2":           {"internal/identity"},
	"github.com/go-jose/":           {"internal/identity", "internal/issuertest"},
	"github.com/rs/cors":            {"internal/web"},
	"github.com/klauspost/compress": {"internal/web"},
	"github.com/google/jsonschema":  {"internal/cli/reference"},
	"github.com/riverqueue/":        {"internal/store"},
	"github.com/sethvargo/go-retry": {"internal/store", "internal/store/changelog"},
	"golang.org/x/time":             {"internal/ratelimit", "internal/store", "internal/memory", "graph", "internal/gqlhttp"},
	"github.com/hashicorp/golang":   {"internal/gqlhttp", "internal/ratelimit", "internal/store", "internal/store/mirror", "internal/websession"},
	"encoding/csv":                  {"internal/interchange", "internal/interchange/resave"},
	"golang.org/x/text/encoding":    {"internal/interchange", "internal/interchange/resave"},
	"golang.org/x/text/unicode":     {"internal/spelling"},
	"golang.org/x/text/language":    {"internal/spelling"},
	"golang.org/x/net/idna":         {"internal/spelling"},
	"golang.org/x/text/transform":   {"internal/interchange"},
	"github.com/teambition/":        {"internal/interchange"},
	"github.com/arran4/":            {"internal/interchange"},
	"github.com/wneessen/":          {"internal/mail"},
}

// pure packages use no clock, no I/O and no library except the standard library.
var pure = []string{"internal/calendar", "internal/booking"}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) map[string]goPackage {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	found := map[string]goPackage{}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return found
		} else if err != nil {
			t.Fatalf("read go list: %v", err)
		}
		found[strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, "rehearse"), "/")] = p
	}
}

func TestPermittedImports(t *testing.T) {
	t.Parallel()
	all := packages(t)
	for name, p := range all {
		if name == "" || name == "internal/cli" || name == "internal/schooltest" || name == "internal/cli/reference" || name == "bench" || name == "bench/plot" || name == "chaos" {
			continue // these may depend on everything
		}
		allowed, known := layers[name]
		if !known {
			t.Errorf("package %s has no entry in layers", name)
		}
		for _, imported := range p.Imports {
			ours, is := strings.CutPrefix(imported, "rehearse/")
			if is && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s, which it may not", name, ours)
			}
		}
	}
	for name := range layers {
		p, exists := all[name]
		if !exists {
			t.Errorf("layers has %s, which does not exist", name)
		}
		for _, ours := range layers[name] {
			if !slices.Contains(p.Imports, "rehearse/"+ours) {
				t.Errorf("%s may import %s, and does not", name, ours)
			}
		}
	}
}

// TestRootContainsOnlyMain checks that the only Go files of the root are server.go and tools.go,
// and that main imports only the command line from this module.
func TestRootContainsOnlyMain(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(root + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range files {
		files[i] = filepath.Base(name)
	}
	if want := []string{"server.go", "tools.go"}; !slices.Equal(files, want) {
		t.Errorf("got the files %v, want %v", files, want)
	}
	for _, imported := range packages(t)[""].Imports {
		if strings.HasPrefix(imported, "rehearse/") && imported != "rehearse/internal/cli" {
			t.Errorf("main imports %s; only internal/cli is allowed", imported)
		}
	}
}

func TestPermittedLibraries(t *testing.T) {
	t.Parallel()
	for name, p := range packages(t) {
		for _, imported := range p.Imports {
			for library, allowed := range only {
				if strings.HasPrefix(imported, library) && !slices.Contains(allowed, name) {
					t.Errorf("%s imports %s; only %v may import it", name, imported, allowed)
				}
			}
			if slices.Contains(pure, name) && !isPure(imported) {
				t.Errorf("%s imports %s, but must be pure", name, imported)
			}
		}
	}
}

func isPure(imported string) bool {
	if strings.HasPrefix(imported, "rehearse/internal/") {
		return true
	}
	impure := []string{"context", "os", "io", "net", "net/http", "database/sql", "log", "log/slog", "sync", "math/rand", "math/rand/v2"}
	return !strings.Contains(imported, ".") && !slices.Contains(impure, imported)
}

// A resolver that can write could bypass the operations of app.
func TestGraphUsesNeitherStoreNorTx(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "doc", "-all", "-u", "rehearse/graph").Output()
	if err != nil {
		t.Fatalf("go doc: %v", err)
	}
	if strings.Contains(string(out), "*store.Store") || strings.Contains(string(out), "*store.Tx") {
		t.Error("graph names *store.Store or *store.Tx; it reads through app.View and writes through app")
	}
}

// Only package operation, which knows the caller, makes a store.Scope. What a caller may see in
// a list then depends on the caller alone. A filter cannot extend it. Only lists and exports are read
// from a standby. What decides reads from the primary.
func TestCallersOfTheStore(t *testing.T) {
	t.Parallel()
	for call, want := range map[string][]string{
		"store.ScopeOf(": {"internal/app/operation/access.go"},
		"store.Offload(": {"internal/app/transfer/export.go", "internal/app/view_offload.go"},
		"offload(ctx, v": {"internal/app/view.go", "internal/app/view_events.go", "internal/app/view_load.go", "internal/app/view_offload.go"},
	} {
		var found []string
		for _, folder := range []string{"graph", "internal"} {
			err := filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
				if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
					return err
				}
				text, err := os.ReadFile(path)
				if strings.Contains(string(text), call) {
					found = append(found, strings.TrimPrefix(filepath.ToSlash(path), root+"/"))
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(found, want) {
			t.Errorf("%q is in %v, want it only in %v", call, found, want)
		}
	}
}
