package graph_test

import (
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"time"
)

// publicHook is a URL that a webhook may have, and whose host need not be resolved.
const publicHook = "https://93.184.216.34/"

// webhook creates a webhook and returns its id; set changes the input.
func (s *school) webhook(set in) string {
	s.T.Helper()
	input := in{"url": publicHook}
	maps.Copy(input, set)
	var payload struct {
		Webhook *struct{ ID string }
		Secret  string
		Errors  []refused
	}
	s.Mutate("createWebhook", "webhook { id } secret", input, &payload)
	s.Accepted(payload.Errors)
	if !strings.HasPrefix(payload.Secret, "whsec_") || len(payload.Secret) < len("whsec_")+32 {
		s.T.Errorf("the secret has %d characters", len(payload.Secret))
	}
	return payload.Webhook.ID
}

// deliver delivers what can be delivered now.
func (s *school) deliver() {
	s.T.Helper()
	d := s.App.NewDispatcher(slog.New(slog.DiscardHandler), unmeasured{}, soon)
	if err := d.Round(s.T.Context()); err != nil {
		s.T.Fatal(err)
	}
}

// unmeasured is an observer that measures nothing.
type unmeasured struct{}

func (unmeasured) Attempted(string, time.Duration) {}
func (unmeasured) WebhookDisabled()                {}
func (unmeasured) Queue(time.Duration, int)        {}

// A school has at most 50 webhooks.
func TestWebhookLimit(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	first := s.webhook(nil)
	for range 49 {
		s.webhook(nil)
	}
	var payload struct{ Errors []refused }
	s.Mutate("createWebhook", "webhook { id }", in{"url": publicHook}, &payload)
	same(t, "codes", codes(payload.Errors), []string{"WRONG_STATUS"})
	s.Mutate("deleteWebhook", "webhookId", in{"webhookId": first}, &payload)
	s.Accepted(payload.Errors)
	s.webhook(nil)
	var data struct{ Webhooks []struct{ ID string } }
	s.Ask("{ webhooks { id } }", nil).Into(&data)
	same(t, "webhooks", len(data.Webhooks), 50)
}

// A webhook is read as it was written. Lists have no duplicates.
func TestWebhookFields(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(nil), s.Interviewer(nil)
	id := s.webhook(in{
		"url": "HTTPS://93.184.216.34/hook?key=1", "kinds": []string{"INTERVIEW_BOOKED", "INTERVIEW_BOOKED", "HOLD_PLACED"},
		"studentIds": []string{student, student}, "interviewerIds": []string{ann},
	})
	read := func() string {
		return string(s.Ask(fmt.Sprintf("{ webhook(id: %s) { url kinds studentIds interviewerIds enabled disabledAt version previousSecretExpiresAt } }", id), nil).Data)
	}
	same(t, "webhook", read(), `{"webhook":{"url":"https://93.184.216.34/hook?key=1","kinds":["HOLD_PLACED","INTERVIEW_BOOKED"],"studentIds":["`+student+
		`"],"interviewerIds":["`+ann+`"],"enabled":true,"disabledAt":null,"version":1,"previousSecretExpiresAt":null}}`)
	var payload struct{ Errors []refused }
	s.Mutate("updateWebhook", "", in{"webhookId": id, "expectedVersion": 1, "kinds": []string{}, "studentIds": []string{}, "enabled": false}, &payload)
	s.Accepted(payload.Errors)
	same(t, "webhook after the update", read(), `{"webhook":{"url":"https://93.184.216.34/hook?key=1","kinds":[],"studentIds":[],"interviewerIds":["`+ann+
		`"],"enabled":false,"disabledAt":"2026-06-01T08:00:00Z","version":2,"previousSecretExpiresAt":null}}`)
	s.Mutate("redeliver", "", in{"webhookId": id, "fromEventId": 1}, &payload)
	same(t, "codes for a disabled webhook", codes(payload.Errors), []string{"WRONG_STATUS"})
}
