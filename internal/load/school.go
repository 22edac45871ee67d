package load

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// school holds the students and times that a run uses, as read from the server.
type school struct {
	students []string // ids
	mayBook  []string // eligible when the run began
	first    time.Time
	weeks    int // number of possible start days, from first on
}

// maxWeeks is the maximum of school.weeks, the number of possible start days. It is small,
// because students look at the coming weeks.
const maxWeeks = 28

const day = 24 * time.Hour

// week returns a random range of seven days.
func (s *school) week(random *rand.Rand) (start, end time.Time) {
	start = s.first.Add(time.Duration(random.IntN(s.weeks)) * day)
	return start, start.Add(7 * day)
}

func (s *school) student(random *rand.Rand) string { return s.students[random.IntN(len(s.students))] }

// findSchool reads up to the given number of students, and the time range of open slots.
func findSchool(ctx context.Context, c *client, students int, now time.Time) (*school, error) {
	var s school
	if err := s.findStudents(ctx, c, students); err != nil {
		return nil, fmt.Errorf("look for students: %w", err)
	}
	if err := s.findWeeks(ctx, c, now); err != nil {
		return nil, fmt.Errorf("look for open slots: %w", err)
	}
	return &s, nil
}

const largestPage = 100

func (s *school) findStudents(ctx context.Context, c *client, most int) error {
	const document = `query($first: Int!, $after: String) { students(first: $first, after: $after) {
		nodes { id eligibility { eligible } } pageInfo { hasNextPage endCursor } } }`
	var after *string
	for len(s.students) < most {
		var page struct {
			Students struct {
				Nodes []struct {
					ID          string
					Eligibility struct{ Eligible bool }
				}
				PageInfo struct {
					HasNextPage bool
					EndCursor   *string
				}
			}
		}
		variables := map[string]any{"first": min(largestPage, most-len(s.students)), "after": after}
		if err := c.ask(ctx, document, variables, &page); err != nil {
			return err
		}
		for _, student := range page.Students.Nodes {
			s.students = append(s.students, student.ID)
			if student.Eligibility.Eligible {
				s.mayBook = append(s.mayBook, student.ID)
			}
		}
		if !page.Students.PageInfo.HasNextPage {
			break
		}
		after = page.Students.PageInfo.EndCursor
	}
	if len(s.students) == 0 {
		return errors.New("there are no students")
	}
	return nil
}

func (s *school) findWeeks(ctx context.Context, c *client, now time.Time) error {
	const document = `query($now: DateTime!) {
		first: slots(first: 1, filter: {status: [OPEN], start: $now}) { nodes { start } }
		last: slots(first: 1, filter: {status: [OPEN], start: $now}, orderBy: {field: START, direction: DESC}) { nodes { start } } }`
	type one struct{ Nodes []struct{ Start time.Time } }
	var found struct{ First, Last one }
	if err := c.ask(ctx, document, map[string]any{"now": now.UTC().Format(time.RFC3339)}, &found); err != nil {
		return err
	}
	if len(found.First.Nodes) == 0 || len(found.Last.Nodes) == 0 {
		return errors.New("there are no open slots")
	}
	s.first = found.First.Nodes[0].Start.UTC()
	s.weeks = min(maxWeeks, 1+max(0, int(found.Last.Nodes[0].Start.Sub(s.first)/day)-7))
	return nil
}
