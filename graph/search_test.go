package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Names are found and ordered without regard to case and accents, in every script. Each
// name is on exactly one page.
func TestSearchAndOrderFoldNames(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	// In the order of their folded names, then by id.
	names := []string{
		"anna", "Änna", "ANNA", "Gül Işık", "Jean‑Luc", "Jose\u0301 Muñoz", "JOSE MUNOZ", "Łukasz", "O’Hara", "Søren", "Weiß", "WEISS",
		"Οδυσσεύς", "Фёдор", "שָׁלוֹם", "مُحَمَّد", "が", "李小龙", "한글",
	}
	ids := make([]string, len(names))
	for i, name := range names {
		ids[i] = s.Student(map[string]any{"name": name, "email": fmt.Sprintf("s%d@example.org", i)})
		s.Interviewer(map[string]any{"name": name, "email": fmt.Sprintf("s%d@example.org", i)})
	}
	type people struct {
		TotalCount int
		Nodes      []struct{ ID string }
		PageInfo   struct {
			HasNextPage bool
			EndCursor   string
		}
	}
	const fields = "{ totalCount nodes { id } pageInfo { hasNextPage endCursor } }"
	found := func(s *school, list, words string) []string {
		s.T.Helper()
		var data struct{ It people }
		s.Ask("query($s: String!) { it: "+list+"(filter: {search: $s}) "+fields+" }", map[string]any{"s": words}).Into(&data)
		out := []string{}
		for _, p := range data.It.Nodes {
			out = append(out, names[number(s.T, p.ID)-1])
		}
		same(s.T, "total", data.It.TotalCount, len(out))
		return out
	}
	for words, want := range map[string][]string{
		"ANNA": {"anna", "Änna", "ANNA"}, "ännä": {"anna", "Änna", "ANNA"}, "jose mu": {"Jose\u0301 Muñoz", "JOSE MUNOZ"},
		"weiß": {"Weiß", "WEISS"}, "soren": {"Søren"}, "lukasz": {"Łukasz"}, "GUL ISIK": {"Gül Işık"}, "o'hara": {"O’Hara"}, "jean-luc": {"Jean‑Luc"},
		"οδυσσευς": {"Οδυσσεύς"}, "ΟΔΥΣΣΕΥ": {"Οδυσσεύς"}, "федор": {"Фёдор"}, "שלום": {"שָׁלוֹם"}, "محمد": {"مُحَمَّد"}, "小龙": {"李小龙"},
		"李小龙": {"李小龙"}, "か": {}, "が": {"が"}, "\u1112\u1161\u11ab": {"한글"}, "S11@EXAMPLE": {"WEISS"}, "%": {}, "__": {}, `\`: {}, "'": {"O’Hara"},
		"o'; --": {}, "$1": {}, "{a,b}": {}, "muñoz ": {"Jose\u0301 Muñoz", "JOSE MUNOZ"},
		"\u200b": {}, "\u0301": {}, "\u2028": {}, "\n": {}, " \u00ad ": {}, "\u3164": {}, "": names, " ": names, "\u00a0\u3000": names,
	} {
		for _, list := range []string{"students", "interviewers"} {
			t.Run(fmt.Sprintf("%s by %+q", list, words), func(t *testing.T) {
				same(t, "names", found(s.For(t), list, words), want)
			})
		}
	}
	for _, direction := range []string{"ASC", "DESC"} {
		t.Run("by name "+direction, func(t *testing.T) {
			s := s.For(t)
			want := slices.Clone(ids)
			if direction == "DESC" {
				slices.Reverse(want)
			}
			got, after := []string{}, ""
			for more := true; more; {
				var data struct{ Students people }
				s.Ask("{ students(first: 2, orderBy: {field: NAME, direction: "+direction+"}"+after+") "+fields+" }", nil).Into(&data)
				for _, p := range data.Students.Nodes {
					got = append(got, p.ID)
				}
				more, after = data.Students.PageInfo.HasNextPage, `, after: "`+data.Students.PageInfo.EndCursor+`"`
			}
			same(t, "students", got, want)
		})
	}
	s.Sound()
}

func TestSearchIsBounded(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	for _, list := range []string{"students", "interviewers"} {
		t.Run(list, func(t *testing.T) {
			s := s.For(t)
			query := "query($s: String!) { " + list + "(filter: {search: $s}) { nodes { id } } }"
			longest := s.Ask(query, map[string]any{"s": strings.Repeat("ä", 254)})
			same(t, "error code for 254 characters", longest.Code(), "")
			s.Ask(query, map[string]any{"s": strings.Repeat("ä", 255)}).WantError("BAD_USER_INPUT", "search has 255 characters; at most 254 are allowed")
		})
	}
}
