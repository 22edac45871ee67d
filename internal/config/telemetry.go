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
	for name, value := range map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT": c.OTLPEndpoint, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": c.OTLPTracesEndpoint,
	} {
		if u, err := url.Parse(value); value != "" && (err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https")) {
			errs = append(errs, wrong(name, value))
		}
	}
	for name, value := range map[string]string{
		"OTEL_EXPORTER_OTLP_PROTOCOL": c.OTLPProtocol, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": c.OTLPTracesProtocol,
	} {
		if value != "" && value != "http/protobuf" {
			errs = append(errs, wrong(name, value))
		}
	}
	return errs
}
