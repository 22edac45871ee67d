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
			errs = append(errs, wrong(name, fmt.Sprint(value)))
		}
	}
	if c.MaxOperationsPerCaller < 0 {
		errs = append(errs, wrong("MAX_OPERATIONS_PER_CALLER", fmt.Sprint(c.MaxOperationsPerCaller)))
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
			errs = append(errs, wrong(name, fmt.Sprint(value)))
		}
	}
	for name, value := range map[string]float64{
		"RATE_LIMIT_PER_SECOND": c.RateLimitPerSecond, "RATE_LIMIT_BOOKING_PER_SECOND": c.RateLimitBookingPerSecond,
	} {
		if !(value > 0) { // nor is NaN
			errs = append(errs, wrong(name, fmt.Sprint(value)))
		}
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

// parseProxy reads an address, or a range of them.
func parseProxy(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}
