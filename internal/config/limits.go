package config

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

func (c *Config) validateLimits() []error {
	var errs []error
	for name, value := range map[string]int{
		"MAX_OPERATIONS": c.MaxOperations, "MAX_BODY": c.MaxBody, "MAX_IMPORT_BODY": c.MaxImportBody,
		"MAX_ANSWER": c.MaxAnswer,
		"MAX_DEPTH":  c.MaxDepth, "MAX_COST": c.MaxCost,
	} {
		if value < 1 {
			errs = append(errs, wrong(name, fmt.Sprint(value), "a number of at least 1"))
		}
	}
	if c.MaxOperationsPerCaller < 0 {
		errs = append(errs, wrong("MAX_OPERATIONS_PER_CALLER", fmt.Sprint(c.MaxOperationsPerCaller),
			"a number of at least 1, or 0 for a quarter of MAX_OPERATIONS"))
	}
	if c.PersistedQueries && c.TrustedDocuments != "" {
		errs = append(errs, errors.New("APQ and TRUSTED_DOCUMENTS are both set; set at most one of them"))
	}
	for name, value := range map[string]int{
		"RATE_LIMIT_BURST": c.RateLimitBurst, "RATE_LIMIT_BOOKING_BURST": c.RateLimitBookingBurst,
		"MAX_STREAMS": c.MaxStreams, "MAX_STREAMS_PER_CALLER": c.MaxStreamsPerCaller,
		"MAX_SUBSCRIPTIONS_PER_CALLER": c.MaxSubscriptions, "MAX_HANDSHAKES_PER_ADDRESS": c.MaxHandshakes,
	} {
		if value < 1 {
			errs = append(errs, wrong(name, fmt.Sprint(value), "a number of at least 1"))
		}
	}
	for name, value := range map[string]float64{
		"RATE_LIMIT_PER_SECOND": c.RateLimitPerSecond, "RATE_LIMIT_BOOKING_PER_SECOND": c.RateLimitBookingPerSecond,
	} {
		if !(value > 0) { // nor is NaN
			errs = append(errs, wrong(name, fmt.Sprint(value), "a positive number of points"))
		}
	}
	for _, text := range c.TrustedProxies {
		proxy, err := parseProxy(strings.TrimSpace(text))
		if err != nil {
			errs = append(errs, wrong("TRUSTED_PROXIES", text, "a list of addresses and ranges such as 10.0.0.0/8,192.0.2.7"))
		}
		c.Proxies = append(c.Proxies, proxy)
	}
	return errs
}

// parseProxy reads an address, or a range of them.
func parseProxy(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}
