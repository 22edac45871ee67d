package localpg

import "golang.org/x/sys/windows"

// freeSpace returns the bytes that are free on the disk of a folder.
func freeSpace(dir string) (free uint64, known bool, err error) {
	path, err := windows.UTF16PtrFromString(dir)
	if err == nil {
		err = windows.GetDiskFreeSpaceEx(path, &free, nil, nil)
	}
	return free, err == nil, err
}
