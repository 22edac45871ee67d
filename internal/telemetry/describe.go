package telemetry

import (
	"slices"
	"strings"
)

// Metric describes a metric.
type Metric struct {
	Name, Type, Help string
	Labels           []string // sorted
}

// Describe describes the metrics that have a series, sorted by name.
func (t *Telemetry) Describe() ([]Metric, error) {
	families, err := t.metrics.registry.Gather()
	if err != nil {
		return nil, err
	}
	described := make([]Metric, 0, len(families))
	for _, family := range families {
		m := Metric{Name: family.GetName(), Type: strings.ToLower(family.GetType().String()), Help: family.GetHelp()}
		for _, series := range family.GetMetric() {
			for _, label := range series.GetLabel() {
				if !slices.Contains(m.Labels, label.GetName()) {
					m.Labels = append(m.Labels, label.GetName())
				}
			}
		}
		slices.Sort(m.Labels)
		described = append(described, m)
	}
	return described, nil
}
