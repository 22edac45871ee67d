package config

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

func (c *Config) validateLimits() []error {
	errs := c.validateNumbers()
	if c.PersistedQueries && c.TrustedDocuments != "" {
		errs = append(errs, errors.New("APQ and TRUSTED_DOCUMENTS are both set; set at most one of them"))
	}
	for _, text := range c.TrustedProxies {
		proxy, err := parseProxy(strings.TrimSpace(text))
		if err != nil {
			errs = append(errs, wrong("TRUSTED_PROXIES", text))
		}
		c.Proxies = append(c.Proxies, proxy)
	}
	return errs
}

// validateNumbers checks the numeric limits in the order of the table of variables.
func (c *Config) validateNumbers() []error {
	var errs []error
	for _, limit := range []struct {
		name    string
		value   any
		allowed bool
	}{
		{"RATE_LIMIT_BURST", c.RateLimitBurst, c.RateLimitBurst >= 1},
		{"RATE_LIMIT_PER_SECOND", c.RateLimitPerSecond, c.RateLimitPerSecond > 0}, // rejects NaN
		{"RATE_LIMIT_BOOKING_BURST", c.RateLimitBookingBurst, c.RateLimitBookingBurst >= 1},
		{"RATE_LIMIT_BOOKING_PER_SECOND", c.RateLimitBookingPerSecond, c.RateLimitBookingPerSecond > 0},
		{"MAX_OPERATIONS", c.MaxOperations, c.MaxOperations >= 1},
		{"MAX_OPERATIONS_PER_CALLER", c.MaxOperationsPerCaller, c.MaxOperationsPerCaller >= 0},
		{"MAX_COST", c.MaxCost, c.MaxCost >= 1},
		{"MAX_DEPTH", c.MaxDepth, c.MaxDepth >= 1},
		{"MAX_BODY", c.MaxBody, c.MaxBody >= 1},
		{"MAX_IMPORT_BODY", c.MaxImportBody, c.MaxImportBody >= 1},
		{"MAX_ANSWER", c.MaxAnswer, c.MaxAnswer >= 1},
		{"MAX_STREAMS", c.MaxStreams, c.MaxStreams >= 1},
		{"MAX_STREAMS_PER_CALLER", c.MaxStreamsPerCaller, c.MaxStreamsPerCaller >= 1},
		{"MAX_SUBSCRIPTIONS_PER_CALLER", c.MaxSubscriptions, c.MaxSubscriptions >= 1},
		{"MAX_HANDSHAKES_PER_ADDRESS", c.MaxHandshakes, c.MaxHandshakes >= 1},
	} {
		if !limit.allowed {
			errs = append(errs, wrong(limit.name, fmt.Sprint(limit.value)))
		}
	}
	return errs
}

// parseProxy parses an address or a prefix.
func parseProxy(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}
