package localpg

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// oldest is the lowest major version that the schema supports.
const oldest = 14

// binaries is a folder of Postgres programs that are known to run.
type binaries struct {
	dir     string
	version string
	major   int
}

func (b binaries) tool(name string) string { return filepath.Join(b.dir, name+exeSuffix) }

// binaries returns the binaries with the highest version or, for a cluster created by major,
// with that version. If none are installed, it downloads the pinned package.
func (c *cluster) binaries(ctx context.Context, major int) (binaries, error) {
	b, found, err := c.installed(ctx, major)
	if err != nil || b.major != 0 {
		return b, err
	}
	if major == 0 || major == fetchedMajor {
		return c.fetched(ctx)
	}
	return binaries{}, c.mismatch(major, found)
}

// installed returns the best matching binaries on this machine, zero if there are none, and
// all that it found.
func (c *cluster) installed(ctx context.Context, major int) (fit binaries, found []binaries, err error) {
	if dir := c.Env("PGBIN"); dir != "" {
		fit, err = c.chosen(ctx, dir, major)
		return fit, nil, err
	}
	for _, dir := range c.candidates(ctx) {
		if b, err := c.probe(ctx, dir); err == nil && b.major >= oldest {
			found = append(found, b)
		}
	}
	if err := ctx.Err(); err != nil {
		return binaries{}, nil, wrap(err, "look for Postgres") // the search may be incomplete
	}
	fits := slices.DeleteFunc(slices.Clone(found), func(b binaries) bool { return major != 0 && b.major != major })
	if len(fits) > 0 {
		fit = slices.MaxFunc(fits, func(a, b binaries) int { return cmp.Compare(a.major, b.major) })
	}
	return fit, found, nil
}

// chosen returns the binaries that PGBIN names, or an error if they cannot be used.
func (c *cluster) chosen(ctx context.Context, dir string, major int) (binaries, error) {
	b, err := c.probe(ctx, dir)
	switch {
	case err != nil:
		return b, wrap(err, "PGBIN=%s", dir)
	case b.major < oldest:
		return b, fmt.Errorf("PGBIN=%s has Postgres %s; %d or newer is required", dir, b.version, oldest)
	case major != 0 && b.major != major:
		return b, c.mismatch(major, []binaries{b})
	}
	return b, nil
}

func (c *cluster) mismatch(major int, found []binaries) error {
	var others []string
	upgrade := ""
	for _, b := range found {
		others = append(others, fmt.Sprintf("%s in %s", b.version, b.dir))
		if b.major > major && major >= oldest {
			upgrade = ", or run `rehearse upgrade-postgres`, which moves the data to the newer version"
		}
	}
	if others == nil {
		others = []string{"none"}
	}
	return fmt.Errorf("the cluster in %s was created by Postgres %d and requires this major version; found: %s; install Postgres %d or set PGBIN to its folder%s (the data is unchanged)",
		c.pgdata(), major, strings.Join(others, ", "), major, upgrade)
}

// candidates returns the folders that may hold binaries, with links resolved, without
// duplicates.
func (c *cluster) candidates(ctx context.Context) []string {
	var dirs []string
	add := func(dir string) {
		if dir, err := filepath.EvalSymlinks(dir); err == nil && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	if path := c.lookPath("pg_config"); path != "" {
		if out, err := c.account.command(ctx, path, "--bindir").Output(); err == nil {
			add(strings.TrimSpace(string(out)))
		}
	}
	if path := c.lookPath("postgres"); path != "" {
		if path, err := filepath.EvalSymlinks(path); err == nil {
			add(filepath.Dir(path))
		}
	}
	patterns := c.searched
	if patterns == nil {
		patterns = usualFolders()
	}
	for _, pattern := range patterns {
		matches, _ := filepath.Glob(pattern) // the only error is a malformed pattern
		for _, dir := range matches {
			add(dir)
		}
	}
	return dirs
}

// lookPath returns the path of a program on Env's PATH, or an empty string.
func (c *cluster) lookPath(name string) string {
	for _, dir := range filepath.SplitList(c.Env("PATH")) {
		if !filepath.IsAbs(dir) {
			continue
		}
		for _, suffix := range programSuffixes {
			path := filepath.Join(dir, name+suffix)
			if info, err := os.Stat(path); err == nil && !info.IsDir() && isExecutable(info) {
				return path
			}
		}
	}
	return ""
}

var versionLine = regexp.MustCompile(`\(PostgreSQL\) ((\d+)\S*)`)

// probe runs the folder's postgres to get its version, as the account that will run it.
func (c *cluster) probe(ctx context.Context, dir string) (binaries, error) {
	b := binaries{dir: dir}
	for _, name := range neededPrograms {
		if _, err := os.Stat(b.tool(name)); err != nil {
			return b, fmt.Errorf("%s is missing", name)
		}
	}
	out, err := c.account.command(ctx, b.tool("postgres"), "--version").Output()
	if err != nil {
		return b, wrap(err, "run %s", b.tool("postgres"))
	}
	found := versionLine.FindSubmatch(out)
	if found == nil {
		return b, fmt.Errorf("%s printed %q; a version is expected", b.tool("postgres"), strings.TrimSpace(string(out)))
	}
	b.version = string(found[1])
	b.major, err = strconv.Atoi(string(found[2]))
	return b, wrap(err, "version of %s", b.tool("postgres"))
}

// globQuote returns a pattern that matches only the path.
func globQuote(path string) string {
	if os.PathSeparator == '\\' {
		return path // a backslash cannot quote on this system
	}
	return regexp.MustCompile(`[*?\[\\]`).ReplaceAllString(path, `\$0`)
}
