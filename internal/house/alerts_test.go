package house_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	alert = regexp.MustCompile(`(?m)^ *- alert: (\w+)$`)
	// Prometheus adds these labels to each series, and renames a label job of the metric.
	targetLabel = regexp.MustCompile(`\b(job|instance)="[^"]*",?`)
)

// TestAlertsAreTestedAndExplained looks for two tests of each alert, one in which it fires and
// one in which it does not, and for its section in the runbook.
func TestAlertsAreTestedAndExplained(t *testing.T) {
	t.Parallel()
	rules := readFile(t, "deploy/prometheus/rehearse.rules.yml")
	tests := readFile(t, "deploy/prometheus/rehearse.test.yml")
	runbook := anchorsOf(readFile(t, "docs/how-to/runbook.md"))
	alerts := alert.FindAllStringSubmatch(rules, -1)
	for _, match := range alerts {
		name := match[1]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			section := strings.ToLower(name)
			if !runbook[section] || !strings.Contains(rules, "runbook: docs/how-to/runbook.md#"+section+"\n") {
				t.Errorf("the alert has no section in the runbook, or does not name it")
			}
			if !regexp.MustCompile(`alertname: ` + name + `\n +exp_alerts:`).MatchString(tests) {
				t.Error("no test expects the alert to fire")
			}
			if !strings.Contains(tests, "alertname: "+name+" }") {
				t.Error("no test expects the alert not to fire")
			}
		})
	}
	if len(alerts) < 19 {
		t.Errorf("found %d alerts, want at least 19", len(alerts))
	}
}

// TestAlertsAndDashboardNameMetricsThatExist looks for each metric and label of the alerts, their
// tests and the dashboard in the generated list of metrics.
func TestAlertsAndDashboardNameMetricsThatExist(t *testing.T) {
	t.Parallel()
	labels := labelsOfMetrics(documentsIn(t))
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	const file = "deploy/grafana/rehearse.json"
	if err := json.Unmarshal([]byte(readFile(t, file)), &dashboard); err != nil {
		t.Fatal(err)
	}
	named := 0
	check := func(file, text string) {
		text = targetLabel.ReplaceAllString(text, "")
		named += checkMetrics(t, labels, file, strings.ReplaceAll(text, "exported_job", "job"))
	}
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			check(file+": "+panel.Title, target.Expr)
		}
	}
	for _, file := range []string{"deploy/prometheus/rehearse.rules.yml", "deploy/prometheus/rehearse.test.yml"} {
		check(file, readFile(t, file))
	}
	if named < 80 {
		t.Errorf("found %d metrics, want at least 80", named)
	}
}

// readFile returns the contents of a file, by its path from the root.
func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
