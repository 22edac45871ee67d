package scratch

import "syscall"

// enough is the free memory in bytes that suffices for the tests of one package.
const enough = 3 << 30

// memory returns a directory in memory, or "" for the default temporary directory if
// memory is short.
func memory() string {
	const folder = "/dev/shm"
	var is syscall.Statfs_t
	if err := syscall.Statfs(folder, &is); err != nil || is.Bavail*uint64(is.Bsize) < enough { //nolint:gosec // block sizes are positive
		return ""
	}
	return folder
}
