package config

import (
	"cmp"
	"reflect"

	"rehearse/internal/mail"
)

// Variable describes an environment variable. Error messages, the help and the reference
// are all derived from these descriptions.
type Variable struct {
	Name        string
	Group       string
	Description string // without the final full stop
	Default     string // from the tag in Config; empty for none
	Note        string // meaning of the default
	Allowed     string // completes "expected ..."
	See         string // page and anchor, relative to docs
	Secret      bool
}

// DefaultText returns the default in readable form.
func (v Variable) DefaultText() string {
	text := cmp.Or(v.Default, "empty")
	if v.Note != "" {
		text += " (" + v.Note + ")"
	}
	return text
}

// Groups of variables, in display order.
const (
	groupServer    = "Server"
	groupDatabase  = "Database"
	groupAccess    = "Authentication"
	groupSignIn    = "Sign-in to the desk"
	groupRates     = "Rate limits"
	groupLimits    = "Limits of requests"
	groupStreams   = "Limits of subscriptions"
	groupSchool    = "School"
	groupMail      = "E-mail"
	groupTelemetry = "Logs and traces"
	groupTools     = "Tools"
)

// Allowed values shared by several variables.
const (
	onOrOff     = "on or off"
	atLeast1    = "a whole number of at least 1"
	above0      = "a number above 0"
	positive    = "a positive duration such as 10s or 2m"
	notNegative = "a duration of at least 0s, such as 5s"
	aFile       = "the path of a file"
	anAddress   = "an address such as school@example.org"
	aTraceURL   = "a URL such as http://127.0.0.1:4318"
	address     = "host:port with a port from 1 to 65535, or 0 for any free port"
	protocol    = "http/protobuf, the only supported protocol"
)

// Variables returns all variables by group, with the defaults of Config.
func Variables() []Variable {
	defaults := map[string]string{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		defaults[f.Tag.Get("env")] = f.Tag.Get("envDefault")
	}
	all := make([]Variable, len(variables))
	for i, v := range variables {
		v.Default = defaults[v.Name]
		all[i] = v
	}
	return all
}

// Describe returns the variable with the given name, or the zero Variable.
func Describe(name string) Variable {
	for _, v := range Variables() {
		if v.Name == name {
			return v
		}
	}
	return Variable{}
}

var variables = []Variable{
	{
		Name: "ADDR", Group: groupServer, Allowed: address,
		Description: "The address to listen on",
	},
	{
		Name: "OPS_ADDR", Group: groupServer, Allowed: address, Note: "`ADDR` serves them",
		Description: "The address for `/livez`, `/readyz` and `/metrics`",
	},
	{
		Name: "PUBLIC_URL", Group: groupServer, Note: "the host of each request", See: "how-to/calendar-feeds.md",
		Allowed:     "a URL such as https://rehearse.example.org, without a user, query or fragment",
		Description: "The URL at which people reach the server. The URLs of calendar feeds, and the links to sign in and to unsubscribe in e-mails, begin with it. `OIDC_CLIENT_ID` requires it. Without it, e-mails have no such links",
	},
	{
		Name: "TLS_CERT_FILE", Group: groupServer, Allowed: aFile, Note: "plain HTTP",
		Description: "A PEM file with the certificate chain; with `TLS_KEY_FILE` it enables HTTPS on `ADDR`. SIGHUP reloads it",
	},
	{
		Name: "TLS_KEY_FILE", Group: groupServer, Allowed: aFile,
		Description: "A PEM file with the private key of the certificate. SIGHUP reloads it",
	},
	{
		Name: "CORS_ORIGINS", Group: groupServer, Note: "none", See: "how-to/deploy.md#4-open-the-server-to-browsers",
		Allowed:     "a list of exact origins such as https://app.example.org,http://localhost:3000",
		Description: "The exact origins of other sites whose pages may use `/graphql`, separated by commas",
	},
	{
		Name: "TRUSTED_PROXIES", Group: groupServer, Note: "none", See: "explanation/bounded-work.md#rate-limits",
		Allowed:     "a list of addresses and ranges such as 10.0.0.0/8,192.0.2.7",
		Description: "Addresses and CIDR ranges whose `X-Forwarded-For` header is trusted, separated by commas",
	},
	{
		Name: "OPERATION_TIMEOUT", Group: groupServer, Allowed: positive,
		Description: "The time limit of one GraphQL operation",
	},
	{
		Name: "DRAIN_DELAY", Group: groupServer, Allowed: notNegative, See: "reference/server.md#shutdown",
		Note:        "5s with `DATABASE_URL`, 0s with the built-in Postgres",
		Description: "How long a server still serves requests after the signal to stop, while `/readyz` fails, so that load balancers send new requests elsewhere",
	},
	{
		Name: "SHUTDOWN_TIMEOUT", Group: groupServer, Allowed: positive, See: "reference/server.md#shutdown",
		Description: "The time that in-flight requests may take to finish during a shutdown",
	},
	{
		Name: "REHEARSE_CONFIG", Group: groupServer, Allowed: aFile, Note: "none",
		Description: "A file with lines of the form `NAME=value`, which sets the other variables; environment variables " +
			"override it. The flag `--config` overrides this variable",
	},
	{
		Name: "GOMEMLIMIT", Group: groupServer, Allowed: "a size such as 900MiB", Note: "the server adapts the limit", See: "how-to/plan-capacity.md#memory",
		Description: "The soft memory limit of the Go runtime. It cannot be set in a config file",
	},
	{
		Name: "GOGC", Group: groupServer, Allowed: atLeast1, See: "how-to/plan-capacity.md#memory",
		Description: "The garbage that the heap may hold before the Go runtime collects it, in per cent of the live memory. Near the memory limit, the runtime collects earlier",
	},

	{
		Name: "DATABASE_URL", Group: groupDatabase, Note: "the built-in Postgres", See: "how-to/deploy.md#2-connect-postgres",
		Allowed:     "a URL such as postgres://user@host/database",
		Description: "A Postgres server, version 14 or later, as `postgres://user@host/database`. The URL may name several hosts",
	},
	{
		Name: "DATABASE_WAIT", Group: groupDatabase, Allowed: notNegative, See: "reference/server.md#startup",
		Description: "How long a server waits at startup for a Postgres that does not respond",
	},
	{
		Name: "DATABASE_LISTEN_URL", Group: groupDatabase, Note: "`DATABASE_URL`", See: "how-to/pgbouncer.md",
		Allowed:     "a URL such as postgres://user@host/database; requires DATABASE_URL",
		Description: "The address of Postgres itself, if `DATABASE_URL` points to a pooler such as pgbouncer. With it, subscribers get the changes of other servers at once, and without it up to 50 ms later",
	},
	{
		Name: "DATABASE_REPLICA_URL", Group: groupDatabase, Note: "the primary serves all reads", See: "how-to/read-from-standbys.md",
		Allowed:     "a URL such as postgres://user@standby1,standby2/database; requires DATABASE_URL",
		Description: "The address of one or several standbys of the database. They serve the lists of staff and the exports. A server reads from one of the hosts, and skips those that are not a standby",
	},
	{
		Name: "DATABASE_MAX_CONNS", Group: groupDatabase, Allowed: atLeast1,
		Description: "The maximum number of database connections, not counting the two that follow changes",
	},
	{
		Name: "DATABASE_MAX_CONNS_PER_CALLER", Group: groupDatabase, Allowed: "a whole number of at least 0",
		Note: "a quarter of `DATABASE_MAX_CONNS`, at least 1", See: "explanation/failures.md#overload",
		Description: "The maximum number of the `DATABASE_MAX_CONNS` connections that the reads of one person or address use at a time; further reads wait",
	},
	{
		Name: "DATA_DIR", Group: groupDatabase, Allowed: "the path of a folder", Note: "the user's data folder; `/var/lib/rehearse` for root",
		Description: "The folder for the data of the built-in Postgres and for the key that signs local tokens",
	},
	{
		Name: "MIGRATE", Group: groupDatabase, Allowed: onOrOff,
		Description: "`off`: do not migrate the database at startup; refuse to start on an older schema",
	},
	{
		Name: "PGBIN", Group: groupDatabase, Allowed: "the path of a folder", Note: "the program searches the usual folders",
		Description: "The folder of the Postgres binaries",
	},

	{
		Name: "AUTH", Group: groupAccess, Allowed: "local or jwt", See: "reference/authentication.md",
		Note: "`local` with the built-in Postgres if `ADDR` is a loopback address, else `jwt`",
		Description: "How to treat a request without a token. `local`: it has the rights of the administrator, which is allowed only on loopback " +
			"addresses. `jwt`: it is anonymous. Tokens are verified in both modes",
	},
	{
		Name: "JWT_SECRET", Group: groupAccess, Secret: true, Allowed: "at least 32 bytes",
		Description: "The secret that signs and verifies tokens (HS256). `AUTH=jwt` requires exactly one of `JWT_SECRET`, `JWT_PUBLIC_KEY_FILE` " +
			"and `OIDC_ISSUER`. With `AUTH=local` and none of them, the server creates a key in the data folder",
	},
	{
		Name: "JWT_PUBLIC_KEY_FILE", Group: groupAccess, Allowed: aFile,
		Description: "A PEM file with the public key that verifies tokens: RSA (RS256, PS256), ECDSA on P-256 (ES256) or Ed25519 (EdDSA). " +
			"SIGHUP reloads it",
	},
	{
		Name: "OIDC_ISSUER", Group: groupAccess, Allowed: "a URL such as https://login.example.org, without a user, query or fragment; http only on a loopback host",
		Description: "The URL of an OpenID Connect issuer, whose keys are discovered and refreshed",
	},
	{
		Name: "JWT_ISSUER", Group: groupAccess, Allowed: "any text", Note: "any issuer, or `OIDC_ISSUER`",
		Description: "The required `iss` of tokens",
	},
	{
		Name: "JWT_AUDIENCE", Group: groupAccess, Allowed: "any text", Note: "any audience",
		Description: "The required `aud` of tokens; mandatory with `OIDC_ISSUER`",
	},
	{
		Name: "JWT_ROLE_CLAIM", Group: groupAccess, Allowed: "the name of a claim such as https://example.org/role", Note: "`role`", See: "reference/authentication.md#claims",
		Description: "The claim of tokens that contains the person's role",
	},
	{
		Name: "JWT_ID_CLAIM", Group: groupAccess, Allowed: "the name of a claim such as https://example.org/id", Note: "`sub`", See: "reference/authentication.md#claims",
		Description: "The claim of tokens that contains the person's id",
	},

	{
		Name: "OIDC_CLIENT_ID", Group: groupSignIn, Allowed: "the id of a client", Note: "no sign-in at an issuer", See: "how-to/use-the-desk.md#sign-in-at-your-identity-provider",
		Description: "The id of the desk's client at `OIDC_ISSUER`, where people then sign in. It requires `PUBLIC_URL`, and `SESSION_SECRET` or `JWT_SECRET`. " +
			"If `JWT_SECRET` or `JWT_PUBLIC_KEY_FILE` is also set, that key verifies tokens, and the issuer only signs people in",
	},
	{
		Name: "OIDC_CLIENT_SECRET", Group: groupSignIn, Secret: true, Allowed: "the secret of the client", Note: "a public client",
		Description: "The secret of the client `OIDC_CLIENT_ID`",
	},
	{
		Name: "OIDC_SCOPES", Group: groupSignIn, Allowed: "scopes separated by spaces, one of which is openid",
		Description: "The scopes that the desk requests",
	},
	{
		Name: "OIDC_ROLE_CLAIM", Group: groupSignIn, Allowed: "the name of a claim such as roles", Note: "the lists of people decide", See: "how-to/use-the-desk.md#roles",
		Description: "The claim with the roles of a person: a text or an array",
	},
	{
		Name: "OIDC_ROLES", Group: groupSignIn, Note: "`admin=admin,interviewer=interviewer,student=student`", See: "how-to/use-the-desk.md#roles",
		Allowed:     "a list such as School.Staff=admin,School.Coach=interviewer, with the roles admin, interviewer and student; requires OIDC_ROLE_CLAIM",
		Description: "Maps the values of `OIDC_ROLE_CLAIM` to roles: `VALUE=ROLE`, separated by commas",
	},
	{
		Name: "OIDC_ID_CLAIM", Group: groupSignIn, Allowed: "the name of a claim such as sub; requires OIDC_ROLE_CLAIM", Note: "people are found by their verified e-mail address",
		Description: "The claim, a string, with the id that a student or an interviewer has in this school. People without the claim are found by their verified e-mail address",
	},
	{
		Name: "OIDC_TRUST_EMAIL", Group: groupSignIn, Allowed: onOrOff, See: "how-to/use-the-desk.md#addresses-that-are-not-verified",
		Description: "`on`: an e-mail address of the issuer counts as verified if the issuer does not send `email_verified`",
	},
	{
		Name: "SESSION_SECRET", Group: groupSignIn, Secret: true, Allowed: "at least 32 bytes", Note: "`JWT_SECRET`, or the key in the data folder",
		Description: "The secret from which the keys of sessions and of links to sign in are derived. All servers need the same one. A new one ends all sessions",
	},
	{
		Name: "ADMIN_EMAILS", Group: groupSignIn, Allowed: "a list of addresses such as ada@example.org,ben@example.org", Note: "none", See: "how-to/use-the-desk.md#administrators",
		Description: "The e-mail addresses of people who sign in as administrators, separated by commas. Not used if `OIDC_ROLE_CLAIM` is set",
	},
	{
		Name: "SIGN_IN_LINKS", Group: groupSignIn, Allowed: onOrOff, See: "how-to/use-the-desk.md#sign-in-by-e-mail",
		Description: "`off`: people cannot sign in with a link in an e-mail. Links also require `AUTH=jwt`, `SMTP_URL`, `PUBLIC_URL`, and `SESSION_SECRET` or `JWT_SECRET`. With `OIDC_CLIENT_ID`, there are none",
	},

	{
		Name: "RATE_LIMIT", Group: groupRates, Allowed: onOrOff, See: "explanation/bounded-work.md#rate-limits",
		Description: "`off` disables rate limits",
	},
	{
		Name: "RATE_LIMIT_BURST", Group: groupRates, Allowed: atLeast1, See: "explanation/bounded-work.md#rate-limits",
		Description: "The size of the rate-limit bucket of a person or an address, in points",
	},
	{
		Name: "RATE_LIMIT_PER_SECOND", Group: groupRates, Allowed: above0,
		Description: "How fast that bucket refills, in points per second",
	},
	{
		Name: "RATE_LIMIT_BOOKING_BURST", Group: groupRates, Allowed: atLeast1,
		Description: "The size of the bucket of holds, bookings and reschedules of a person or an address",
	},
	{
		Name: "RATE_LIMIT_BOOKING_PER_SECOND", Group: groupRates, Allowed: above0,
		Description: "How fast that bucket refills, in holds, bookings and reschedules per second",
	},
	{
		Name: "RATE_LIMIT_SHARED", Group: groupRates, Allowed: onOrOff,
		Description: "`on`: all servers on the database share the rate limits",
	},

	{
		Name: "MAX_OPERATIONS", Group: groupLimits, Allowed: atLeast1, See: "explanation/failures.md#overload",
		Description: "The maximum number of concurrent queries and mutations, of which at most three quarters are mutations; others wait for up to a second (mutations for up to two) and then get `UNAVAILABLE`",
	},
	{
		Name: "MAX_OPERATIONS_PER_CALLER", Group: groupLimits, Allowed: "a whole number of at least 0",
		Note:        "a quarter of `MAX_OPERATIONS`, at least 1",
		Description: "The maximum number of concurrent queries and mutations of one person or address; others wait for up to a second and then get `RATE_LIMITED`",
	},
	{
		Name: "MAX_COST", Group: groupLimits, Allowed: atLeast1, See: "explanation/bounded-work.md#what-an-operation-costs",
		Description: "The maximum cost of an operation, in points",
	},
	{
		Name: "MAX_DEPTH", Group: groupLimits, Allowed: atLeast1, See: "reference/graphql-over-http.md#limits",
		Description: "The maximum nesting depth of the fields of an operation",
	},
	{
		Name: "MAX_BODY", Group: groupLimits, Allowed: atLeast1,
		Description: "The maximum size of a request body, in bytes",
	},
	{
		Name: "MAX_IMPORT_BODY", Group: groupLimits, Allowed: atLeast1, See: "how-to/import.md",
		Description: "The maximum size of the body of an administrator's request that contains nothing but imports, in bytes",
	},
	{
		Name: "MAX_ANSWER", Group: groupLimits, Allowed: atLeast1, See: "explanation/bounded-work.md#the-size-of-a-response",
		Description: "The maximum size of the `data` of a response, in bytes. An event of a subscription may be at most an eighth of it",
	},
	{
		Name: "INTROSPECTION", Group: groupLimits, Allowed: onOrOff,
		Description: "`off` disables introspection and the suggestions of names in errors",
	},
	{
		Name: "APQ", Group: groupLimits, Allowed: onOrOff,
		Description: "`on` enables automatic persisted queries: a client sends a document once and its hash afterwards",
	},
	{
		Name: "TRUSTED_DOCUMENTS", Group: groupLimits, Allowed: "a folder of documents", Note: "any document",
		Description: "A folder of `.graphql` and `.gql` files; the server executes only these documents",
	},

	{
		Name: "MAX_STREAMS", Group: groupStreams, Allowed: atLeast1, See: "reference/subscriptions.md#limits",
		Description: "The maximum number of WebSockets and event streams of this server",
	},
	{
		Name: "MAX_STREAMS_PER_CALLER", Group: groupStreams, Allowed: atLeast1, See: "reference/subscriptions.md#limits",
		Description: "The maximum number of WebSockets and event streams of one person or address",
	},
	{
		Name: "MAX_SUBSCRIPTIONS_PER_CALLER", Group: groupStreams, Allowed: atLeast1, See: "reference/subscriptions.md#limits",
		Description: "The maximum number of subscriptions of one person or address, on all their WebSockets and event streams",
	},
	{
		Name: "MAX_HANDSHAKES_PER_ADDRESS", Group: groupStreams, Allowed: atLeast1, See: "reference/subscriptions.md#limits",
		Description: "The maximum number of WebSockets of one address that have not sent `connection_init` yet",
	},

	{
		Name: "DEFAULT_TIME_ZONE", Group: groupSchool, Allowed: "an IANA name such as Europe/Berlin",
		Description: "The time zone of times that are sent without an offset",
	},
	{
		Name: "WEBHOOK_PRIVATE_ADDRESSES", Group: groupSchool, Allowed: onOrOff, See: "explanation/security.md#webhooks",
		Description: "`on`: webhooks may also have addresses of private networks, such as `10.0.0.7`",
	},
	{
		Name: "SAMPLE_DATA", Group: groupSchool, Allowed: onOrOff,
		Description: "`off`: do not load the sample school into an empty built-in database",
	},
	{
		Name: "CLOCK_OFFSET", Group: groupSchool, Allowed: "a duration such as 48h or -90m",
		Description: "Shifts the server's clock, for tests. It requires `AUTH=local`, and must be the same for all servers on a database",
	},

	{
		Name: "SMTP_URL", Group: groupMail, Note: "no e-mail", See: "how-to/email.md",
		Allowed: mail.ServerForm,
		Description: "The mail server that sends the messages to students and interviewers. `smtps` (default port 465) encrypts the connection from the start. " +
			"`smtp` (default port 587) encrypts it with STARTTLS, except on loopback addresses. The user and the password are optional; percent-encode characters such as `@` in them",
	},
	{
		Name: "MAIL_FROM", Group: groupMail, Allowed: "an address such as Rehearse <rehearse@example.org>", See: "how-to/email.md",
		Description: "The sender of messages; required with `SMTP_URL`",
	},
	{
		Name: "MAIL_ADMIN", Group: groupMail, Allowed: anAddress, Note: "none", See: "how-to/email.md",
		Description: "The address that gets a message when the server disables a webhook. Without it, nobody gets one",
	},
	{
		Name: "MAIL_TEMPLATES", Group: groupMail, Allowed: "a folder of templates", Note: "the built-in templates", See: "how-to/email.md",
		Description: "A folder of templates that replace the built-in ones with the same name",
	},

	{
		Name: "LOG_LEVEL", Group: groupTelemetry, Allowed: "debug, info, warn or error",
		Description: "The lowest level that is logged; `debug` logs one line for each request",
	},
	{
		Name: "LOG_FORMAT", Group: groupTelemetry, Allowed: "text or json",
		Description: "The format of the log. With `json`, the program also logs when it starts, is ready or stops, and its final error, and prints nothing else",
	},
	{
		Name: "OTEL_EXPORTER_OTLP_ENDPOINT", Group: groupTelemetry, Allowed: aTraceURL, Note: "no traces", See: "how-to/monitor.md#traces",
		Description: "The OTLP/HTTP endpoint for traces. Other standard `OTEL_*` variables apply too",
	},
	{
		Name: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", Group: groupTelemetry, Allowed: aTraceURL, Note: "no traces",
		Description: "The complete OTLP/HTTP URL for traces, including its path. It overrides `OTEL_EXPORTER_OTLP_ENDPOINT`",
	},
	{
		Name: "OTEL_EXPORTER_OTLP_PROTOCOL", Group: groupTelemetry, Allowed: protocol, Note: "`http/protobuf`",
		Description: "The protocol of the endpoint",
	},
	{
		Name: "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", Group: groupTelemetry, Allowed: protocol, Note: "`http/protobuf`",
		Description: "The protocol of the endpoint for traces",
	},
	{
		Name: "OTEL_SDK_DISABLED", Group: groupTelemetry, Allowed: "true or false", Note: "`false`",
		Description: "`true` disables traces, even with an endpoint",
	},

	{
		Name: "LOAD_TOKEN", Group: groupTools, Secret: true, Allowed: "an administrator's token",
		Description: "The token that `rehearse load` sends if `--token` is not given",
	},
}
