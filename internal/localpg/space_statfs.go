//go:build linux || darwin

package localpg

import "syscall"

// freeSpace returns the bytes that are free on the disk of a folder.
func freeSpace(dir string) (free uint64, known bool, err error) {
	var is syscall.Statfs_t
	err = syscall.Statfs(dir, &is)
	return is.Bavail * uint64(is.Bsize), err == nil, err
}
