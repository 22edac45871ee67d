package doctor

import (
	"context"
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"rehearse/internal/config"
	"rehearse/internal/store"
)

var noon = time.Date(2030, 3, 4, 12, 0, 0, 0, time.UTC)

// wantOne checks that there is one finding with a level, and that it says something.
func wantOne(t *testing.T, got []Finding, level Level, says string) {
	t.Helper()
	if len(got) != 1 || got[0].Level != level || !strings.Contains(got[0].Found, says) || (got[0].Advice == "") != (level == OK) {
		t.Errorf("got %+v, want the level %q and %q", got, level, says)
	}
}

// pure returns a check that sends nothing.
func pure(run func(context.Context, *patient) []Finding) func(*patient) []Finding {
	return func(p *patient) []Finding { return run(context.Background(), p) }
}

func onQueue(oldest time.Time) func(*patient) []Finding {
	return func(p *patient) []Finding { return p.judgeQueue("delivery", &oldest, "start a server") }
}

func TestJudgeClock(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ahead time.Duration
		level Level
		says  string
	}{
		"no difference":               {0, OK, "agrees"},
		"almost a second":             {999 * time.Millisecond, OK, "999ms ahead"},
		"a second":                    {time.Second, Warning, "1s ahead"},
		"a second behind":             {-time.Second, Warning, "1s behind"},
		"almost 30 seconds":           {29999 * time.Millisecond, Warning, "29.999s ahead"},
		"30 seconds":                  {30 * time.Second, Problem, "30s ahead"},
		"more than 30 seconds behind": {-31 * time.Second, Problem, "31s behind"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantOne(t, judgeClock(test.ahead, 0), test.level, test.says)
		})
	}
}

func TestJudgeConnections(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		each, servers, limit int
		level                Level
		says                 string
	}{
		"two servers fit exactly":         {46, 1, 100, OK, "make 54; max_connections is 100"},
		"a second server does not fit":    {47, 1, 100, Warning, "no room for another server"},
		"one server fits exactly":         {92, 1, 100, Warning, "make 100"},
		"one server does not fit":         {93, 1, 100, Problem, "make 101"},
		"running servers do not fit":      {34, 3, 100, Problem, "3 servers with 34 connections each, and 8 for others, make 110"},
		"running servers and another fit": {22, 3, 100, OK, "make 74"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantOne(t, judgeConnections(test.each, test.servers, test.limit, "max_connections"), test.level, test.says)
		})
	}
}

func TestJudgeCertificate(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return noon.AddDate(0, 0, n) }
	for name, test := range map[string]struct {
		chain []*x509.Certificate
		level Level
		says  string
	}{
		"valid for 21 days":       {[]*x509.Certificate{{NotBefore: day(-1), NotAfter: day(21)}}, OK, "21 more days"},
		"valid for 20 days":       {[]*x509.Certificate{{NotBefore: day(-1), NotAfter: day(20)}}, Warning, "expires in 20 days, at 2030-03-24T12:00:00Z"},
		"valid until now":         {[]*x509.Certificate{{NotBefore: day(-1), NotAfter: noon}}, Warning, "expires in 0 days"},
		"expired":                 {[]*x509.Certificate{{NotBefore: day(-9), NotAfter: noon.Add(-time.Second)}}, Problem, "expired at 2030-03-04T11:59:59Z"},
		"an expired intermediate": {[]*x509.Certificate{{NotBefore: day(-9), NotAfter: day(90)}, {NotAfter: day(-1)}}, Problem, "expired at 2030-03-03"},
		"not valid yet":           {[]*x509.Certificate{{NotBefore: day(1), NotAfter: day(90)}}, Problem, "valid only from 2030-03-05"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantOne(t, judgeCertificate(test.chain, noon), test.level, test.says)
		})
	}
}

// Checks of what was read from the database.
func TestDatabaseChecks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		run   func(p *patient) []Finding
		found store.Inspection
		level Level
		says  string
	}{
		"Postgres 13":           {pure(checkVersion), store.Inspection{Version: 130022, VersionText: "13.22"}, Problem, "13.22"},
		"Postgres 14":           {pure(checkVersion), store.Inspection{Version: 140000, VersionText: "14.0"}, OK, "14.0"},
		"fsync off":             {pure(checkDurability), store.Inspection{FullPageWrites: true, SynchronousCommit: true}, Problem, "fsync"},
		"full page writes off":  {pure(checkDurability), store.Inspection{Fsync: true, SynchronousCommit: true}, Problem, "full_page_writes"},
		"asynchronous commits":  {pure(checkDurability), store.Inspection{Fsync: true, FullPageWrites: true}, Warning, "synchronous_commit"},
		"a short timeout":       {pure(checkTimeouts), store.Inspection{StatementTimeout: 59 * time.Second}, Warning, "statement_timeout is 59s"},
		"a long timeout":        {pure(checkTimeouts), store.Inspection{IdleSessionTimeout: time.Minute}, OK, "no timeout"},
		"a pooler":              {pure(checkConnections), store.Inspection{Pooled: true, MaxConnections: 1}, OK, "a pooler limits"},
		"no extension":          {pure(checkExtension), store.Inspection{}, Problem, "not available"},
		"an extension to come":  {pure(checkExtension), store.Inspection{ExtensionAvailable: true, CanCreateExtension: true}, OK, "the first migration"},
		"the owner of events":   {pure(checkAuditLog), store.Inspection{User: "ann", OwnsEvents: true}, Warning, "the user ann owns the table events"},
		"not the owner":         {pure(checkAuditLog), store.Inspection{User: "ann"}, OK, "the user ann cannot change events"},
		"a queue for 5 minutes": {onQueue(noon.Add(-5 * time.Minute)), store.Inspection{}, OK, "5m0s old"},
		"a longer queue":        {onQueue(noon.Add(-301 * time.Second)), store.Inspection{}, Warning, "the oldest pending delivery is 5m1s old"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantOne(t, test.run(&patient{
				Deployment: Deployment{Config: config.Config{DatabaseURL: "postgres://h/db", DatabaseMaxConns: 32}, Clock: func() time.Time { return noon }},
				found:      &test.found, current: true,
			}), test.level, test.says)
		})
	}
}

// TestPublicURL checks URLs that need no look-up, and that all others are looked up.
func TestPublicURL(t *testing.T) {
	t.Parallel()
	for url, test := range map[string]struct {
		auth  string
		level Level
		says  string
	}{
		"https://localhost":         {config.AuthLocal, OK, "https://localhost"},
		"http://127.0.0.1:8080":     {config.AuthJWT, Warning, "works on this machine only"},
		"http://192.0.2.7":          {config.AuthJWT, Warning, "without encryption"},
		"https://192.0.2.7":         {config.AuthJWT, OK, "https://192.0.2.7"},
		"https://192.0.2.7/graphql": {config.AuthJWT, Warning, "would not work"},
		"https://nowhere.invalid":   {config.AuthJWT, Warning, "has no address"},
	} {
		t.Run(url, func(t *testing.T) {
			t.Parallel()
			p := &patient{Deployment: Deployment{Config: config.Config{PublicURL: url, Auth: test.auth}}}
			wantOne(t, checkPublicURL(t.Context(), p), test.level, test.says)
		})
	}
}
