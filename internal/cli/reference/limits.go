package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/graph"
	"rehearse/graph/page"
	"rehearse/internal/app"
	"rehearse/internal/app/operation"
	"rehearse/internal/app/outbox"
	"rehearse/internal/app/reservation"
	"rehearse/internal/app/signin"
	"rehearse/internal/app/transfer"
	"rehearse/internal/app/webhooks"
	"rehearse/internal/booking"
	"rehearse/internal/cli"
	"rehearse/internal/config"
	"rehearse/internal/errorcode"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/gqlhttp/coerce"
	"rehearse/internal/identity"
	"rehearse/internal/interchange"
	"rehearse/internal/live"
	"rehearse/internal/mail"
	"rehearse/internal/store"
	"rehearse/internal/web"
	"rehearse/internal/webhook"
	"rehearse/internal/websession"
)

// limit is a row of the reference.
type limit struct {
	what     string
	value    string
	variable string // the environment variable that sets it, if any
	beyond   string // what a request beyond it gets
}

// configured returns a limit whose value is the default of a variable.
func configured(variable, what, beyond string) limit {
	return limit{what, defaultValue(variable), variable, beyond}
}

// defaultValue returns the default of a variable, formatted like the values of the other limits.
func defaultValue(variable string) string {
	v := config.Describe(variable)
	if n, err := strconv.Atoi(v.Default); err == nil {
		if n == 0 && v.Note != "" {
			return v.Note
		}
		return count(n)
	}
	if d, err := time.ParseDuration(v.Default); err == nil {
		return span(d)
	}
	return v.DefaultText()
}

func limitsPage() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, generated, "the constants in the code")
	b.WriteString("# Limits\n\n" + prose("This page lists every limit, its default, and what happens beyond it. "+
		"The variable, if there is one, changes the limit ([Configuration](configuration.md)). [Error codes](errors.md) explains the codes, and "+
		"[Bounded work](../explanation/bounded-work.md) explains how the limits protect the server, and where they are tested."))
	writeNamedLimits(&b)
	writeLimits(&b, "Requests and responses", requestLimits())
	writeLimits(&b, "Rates", rateLimits())
	writeLimits(&b, "Subscriptions", streamLimits())
	writeLimits(&b, "Times", timeLimits())
	writeLists(&b)
	writeLimits(&b, "Texts", textLimits())
	writeLimits(&b, "Availability and bookings", calendarLimits())
	writePolicy(&b)
	writeLimits(&b, "Imports", importLimits())
	writeLimits(&b, "Webhooks", webhookLimits())
	writeLimits(&b, "E-mail", mailLimits())
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func writeNamedLimits(b *bytes.Buffer) {
	b.WriteString("## Limits that errors name\n\n" + prose("A request that exceeds one of these limits gets an error with "+
		"the name of the limit in `extensions.limit` and the maximum in `extensions.allowed`. `QUERY_TOO_COMPLEX` also has "+
		"the value of the request in `extensions.asked`.") +
		"| `limit` | what it counts | maximum | variable | code |\n|---|---|---|---|---|\n")
	for _, l := range gqlhttp.NamedLimits() {
		value := count(l.Max)
		if l.Variable != "" {
			value = defaultValue(l.Variable)
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", l.Name, l.Counts, value, variable(l.Variable), codeLink(l.Code))
	}
	b.WriteString("\n")
}

func writeLimits(b *bytes.Buffer, title string, limits []limit) {
	fmt.Fprintf(b, "## %s\n\n", title)
	if !slices.ContainsFunc(limits, func(l limit) bool { return l.variable != "" }) {
		b.WriteString("| limit | value | beyond it |\n|---|---|---|\n")
		for _, l := range limits {
			fmt.Fprintf(b, "| %s | %s | %s |\n", l.what, l.value, l.beyond)
		}
		b.WriteString("\n")
		return
	}
	b.WriteString("| limit | value | variable | beyond it |\n|---|---|---|---|\n")
	for _, l := range limits {
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", l.what, l.value, variable(l.variable), l.beyond)
	}
	b.WriteString("\n")
}

func requestLimits() []limit {
	badInput, unavailable := codeLink(errorcode.BadUserInput), codeLink(errorcode.Unavailable)
	return []limit{
		configured("MAX_BODY", "bytes of a body or a WebSocket message", "413 "+badInput+"; a WebSocket is closed"),
		configured("MAX_IMPORT_BODY", "bytes of the body of an administrator's request that contains nothing but imports", "413 "+badInput),
		configured("MAX_OPERATIONS", "queries and mutations that execute at a time; others wait first", "503 "+unavailable),
		{"mutations that execute at a time; others wait first", "three quarters of `MAX_OPERATIONS`", "", "503 " + unavailable},
		{"imports that execute at a time; others wait first", count(gqlhttp.DefaultMaxImports), "", "503 " + unavailable},
		{"bodies larger than `MAX_BODY` in memory at a time; others wait first", count(gqlhttp.DefaultMaxLargeBodies), "", "503 " + unavailable},
		configured("DATABASE_MAX_CONNS", "database connections that the requests of one server use; others wait", codeLink(errorcode.Timeout)),
		configured("DATABASE_MAX_CONNS_PER_CALLER", "database connections that the reads of one caller use; further reads wait", codeLink(errorcode.Timeout)),
		{"bytes of the headers of a request; Go's HTTP server allows up to 4 KiB more", count(web.MaxHeader), "", "431"},
		{"bytes of a token", count(identity.MaxToken), "", "401 " + codeLink(errorcode.Unauthenticated)},
		{"errors of a response", count(graph.MaxErrors), "", "`extensions.errorsLeftOut` counts the rest"},
		{"refusals of a payload", count(graph.MaxUserErrors), "", "the rest is left out"},
	}
}

func rateLimits() []limit {
	limited := "429 " + codeLink(errorcode.RateLimited)
	return []limit{
		configured("RATE_LIMIT_BURST", "points in a caller's full bucket", limited),
		configured("RATE_LIMIT_PER_SECOND", "points that a bucket regains each second", limited),
		configured("RATE_LIMIT_BOOKING_BURST", "holds, bookings and reschedules in a caller's full bucket; administrators have no such bucket", limited),
		configured("RATE_LIMIT_BOOKING_PER_SECOND", "holds, bookings and reschedules that a bucket regains each second", limited),
	}
}

func streamLimits() []limit {
	l := gqlhttp.DefaultStreamLimits()
	limited := codeLink(errorcode.RateLimited)
	return []limit{
		configured("MAX_STREAMS", "WebSockets and event streams of one server", "503 "+codeLink(errorcode.Unavailable)+"; a WebSocket is closed with 1013"),
		configured("MAX_STREAMS_PER_CALLER", "WebSockets and event streams of one person, or of one address without a token", "429 "+limited+"; a WebSocket is closed with 1013"),
		configured("MAX_SUBSCRIPTIONS_PER_CALLER", "subscriptions of one caller, on all their connections", limited+" (429 for an event stream)"),
		configured("MAX_HANDSHAKES_PER_ADDRESS", "WebSockets of one address that wait for `connection_init`", "429 "+limited),
		{"waiting for `connection_init`", span(l.Init), "", "the WebSocket is closed"},
		{"operations on one WebSocket at a time", count(l.Operations), "", limited},
		{"bytes of the id of an operation", count(gqlhttp.MaxMessageID), "", "the WebSocket is closed with 4400"},
		{"bytes of the payload of a message that starts no operation", count(gqlhttp.FreeBytes), "", "the WebSocket is closed with 4400"},
		{"messages on one WebSocket", fmt.Sprintf("%s a second after the first %s", count(gqlhttp.MessagesPerSecond), count(gqlhttp.MessageBurst)), "", "further messages wait"},
		{"changes that a client has not read yet", count(live.MaxPending), "", "the WebSocket is closed with 1013, or the event stream ends; other clients do not wait"},
		{"writing a message", span(gqlhttp.WriteTimeout), "", "the connection is closed"},
	}
}

func timeLimits() []limit {
	return []limit{
		configured("OPERATION_TIMEOUT", "executing an operation", codeLink(errorcode.Timeout)),
		{"executing a statement of a transaction", span(store.DefaultStatementTimeout), "", codeLink(errorcode.Timeout)},
		{"waiting for a lock", span(store.DefaultLockTimeout), "", refusalLink(booking.BusyRetry)},
		{"waiting for the confirmation of a commit", span(store.DefaultCommitTimeout), "", codeLink(errorcode.OutcomeUnknown)},
		{"waiting for the next statement of a transaction", span(store.DefaultIdleTimeout), "", codeLink(errorcode.Unavailable)},
		{"receiving the headers of a request", span(web.ReadHeaderTimeout), "", "the connection is closed"},
		{"receiving a request with its body", span(web.ReadTimeout), "", "408 " + codeLink(errorcode.BadUserInput)},
		{"sending 64 KiB of a response to a slow client", span(web.WriteTimeout), "", "the connection is closed"},
		{"keeping an idle connection open", span(web.IdleTimeout), "", "the connection is closed"},
		{"keeping an idempotency key", span(operation.KeyLifetime), "", "the mutation is executed again"},
		{"keeping a recorded refusal (`bookingRefusals`)", span(reservation.RefusalLifetime), "", "it is deleted"},
		{"a session of the desk", span(websession.Lifetime), "", "401 " + codeLink(errorcode.Unauthenticated)},
		configured("SHUTDOWN_TIMEOUT", "finishing requests during a shutdown", "the connection is closed"),
	}
}

func textLimits() []limit {
	rows := []limit{}
	for _, t := range []struct {
		what string
		max  int
	}{
		{"a name", booking.MaxName},
		{"an e-mail address", booking.MaxEmail},
		{"a URL (`meetingUrl`, `photoUrl`), or one that `meetingUrlTemplate` makes", booking.MaxURL},
		{"`headline`", booking.MaxHeadline},
		{"`bio`", booking.MaxBio},
		{"a tag", booking.MaxTag},
		{"a note about an interview", booking.MaxNote},
		{"a reason", booking.MaxReason},
		{"an idempotency key", booking.MaxIdempotencyKey},
	} {
		rows = append(rows, limit{t.what, count(t.max) + " characters", "", refusalLink(booking.InvalidInput)})
	}
	return append(rows, limit{"the text of a search", count(graph.MaxSearch) + " characters", "", codeLink(errorcode.BadUserInput)})
}

func calendarLimits() []limit {
	input, outside, status := refusalLink(booking.InvalidInput), refusalLink(booking.InvalidRange), refusalLink(booking.WrongStatus)
	return []limit{
		{"the length of a slot", fmt.Sprintf("%d to %d minutes", booking.MinSlotMinutes, booking.MaxSlotMinutes), "", input},
		{"the gap between slots", fmt.Sprintf("0 to %d minutes", booking.MaxGapMinutes), "", input},
		{"the length of a window", span(booking.MaxWindow), "", outside},
		{"`everyWeeks` of a weekly rule", fmt.Sprintf("1 to %d", booking.MaxEveryWeeks), "", input},
		{"the range of a query", span(booking.MaxRange), "", codeLink(errorcode.BadUserInput)},
		{"the length of a block", span(booking.MaxBlock), "", outside},
		{"dates of a block", count(booking.MaxBlockDates), "", input},
		{"calendar feeds of a person", count(booking.MaxCalendarFeeds), "", refusalLink(booking.TooManyCalendarFeeds)},
		{"past interviews, other interviews, and open slots in a calendar feed, each", count(app.MaxCalendarEvents), "", "the feed leaves out those that are furthest from the present"},
		{"tags of an interviewer or an availability", count(booking.MaxTags), "", input},
		{"languages of an interviewer", count(booking.MaxLanguages), "", input},
		{"`maxPerDay` and `maxPerWeek` of an interviewer", fmt.Sprintf("1 to %d", booking.MaxCap), "", input},
		{"`interviewLimit` of a student", fmt.Sprintf("0 to %s", count(booking.MaxInterviewLimit)), "", input},
		{"a grade", fmt.Sprintf("%d to %d", booking.MinGrade, booking.MaxGrade), "", input},
		{"uses of a waiver", fmt.Sprintf("1 to %d", booking.MaxWaiverUses), "", input},
		{"the minimum time from the start of an interview until a no-show can be marked", span(booking.NoShowAfter), "", refusalLink(booking.TooSoon)},
		{"the time after which a no-show can no longer be undone", span(booking.UndoNoShowFor), "", status},
	}
}

func webhookLimits() []limit {
	input := refusalLink(booking.InvalidInput)
	return []limit{
		{"webhooks", count(booking.MaxWebhooks), "", refusalLink(booking.WrongStatus)},
		{"`studentIds` and `interviewerIds` of a webhook", count(booking.MaxWebhookSubjects) + " each", "", input},
		{"bytes of the URL of a webhook", count(booking.MaxURL), "", input},
		{"requests of a server to one webhook at a time", count(webhooks.PerWebhook), "", "further events wait"},
		{"sending a request and receiving the response", span(webhook.Timeout), "", "the attempt fails"},
		{"bytes of a response that are read", count(webhook.MaxResponse), "", "the rest is ignored"},
		{"pause before the next attempt of a delivery", span(booking.LongestRetry), "", "pauses grow no further"},
		{"pause of a webhook whose receiver is unavailable", span(booking.LongestPause), "", "a longer `Retry-After` counts as 1 hour"},
		{"attempting a delivery", span(booking.DeliveryWindow), "", "it fails, and the webhook is disabled"},
		{"events that `redeliver` sends", count(webhooks.MaxRedelivered), "", input},
		{"keeping the previous secret after a rotation", span(booking.SecretOverlap), "", "it signs no requests"},
		{"keeping a delivery", span(booking.DeliveryLifetime), "", "it is deleted"},
	}
}

func mailLimits() []limit {
	return []limit{
		{"connections of a server to the mail server", count(outbox.Connections), "", "further messages wait"},
		{"connecting, and sending a message", span(mail.Timeout) + " each", "", "the message is sent later"},
		{"attempting a message", span(booking.MailWindow), "", "it fails"},
		{"the age of an event about which messages are created", span(booking.MailWindow), "", "it leads to none"},
		{"keeping a message, without its text", span(booking.MailLifetime), "", "it is deleted"},
		{"requests for links to sign in that an address may make at once; another one is allowed every " + span(signin.LinkLifetime/signin.LinksAtOnce), count(signin.LinksAtOnce), "", "no message is sent, and the response is the same"},
		{"using a link to sign in", span(signin.LinkLifetime), "", "410"},
	}
}

func importLimits() []limit {
	input := refusalLink(booking.InvalidInput)
	return []limit{
		{"rows of an import through the API", count(graph.MaxImportRows), "", input},
		{"new slots of an import through the API", count(graph.MaxImportSlots), "", "the row fails"},
		{"errors of a row", count(transfer.MaxRowErrors), "", "the rest is left out"},
		{"columns of a table", count(interchange.MaxColumns), "", input},
		{"steps to expand the rules of an event", count(interchange.MaxEventSteps), "", "the event fails"},
		{"steps to expand the rules of a calendar", count(interchange.CalendarOptions{MaxWindows: graph.MaxImportRows}.MaxSteps()), "", input},
		{"rows of `rehearse import`", count(cli.MaxImportRows), "", "an error"},
		{"new slots of `rehearse import`", count(cli.MaxImportSlots), "", "the row fails"},
		{"steps to expand the rules of a calendar in `rehearse import`", count(interchange.CalendarOptions{MaxWindows: cli.MaxImportRows}.MaxSteps()), "", "an error"},
		{"bytes of a calendar for `rehearse import`", count(cli.MaxCalendar), "", "an error"},
	}
}

func writePolicy(b *bytes.Buffer) {
	b.WriteString("## The booking policy\n\n" +
		prose("`updateBookingPolicy` accepts these values, and refuses others with "+refusalLink(booking.InvalidInput)+".") +
		"| field | from | to | default |\n|---|---|---|---|\n")
	for _, n := range booking.DefaultPolicy().Numbers() {
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", n.Field, count(n.Min), count(n.Max), count(n.Value))
	}
	b.WriteString("\n")
}

func writeLists(b *bytes.Buffer) {
	schema := graph.Schema()
	b.WriteString("## Lists\n\n" +
		prose("`first` or `last` sets the number of items of a page. A number below 1 or above the maximum gets "+
			codeLink(errorcode.BadUserInput)+". Totals are counted up to "+count(store.MostCounted)+".") +
		"| connection | default | maximum |\n|---|---|---|\n")
	for _, name := range typesOf(schema) {
		if strings.HasSuffix(name, "Connection") {
			fmt.Fprintf(b, "| `%s` | %d | %d |\n", name, page.UsualSize(name), page.MaxSize(name))
		}
	}
	b.WriteString("\nOther lists of a response have at most:\n\n| list | items |\n|---|---|\n")
	for _, name := range sortedKeys(graph.ListBounds) {
		if strings.HasPrefix(name, "SlotsChanged.") { // estimates, for the price of a subscription
			continue
		}
		fmt.Fprintf(b, "| `%s` | %s |\n", name, count(graph.ListBounds[name]))
	}
	item := func(name string) string {
		return count(coerce.MaxItems(schema, ast.ListType(ast.NonNullNamedType(name, nil), nil)))
	}
	b.WriteString("\n" + prose(fmt.Sprintf("A list in an input has at most %s ids, %s dates or %s strings. "+
		"A list of enum values has at most as many values as the enum. A longer list gets %s.",
		item("ID"), item("Date"), item("String"), codeLink(errorcode.BadUserInput))))
}

// typesOf returns the names of the types of the schema, sorted.
func typesOf(schema *ast.Schema) []string { return sortedKeys(schema.Types) }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func codeLink(c errorcode.Code) string {
	return fmt.Sprintf("[`%s`](errors.md#error-%s)", c, strings.ToLower(string(c)))
}

func refusalLink(c booking.RefusalCode) string {
	return fmt.Sprintf("[`%s`](errors.md#%s)", c, strings.ToLower(string(c)))
}

func variable(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf("[`%s`](configuration.md#%s)", name, anchor(config.Describe(name).Group))
}

// count formats a number with separators of thousands.
func count(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// span formats a duration in its largest whole unit.
func span(d time.Duration) string {
	for _, unit := range []struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		switch n := d / unit.of; {
		case d%unit.of != 0:
		case n == 1:
			return "1 " + unit.name
		default:
			return count(int(n)) + " " + unit.name + "s"
		}
	}
	return d.String()
}

// prose returns a paragraph in lines of at most 100 columns.
func prose(text string) string { return cli.Wrap(text, "", 100) + "\n" }
