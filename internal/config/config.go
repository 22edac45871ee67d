// Package config reads the configuration from the environment and a config file. No
// other package reads either.
package config

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"rehearse/internal/calendar"
	"rehearse/internal/identity"
	"rehearse/internal/school"
)

// Config is the whole configuration. Load validates it.
type Config struct {
	Addr             string        `env:"ADDR" envDefault:"127.0.0.1:8080"`
	OpsAddr          string        `env:"OPS_ADDR"`
	PublicURL        string        `env:"PUBLIC_URL"` // Load removes a final slash
	DatabaseURL      string        `env:"DATABASE_URL"`
	DatabaseWait     time.Duration `env:"DATABASE_WAIT" envDefault:"1m"`
	DatabaseMaxConns int           `env:"DATABASE_MAX_CONNS" envDefault:"32"`
	ConnsPerCaller   int           `env:"DATABASE_MAX_CONNS_PER_CALLER" envDefault:"0"` // 0 means a quarter
	DataDir          string        `env:"DATA_DIR"`
	Auth             string        `env:"AUTH"`
	SchoolText       string        `env:"SCHOOL"`
	SchoolDomain     string        `env:"SCHOOL_DOMAIN"`
	MaxOpenSchools   int           `env:"MAX_OPEN_SCHOOLS" envDefault:"20"`
	SchoolIdle       time.Duration `env:"SCHOOL_IDLE_TIMEOUT" envDefault:"5m"`
	SampleData       Switch        `env:"SAMPLE_DATA" envDefault:"on"`
	Migrate          Switch        `env:"MIGRATE" envDefault:"on"`
	DefaultTimeZone  string        `env:"DEFAULT_TIME_ZONE" envDefault:"UTC"`
	ClockOffset      time.Duration `env:"CLOCK_OFFSET" envDefault:"0s"`
	PrivateWebhooks  Switch        `env:"WEBHOOK_PRIVATE_ADDRESSES" envDefault:"off"`
	OperationTimeout time.Duration `env:"OPERATION_TIMEOUT" envDefault:"10s"`
	DrainDelay       time.Duration `env:"DRAIN_DELAY"` // Load sets the default
	ShutdownTimeout  time.Duration `env:"SHUTDOWN_TIMEOUT" envDefault:"10s"`
	LogLevel         slog.Level    `env:"LOG_LEVEL" envDefault:"info"`
	LogFormat        string        `env:"LOG_FORMAT" envDefault:"text"`

	JWTSecret        string   `env:"JWT_SECRET"`
	JWTPublicKeyFile string   `env:"JWT_PUBLIC_KEY_FILE"`
	OIDCIssuer       string   `env:"OIDC_ISSUER"`
	JWTIssuer        string   `env:"JWT_ISSUER"`
	JWTAudience      string   `env:"JWT_AUDIENCE"`
	JWTRoleClaim     string   `env:"JWT_ROLE_CLAIM"`
	JWTIDClaim       string   `env:"JWT_ID_CLAIM"`
	JWTSchoolClaim   string   `env:"JWT_SCHOOL_CLAIM"`
	CORSOrigins      []string `env:"CORS_ORIGINS"`
	TLSCertFile      string   `env:"TLS_CERT_FILE"`
	TLSKeyFile       string   `env:"TLS_KEY_FILE"`

	OIDCClientID     string   `env:"OIDC_CLIENT_ID"`
	OIDCClientSecret string   `env:"OIDC_CLIENT_SECRET"`
	OIDCScopes       string   `env:"OIDC_SCOPES" envDefault:"openid email profile"`
	OIDCRoleClaim    string   `env:"OIDC_ROLE_CLAIM"`
	OIDCRoles        []string `env:"OIDC_ROLES"`
	OIDCIDClaim      string   `env:"OIDC_ID_CLAIM"`
	OIDCTrustEmail   Switch   `env:"OIDC_TRUST_EMAIL" envDefault:"off"`
	SessionSecret    string   `env:"SESSION_SECRET"`
	AdminEmails      []string `env:"ADMIN_EMAILS"`
	SignInLinks      Switch   `env:"SIGN_IN_LINKS" envDefault:"on"`

	RateLimit                 Switch   `env:"RATE_LIMIT" envDefault:"on"`
	RateLimitShared           Switch   `env:"RATE_LIMIT_SHARED" envDefault:"off"`
	RateLimitBurst            int      `env:"RATE_LIMIT_BURST" envDefault:"20000"`
	RateLimitPerSecond        float64  `env:"RATE_LIMIT_PER_SECOND" envDefault:"1000"`
	RateLimitBookingBurst     int      `env:"RATE_LIMIT_BOOKING_BURST" envDefault:"30"`
	RateLimitBookingPerSecond float64  `env:"RATE_LIMIT_BOOKING_PER_SECOND" envDefault:"0.5"`
	TrustedProxies            []string `env:"TRUSTED_PROXIES"`

	MaxOperations          int `env:"MAX_OPERATIONS" envDefault:"32"`
	MaxOperationsPerCaller int `env:"MAX_OPERATIONS_PER_CALLER" envDefault:"0"` // 0 means a quarter

	MaxBody          int    `env:"MAX_BODY" envDefault:"262144"`
	MaxImportBody    int    `env:"MAX_IMPORT_BODY" envDefault:"8388608"`
	MaxAnswer        int    `env:"MAX_ANSWER" envDefault:"8388608"`
	MaxDepth         int    `env:"MAX_DEPTH" envDefault:"12"`
	MaxCost          int    `env:"MAX_COST" envDefault:"5000"`
	Introspection    Switch `env:"INTROSPECTION" envDefault:"on"`
	PersistedQueries Switch `env:"APQ" envDefault:"off"`
	TrustedDocuments string `env:"TRUSTED_DOCUMENTS"`

	SMTPURL       string `env:"SMTP_URL"`
	MailFrom      string `env:"MAIL_FROM"`
	MailAdmin     string `env:"MAIL_ADMIN"`
	MailTemplates string `env:"MAIL_TEMPLATES"`

	LoadToken string `env:"LOAD_TOKEN"`

	GoMemoryLimit    string `env:"GOMEMLIMIT"` // read by the Go runtime
	GCPercent        int    `env:"GOGC" envDefault:"200"`
	PostgresBinaries string `env:"PGBIN"`           // read by localpg
	File             string `env:"REHEARSE_CONFIG"` // read by Environment

	DatabaseListenURL   string `env:"DATABASE_LISTEN_URL"`
	DatabaseReplicaURL  string `env:"DATABASE_REPLICA_URL"`
	MaxStreams          int    `env:"MAX_STREAMS" envDefault:"10000"`
	MaxStreamsPerCaller int    `env:"MAX_STREAMS_PER_CALLER" envDefault:"100"`
	MaxSubscriptions    int    `env:"MAX_SUBSCRIPTIONS_PER_CALLER" envDefault:"200"`
	MaxHandshakes       int    `env:"MAX_HANDSHAKES_PER_ADDRESS" envDefault:"100"`

	OTLPEndpoint       string `env:"OTEL_EXPORTER_OTLP_ENDPOINT"`
	OTLPTracesEndpoint string `env:"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"`
	OTLPProtocol       string `env:"OTEL_EXPORTER_OTLP_PROTOCOL"`
	OTLPTracesProtocol string `env:"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"`
	OTELDisabled       string `env:"OTEL_SDK_DISABLED"`

	School      school.Name         // parsed SchoolText
	Mail        Mail                // from SMTPURL and the others
	Claims      identity.ClaimNames // from OIDCRoleClaim and the others
	SessionKey  *identity.Secret    // from SessionSecret or JWTSecret; nil without
	Proxies     []netip.Prefix      // parsed TrustedProxies
	Zone        *time.Location      // loaded DefaultTimeZone
	Secret      *identity.Secret    // from JWTSecret; nil without
	PublicKey   *identity.PublicKey // from JWTPublicKeyFile; nil without
	Certificate *tls.Certificate    // from TLSCertFile and TLSKeyFile; nil without
}

// Switch is a boolean that is written as on or off.
type Switch bool

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Switch) UnmarshalText(text []byte) error {
	switch string(text) {
	case "on":
		*s = true
	case "off":
		*s = false
	default:
		return errors.New(onOrOff)
	}
	return nil
}

// Embedded reports whether the server runs its own database.
func (c Config) Embedded() bool { return c.DatabaseURL == "" }

// KeepsKey reports whether tokens are signed with a key in the data folder.
func (c Config) KeepsKey() bool {
	return c.JWTSecret == "" && c.JWTPublicKeyFile == "" && c.OIDCIssuer == ""
}

// TokenIssuer returns the issuer whose keys verify tokens, or an empty text if another key does. With
// a client, the issuer may be only for signing in.
func (c Config) TokenIssuer() string {
	if c.OIDCClientID != "" && (c.JWTSecret != "" || c.JWTPublicKeyFile != "") {
		return ""
	}
	return c.OIDCIssuer
}

// UsesDataDir reports whether the data folder is used, for the database or for the key
// of local tokens.
func (c Config) UsesDataDir(purpose Purpose) bool {
	return purpose != PurposeMail && (c.Embedded() || (purpose != PurposeDatabase && c.KeepsKey()))
}

// Values of AUTH, which decide the actor of a request without a token. In both modes, a
// request with a token is its owner's.
const (
	AuthLocal = "local" // the local administrator
	AuthJWT   = "jwt"   // anonymous
)

// Purpose is what a command needs the configuration for. Variables that the purpose does
// not need are not validated.
type Purpose int

// Purposes.
const (
	PurposeDatabase Purpose = iota // uses the database
	PurposeSign                    // signs tokens
	PurposeMail                    // writes messages
	PurposeServe                   // needs everything
	PurposeDoctor                  // like PurposeServe, but does not read the certificate, so that it can be examined
)

// drainDelay is the default of DRAIN_DELAY with DATABASE_URL. The built-in Postgres stops with its
// server, so no other server could take over the requests.
const drainDelay = 5 * time.Second

// Load reads the configuration through getenv, such as os.Getenv. Its error lists every
// invalid value that matters for the purpose, with what is allowed.
func Load(getenv func(string) string, purpose Purpose) (Config, error) {
	var c Config
	errs := c.parse(getenv)
	if getenv("DRAIN_DELAY") == "" && !c.Embedded() {
		c.DrainDelay = drainDelay
	}
	errs = append(errs, c.validate(purpose)...)
	return c, errors.Join(errs...)
}

func (c *Config) parse(getenv func(string) string) []error {
	fields, err := env.GetFieldParams(c)
	if err != nil {
		return []error{err}
	}
	environment := map[string]string{}
	for _, field := range fields {
		if value := getenv(field.Key); value != "" {
			environment[field.Key] = value
		}
	}
	var errs []error
	var all env.AggregateError
	if !errors.As(env.ParseWithOptions(c, env.Options{Environment: environment}), &all) {
		return nil
	}
	for _, err := range all.Errors {
		var parse env.ParseError
		if !errors.As(err, &parse) {
			errs = append(errs, err)
			continue
		}
		field, _ := reflect.TypeFor[Config]().FieldByName(parse.Name)
		name := field.Tag.Get("env")
		errs = append(errs, wrong(name, environment[name]))
		delete(environment, name)
	}
	// The variables that cannot be parsed get their defaults, so that validate does not report
	// them again.
	*c = Config{}
	_ = env.ParseWithOptions(c, env.Options{Environment: environment})
	return errs
}

// wrong returns the error for a variable whose value is not allowed.
func wrong(name, value string) error {
	return fmt.Errorf("%s is %q; expected %s", name, value, Describe(name).Allowed)
}

func (c *Config) validate(purpose Purpose) []error {
	var errs []error
	check := func(ok bool, name, value string) {
		if !ok {
			errs = append(errs, wrong(name, value))
		}
	}
	check(isAddress(c.Addr), "ADDR", c.Addr)
	check(c.OpsAddr == "" || isAddress(c.OpsAddr), "OPS_ADDR", c.OpsAddr)
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	check(c.PublicURL == "" || isPublicURL(c.PublicURL), "PUBLIC_URL", c.PublicURL)
	check(c.LogFormat == "text" || c.LogFormat == "json", "LOG_FORMAT", c.LogFormat)
	check(c.DatabaseMaxConns >= 1, "DATABASE_MAX_CONNS", fmt.Sprint(c.DatabaseMaxConns))
	check(c.ConnsPerCaller >= 0, "DATABASE_MAX_CONNS_PER_CALLER", fmt.Sprint(c.ConnsPerCaller))
	check(c.GCPercent >= 1, "GOGC", fmt.Sprint(c.GCPercent))
	check(c.OperationTimeout > 0, "OPERATION_TIMEOUT", c.OperationTimeout.String())
	check(c.DatabaseWait >= 0, "DATABASE_WAIT", c.DatabaseWait.String())
	check(c.DrainDelay >= 0, "DRAIN_DELAY", c.DrainDelay.String())
	check(c.ShutdownTimeout > 0, "SHUTDOWN_TIMEOUT", c.ShutdownTimeout.String())
	// Check only the scheme: a URL with several hosts is invalid to net/url.
	check(c.DatabaseURL == "" || isDatabase(c.DatabaseURL), "DATABASE_URL", hidden)
	check(c.DatabaseListenURL == "" || isDatabase(c.DatabaseListenURL) && !c.Embedded(), "DATABASE_LISTEN_URL", hidden)
	check(c.DatabaseReplicaURL == "" || isDatabase(c.DatabaseReplicaURL) && !c.Embedded(), "DATABASE_REPLICA_URL", hidden)
	c.validateSchools(check)
	errs = append(errs, c.validateSchoolHosts()...)
	zone, err := calendar.Zone(c.DefaultTimeZone)
	check(err == nil, "DEFAULT_TIME_ZONE", c.DefaultTimeZone)
	c.Zone = zone
	c.setAuth()
	errs = append(errs, c.validateLimits()...)
	errs = append(errs, c.validateTelemetry()...)
	if purpose == PurposeDatabase {
		return errs
	}
	if purpose == PurposeMail {
		return append(errs, c.validateMail()...)
	}
	errs = append(errs, c.validateKeys(purpose)...)
	if purpose == PurposeSign {
		return errs
	}
	errs = append(errs, c.validateAuth()...)
	errs = append(errs, c.validateOrigins()...)
	errs = append(errs, c.validateMail()...)
	errs = append(errs, c.validateSignIn()...)
	return append(errs, c.loadCertificate(purpose)...)
}

// validateSchools checks what concerns an installation with several schools.
func (c *Config) validateSchools(check func(ok bool, name, value string)) {
	if c.SchoolText != "" {
		name, err := school.ParseName(c.SchoolText)
		check(err == nil, "SCHOOL", c.SchoolText)
		c.School = name
	}
	domain := c.SchoolDomain
	check(domain == strings.Trim(strings.ToLower(domain), ".:/ ") && !strings.ContainsAny(domain, ":/ "), "SCHOOL_DOMAIN", domain)
	check(c.MaxOpenSchools >= 1, "MAX_OPEN_SCHOOLS", fmt.Sprint(c.MaxOpenSchools))
	check(c.SchoolIdle > 0, "SCHOOL_IDLE_TIMEOUT", c.SchoolIdle.String())
}

// validateSchoolHosts checks that the host of PUBLIC_URL does not name a school: nothing would then lead
// to the only one.
func (c *Config) validateSchoolHosts() []error {
	public, err := url.Parse(c.PublicURL)
	if err != nil || c.SchoolDomain == "" || !strings.HasSuffix(strings.ToLower(public.Hostname()), "."+c.SchoolDomain) {
		return nil
	}
	return []error{fmt.Errorf("SCHOOL_DOMAIN is %q, and PUBLIC_URL is %q, whose host would name a school; expected a domain without this host below it",
		c.SchoolDomain, c.PublicURL)}
}

// SchoolURL returns the URL of the pages of a school, without a final slash: its host, if schools have
// hosts, or otherwise its path. It is empty without PUBLIC_URL.
func (c Config) SchoolURL(of school.Name) string {
	public, err := url.Parse(c.PublicURL)
	switch {
	case of == "" || c.PublicURL == "" || err != nil:
		return c.PublicURL
	case c.SchoolDomain == "":
		return c.PublicURL + of.Path()
	}
	host := string(of) + "." + c.SchoolDomain
	if port := public.Port(); port != "" {
		host = net.JoinHostPort(host, port)
	}
	public.Host = host
	return public.String()
}

// hidden replaces a value that may be a secret.
const hidden = "(hidden)"

func isDatabase(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

func isAddress(addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}
