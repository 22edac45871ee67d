// Command go is a genqlient client. It has a Go function for each operation, with types
// generated from the schema.
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/Khan/genqlient/graphql"
)

//go:generate go tool genqlient genqlient.yaml

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// authorized sends the token, if there is one.
type authorized struct{ token string }

func (a authorized) RoundTrip(r *http.Request) (*http.Response, error) {
	if a.token != "" {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+a.token)
	}
	return http.DefaultTransport.RoundTrip(r)
}

func run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	url := cmp.Or(os.Getenv("REHEARSE_URL"), "http://127.0.0.1:8080/graphql")
	token := os.Getenv("REHEARSE_TOKEN")
	student := cmp.Or(os.Getenv("STUDENT"), "101")
	other := cmp.Or(os.Getenv("OTHER_STUDENT"), "107")
	start, err := timeOr("START", time.Now().AddDate(0, 0, 1))
	if err != nil {
		return err
	}
	end, err := timeOr("END", time.Now().AddDate(0, 0, 14))
	if err != nil {
		return err
	}
	client := graphql.NewClient(url, &http.Client{Transport: authorized{token}})

	changes, stop, err := subscribe(ctx, url, token, other, start, end)
	if err != nil {
		return err
	}
	defer stop()

	first, err := AvailableSlots(ctx, client, student, start, end, nil)
	if err != nil {
		return err
	}
	if len(first.AvailableSlots.Edges) == 0 {
		return nothingToBook(student, first)
	}
	fmt.Println("page 1:", ids(first))
	second, err := AvailableSlots(ctx, client, student, start, end, first.AvailableSlots.PageInfo.EndCursor)
	if err != nil {
		return err
	}
	fmt.Println("page 2:", ids(second))

	slot := first.AvailableSlots.Edges[0].Node.Id
	booked, err := BookSlot(ctx, client, student, slot, rand.Text())
	if err != nil {
		return err
	}
	if booked.BookSlot.Interview == nil {
		return fmt.Errorf("not booked: %s", because(booked))
	}
	fmt.Println("booked:", slot, "as interview", booked.BookSlot.Interview.Id)
	refused, err := BookSlot(ctx, client, other, slot, rand.Text())
	if err != nil {
		return err
	}
	fmt.Println("refused:", because(refused))
	for _, no := range refused.BookSlot.Errors {
		if no.GetCode() != "SLOT_TAKEN" { // the slot was not in their list, so they get no event
			return fmt.Errorf("student %s may not book slot %s anyway; set OTHER_STUDENT, or begin with a new school", other, slot)
		}
	}
	return awaitClosed(ctx, changes, slot)
}

// subscribe returns a channel of the slots that the student can no longer book. The
// subscription is active when subscribe returns.
func subscribe(ctx context.Context, url, token, student string, start, end time.Time) (<-chan SlotsChangedWsResponse, func(), error) {
	dial := &dialer{}
	options := []graphql.WebSocketOption{}
	if token != "" {
		options = append(options, graphql.WithConnectionParams(map[string]any{"Authorization": "Bearer " + token}))
	}
	client := graphql.NewClientUsingWebSocket(strings.Replace(url, "http", "ws", 1), dial, options...)
	if _, err := client.Start(ctx); err != nil {
		return nil, nil, err
	}
	stop := func() { _ = client.Close() } // the program ends
	changes, _, err := SlotsChanged(ctx, client, student, start, end)
	if err == nil {
		err = dial.awaitBegun(ctx)
	}
	return changes, stop, err
}

func awaitClosed(ctx context.Context, changes <-chan SlotsChangedWsResponse, slot string) error {
	for {
		select {
		case change, more := <-changes:
			switch {
			case !more:
				return fmt.Errorf("the subscription ended before slot %s was closed", slot)
			case change.Errors != nil:
				return change.Errors
			case slices.Contains(change.Data.SlotsChanged.ClosedIds, slot):
				fmt.Println("closed:", slot)
				return nil
			}
		case <-ctx.Done():
			return fmt.Errorf("slot %s was not reported as closed: %w", slot, ctx.Err())
		}
	}
}

// nothingToBook returns an error that explains why the list is empty.
func nothingToBook(student string, page *AvailableSlotsResponse) error {
	var reasons []string
	for _, reason := range page.AvailableSlots.EmptyReasons {
		reasons = append(reasons, reason.Message)
	}
	return fmt.Errorf("student %s may not book any slot: %s", student, strings.Join(reasons, " "))
}

func ids(page *AvailableSlotsResponse) string {
	list := []string{}
	for _, edge := range page.AvailableSlots.Edges {
		list = append(list, edge.Node.Id)
	}
	return strings.Join(list, ", ")
}

// because describes the refusals of a booking. A refusal is data, and its type determines
// its further fields.
func because(answer *BookSlotResponse) string {
	list := []string{}
	for _, no := range answer.BookSlot.Errors {
		text := fmt.Sprintf("%s (%s)", no.GetCode(), *no.GetTypename())
		if taken, ok := no.(*BookSlotBookSlotBookSlotPayloadErrorsSlotTaken); ok && len(taken.Alternatives) > 0 {
			text += fmt.Sprintf(", %s is free", taken.Alternatives[0].Id)
		}
		list = append(list, text)
	}
	return strings.Join(list, "; ")
}

func timeOr(name string, otherwise time.Time) (time.Time, error) {
	text := os.Getenv(name)
	if text == "" {
		return otherwise, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}
