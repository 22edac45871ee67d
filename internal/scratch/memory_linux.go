package scratch

import "syscall"

// enough is the free memory, in bytes, that a whole package of tests does not use up.
const enough = 3 << 30

// memory returns a folder in memory, or "" for the usual temporary one.
func memory() string {
	const folder = "/dev/shm"
	var is syscall.Statfs_t
	if err := syscall.Statfs(folder, &is); err != nil || is.Bavail*uint64(is.Bsize) < enough { //nolint:gosec // a block has a size
		return ""
	}
	return folder
}
