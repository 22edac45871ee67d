// Command kubernetes writes the JSON Schemas of the kinds that the chart makes, from the OpenAPI
// documents of Kubernetes.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

var releases = []string{"1.25.16", "1.37.2"}

// kinds maps the file that kubeconform reads for a kind to the kind's definition.
var kinds = map[string]string{
	"deployment-apps-v1.json":                     "io.k8s.api.apps.v1.Deployment",
	"horizontalpodautoscaler-autoscaling-v2.json": "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler",
	"job-batch-v1.json":                           "io.k8s.api.batch.v1.Job",
	"poddisruptionbudget-policy-v1.json":          "io.k8s.api.policy.v1.PodDisruptionBudget",
	"service-v1.json":                             "io.k8s.api.core.v1.Service",
}

// scalars are the definitions that OpenAPI describes as strings, although numbers are valid too.
var scalars = map[string][]string{
	"io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"string", "integer"},
	"io.k8s.apimachinery.pkg.api.resource.Quantity":   {"string", "number"},
}

const local = "#/definitions/"

type schema struct {
	Ref                  string             `json:"$ref,omitempty"`
	Type                 any                `json:"type,omitempty"`
	Required             []string           `json:"required,omitempty"`
	Items                *schema            `json:"items,omitempty"`
	Properties           map[string]*schema `json:"properties,omitempty"`
	AdditionalProperties any                `json:"additionalProperties,omitempty"`
}

type document struct {
	Definitions map[string]*schema `json:"definitions"`
}

func main() {
	for _, release := range releases {
		if err := run(context.Background(), release); err != nil {
			fmt.Fprintln(os.Stderr, "kubernetes:", err)
			os.Exit(1)
		}
	}
}

func run(ctx context.Context, release string) error {
	source, err := read(ctx, release)
	if err != nil {
		return err
	}
	folder := filepath.Join("kubernetes", "v"+release)
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return err
	}
	used := document{Definitions: map[string]*schema{}}
	for file, name := range kinds {
		if err := source.copyTo(used, name); err != nil {
			return err
		}
		if err := write(filepath.Join(folder, file), schema{Ref: "definitions.json" + local + name}); err != nil {
			return err
		}
	}
	return write(filepath.Join(folder, "definitions.json"), used)
}

// read downloads a release of Kubernetes as a Go module, whose contents the checksum database
// verifies, and returns its OpenAPI document.
func read(ctx context.Context, release string) (document, error) {
	var module struct{ Dir string }
	var result document
	output, err := exec.CommandContext(ctx, "go", "mod", "download", "-json", "k8s.io/kubernetes@v"+release).Output()
	if err != nil {
		return result, fmt.Errorf("go mod download: %w: %s", err, output)
	}
	if err := json.Unmarshal(output, &module); err != nil {
		return result, err
	}
	text, err := os.ReadFile(filepath.Join(module.Dir, "api", "openapi-spec", "swagger.json"))
	if err != nil {
		return result, err
	}
	return result, json.Unmarshal(text, &result)
}

// copyTo copies a definition, and those that it refers to.
func (d document) copyTo(used document, name string) error {
	if used.Definitions[name] != nil {
		return nil
	}
	definition := d.Definitions[name]
	if definition == nil {
		return fmt.Errorf("the document does not define %s", name)
	}
	if types, is := scalars[name]; is {
		definition = &schema{Type: types}
	}
	used.Definitions[name] = definition
	return definition.walk(func(s *schema) error {
		if s.Properties != nil && s.AdditionalProperties == nil {
			s.AdditionalProperties = false
		}
		if s.Ref == "" {
			return nil
		}
		return d.copyTo(used, strings.TrimPrefix(s.Ref, local))
	})
}

// walk calls a function for a schema and for those inside it.
func (s *schema) walk(visit func(*schema) error) error {
	if s == nil {
		return nil
	}
	if err := visit(s); err != nil {
		return err
	}
	if err := s.Items.walk(visit); err != nil {
		return err
	}
	for _, property := range s.Properties {
		if err := property.walk(visit); err != nil {
			return err
		}
	}
	if values, is := s.AdditionalProperties.(*schema); is {
		return values.walk(visit)
	}
	return nil
}

// UnmarshalJSON decodes the values of a map as a schema.
func (s *schema) UnmarshalJSON(text []byte) error {
	type plain schema
	if err := json.Unmarshal(text, (*plain)(s)); err != nil {
		return err
	}
	if _, is := s.AdditionalProperties.(map[string]any); !is {
		return nil
	}
	var values struct{ AdditionalProperties *schema }
	if err := json.Unmarshal(text, &values); err != nil {
		return err
	}
	s.AdditionalProperties = values.AdditionalProperties
	return nil
}

func write(file string, value any) error {
	text, err := json.MarshalIndent(value, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o600)
}
