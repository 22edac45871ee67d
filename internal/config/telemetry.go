package config

import (
	"net/url"
	"strings"
)

// Traces reports whether traces are exported. This package reads only the OpenTelemetry
// variables that decide this and those whose invalid values the SDK ignores silently;
// the SDK reads all of them.
func (c Config) Traces() bool {
	return (c.OTLPEndpoint != "" || c.OTLPTracesEndpoint != "") && !strings.EqualFold(c.OTELDisabled, "true")
}

func (c *Config) validateTelemetry() []error {
	var errs []error
	for _, v := range []struct {
		name, value string
		allowed     func(string) bool
	}{
		{"OTEL_EXPORTER_OTLP_ENDPOINT", c.OTLPEndpoint, isTraceURL},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", c.OTLPTracesEndpoint, isTraceURL},
		{"OTEL_EXPORTER_OTLP_PROTOCOL", c.OTLPProtocol, isTraceProtocol},
		{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", c.OTLPTracesProtocol, isTraceProtocol},
	} {
		if v.value != "" && !v.allowed(v.value) {
			errs = append(errs, wrong(v.name, v.value))
		}
	}
	return errs
}

func isTraceURL(value string) bool {
	u, err := url.Parse(value)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

func isTraceProtocol(value string) bool { return value == "http/protobuf" }
