// Package check_test checks the Helm chart with the packages of helm and kubeconform. It is a
// module of its own, so that the program does not depend on them.
package check_test

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/yannh/kubeconform/pkg/validator"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/lint"
	"helm.sh/helm/v3/pkg/lint/support"
	"helm.sh/helm/v3/pkg/strvals"
)

const folder = "../helm/rehearse"

// releases of Kubernetes: the oldest one that the chart supports, and a recent one.
var releases = []string{"1.25.16", "1.37.2"}

// examples maps each file of values in the folder ci of the chart to the kinds that result from it.
var examples = map[string][]string{
	"minimal.yaml": {"Deployment", "Job", "PodDisruptionBudget", "Service"},
	"full.yaml":    {"Deployment", "HorizontalPodAutoscaler", "Job", "PodDisruptionBudget", "Service"},
	"single.yaml":  {"Deployment", "Job", "Service"},
}

func TestEachExampleIsChecked(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(folder + "/ci/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if examples[filepath.Base(file)] == nil {
			t.Errorf("%s is not in the list of examples", file)
		}
	}
}

// TestChartHasNoWarnings checks what `helm lint --strict` checks.
func TestChartHasNoWarnings(t *testing.T) {
	t.Parallel()
	for file := range examples {
		for _, release := range releases {
			t.Run(file+" "+release, func(t *testing.T) {
				t.Parallel()
				linter := lint.AllWithKubeVersion(folder, valuesIn(t, file), "default", version(t, release))
				for _, message := range linter.Messages {
					if message.Severity > support.InfoSev {
						t.Error(message)
					}
				}
			})
		}
	}
}

// TestManifestsAreValid compares the rendered manifests with the schemas of Kubernetes.
func TestManifestsAreValid(t *testing.T) {
	t.Parallel()
	for file, want := range examples {
		for _, release := range releases {
			t.Run(file+" "+release, func(t *testing.T) {
				t.Parallel()
				manifests, err := render(t, release, valuesIn(t, file))
				if err != nil {
					t.Fatal(err)
				}
				var kinds []string
				for _, result := range validate(t, release, manifests) {
					signature, err := result.Resource.Signature()
					if err != nil {
						t.Fatal(err)
					}
					if result.Status != validator.Valid {
						t.Errorf("%s: %v", signature.Kind, result.Err)
					}
					kinds = append(kinds, signature.Kind)
				}
				slices.Sort(kinds)
				if !slices.Equal(kinds, want) {
					t.Errorf("the chart makes %q, want %q", kinds, want)
				}
			})
		}
	}
}

// TestInvalidManifestsAreFound breaks valid manifests. It shows that TestManifestsAreValid can fail.
func TestInvalidManifestsAreFound(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, replacement, want string }{
		{"unknown field", "maxReplicas: 4", "maxReplica: 4", "additional properties 'maxReplica' not allowed"},
		{"unknown field of a container", "readOnlyRootFilesystem: true", "readOnlyRootFileSystem: true", "additional properties 'readOnlyRootFileSystem' not allowed"},
		{"missing field", "minReplicas: 2\n  maxReplicas: 4", "minReplicas: 2", "missing property 'maxReplicas'"},
		{"string for a number", "backoffLimit: 3", `backoffLimit: "3"`, "got string, want integer"},
		{"number for a string", `value: "20"`, "value: 20", "got number, want string"},
		{"key twice", "backoffLimit: 3", "backoffLimit: 3\n  backoffLimit: 4", "already set"},
		{"version that does not exist", "apiVersion: policy/v1", "apiVersion: policy/v1beta1", "could not find schema for PodDisruptionBudget"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			manifests, err := render(t, releases[0], valuesIn(t, "full.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			broken := 0
			for name, text := range manifests {
				broken += strings.Count(text, test.text)
				manifests[name] = strings.ReplaceAll(text, test.text, test.replacement)
			}
			if broken == 0 {
				t.Fatalf("no manifest contains %q", test.text)
			}
			var errors []string
			for _, result := range validate(t, releases[0], manifests) {
				if result.Err != nil {
					errors = append(errors, result.Err.Error())
				}
			}
			if !strings.Contains(strings.Join(errors, "\n"), test.want) {
				t.Errorf("got %q, want an error that contains %q", errors, test.want)
			}
		})
	}
}

// TestWrongValuesAreRefused compares values with values.schema.json.
func TestWrongValuesAreRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ set, want string }{
		{"image.repository=", "at '/image/repository': minLength: got 0, want 1"},
		{"image.pullPolicy=Sometimes", "at '/image/pullPolicy': value must be one of 'Always', 'IfNotPresent', 'Never'"},
		{"database.secretName=", "at '/database/secretName': minLength: got 0, want 1"},
		{"auth.jwtSecret.secretName=", "at '/auth': 'oneOf' failed"},
		{"auth.oidcIssuer=https://login.example.org", "at '/auth': 'oneOf' failed"},
		{"auth.oidcIssuer=login.example.org", "at '/auth/oidcIssuer'"},
		{"env.MIGRATE=on", "MIGRATE"},
		{"env.DATABASE_MAX_CONNS=20", "at '/env/DATABASE_MAX_CONNS': got number, want string"},
		{"replicas=0", "at '/replicas': minimum: got 0, want 1"},
		{"replicas=two", "at '/replicas': got string, want integer"},
		{"replica=3", "additional properties 'replica' not allowed"},
		{"service.port=65536", "at '/service/port': maximum: got 65,536, want 65,535"},
		{"goMemoryLimit=690MB", "at '/goMemoryLimit'"},
		{"terminationGracePeriodSeconds=10", "at '/terminationGracePeriodSeconds': minimum: got 10, want 15"},
	} {
		t.Run(test.set, func(t *testing.T) {
			t.Parallel()
			values := valuesIn(t, "minimal.yaml")
			if err := strvals.ParseInto(test.set, values); err != nil {
				t.Fatal(err)
			}
			if _, err := render(t, releases[0], values); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got the error %v, want one that contains %q", err, test.want)
			}
		})
	}
}

// TestTheDefaultImageIsThatOfTheRelease compares the tag that the chart uses by default with the
// latest release in the changelog. The release workflow compares the chart with the tag in git.
func TestTheDefaultImageIsThatOfTheRelease(t *testing.T) {
	t.Parallel()
	changelog, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	_, released, _ := strings.Cut(string(changelog), "\n## Unreleased\n")
	_, latest, _ := strings.Cut(released, "\n## ")
	latest, _, _ = strings.Cut(latest, " ")
	manifests, err := render(t, "1.37.2", valuesIn(t, "minimal.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"deployment.yaml", "migrate.yaml"} {
		manifest := manifests["rehearse/templates/"+name]
		for _, want := range []string{
			`image: "registry.example.org/rehearse:` + latest + `"`,
			`app.kubernetes.io/version: "` + latest + `"`,
			`helm.sh/chart: rehearse-` + latest + "\n",
		} {
			if !strings.Contains(manifest, want) {
				t.Errorf("%s does not contain %q:\n%s", name, want, manifest)
			}
		}
	}
}

// render returns the manifests, by the names of their templates.
func render(t *testing.T, release string, values map[string]any) (map[string]string, error) {
	t.Helper()
	chart, err := loader.LoadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if supported := chart.Metadata.KubeVersion; !chartutil.IsCompatibleRange(supported, "v"+release) {
		t.Fatalf("the chart supports Kubernetes %s, which excludes %s", supported, release)
	}
	capabilities := chartutil.DefaultCapabilities.Copy()
	capabilities.KubeVersion = *version(t, release)
	options := chartutil.ReleaseOptions{Name: "school", Namespace: "default", Revision: 1, IsInstall: true}
	full, err := chartutil.ToRenderValues(chart, values, options, capabilities)
	if err != nil {
		return nil, err
	}
	manifests, err := engine.Render(chart, full)
	delete(manifests, "rehearse/templates/NOTES.txt")
	return manifests, err
}

func validate(t *testing.T, release string, manifests map[string]string) []validator.Result {
	t.Helper()
	schemas := []string{"kubernetes/{{.NormalizedKubernetesVersion}}/{{.ResourceKind}}{{.KindSuffix}}.json"}
	kubeconform, err := validator.New(schemas, validator.Opts{KubernetesVersion: release, Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	var results []validator.Result
	for name, manifest := range manifests {
		for _, result := range kubeconform.Validate(name, io.NopCloser(strings.NewReader(manifest))) {
			if result.Status != validator.Empty {
				results = append(results, result)
			}
		}
	}
	return results
}

func version(t *testing.T, release string) *chartutil.KubeVersion {
	t.Helper()
	parsed, err := chartutil.ParseKubeVersion(release)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func valuesIn(t *testing.T, file string) map[string]any {
	t.Helper()
	values, err := chartutil.ReadValuesFile(filepath.Join(folder, "ci", file))
	if err != nil {
		t.Fatal(err)
	}
	return values
}
