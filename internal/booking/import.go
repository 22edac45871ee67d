package booking

import "fmt"

// Differences refuses an imported student who is there already as somebody
// else: an import changes nobody.
func (s Student) Differences(imported Student) Refused {
	var refused Refused
	refused = append(refused, differs("name", s.Name, imported.Name)...)
	refused = append(refused, differs("timeZone", s.TimeZone, imported.TimeZone)...)
	return append(refused, differs("interviewLimit", number(s.LimitOverride), number(imported.LimitOverride))...)
}

// Differences refuses an imported interviewer who is there already as somebody
// else: an import changes nobody.
func (i Interviewer) Differences(imported Interviewer) Refused {
	var refused Refused
	refused = append(refused, differs("name", i.Name, imported.Name)...)
	refused = append(refused, differs("timeZone", i.TimeZone, imported.TimeZone)...)
	return append(refused, differs("active", fmt.Sprint(i.Active), fmt.Sprint(imported.Active))...)
}

func differs(field, there, imported string) Refused {
	if there == imported {
		return nil
	}
	return Refuse(InvalidInput, field, fmt.Sprintf(
		"%s is %q; who has this e-mail is there already, with %q, and an import changes nobody", field, clip(imported), clip(there)))
}

func number(n *int) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}
