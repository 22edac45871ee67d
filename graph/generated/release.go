// Package generated executes GraphQL. gqlgen writes it, except for this file.
package generated

import "bytes"

// release drops the buffer of the previous event of a subscription. gqlgen reuses it, so
// that each open subscription would keep as much memory as its largest event took.
// `go generate` puts this call in place of buf.Reset().
func release(buf *bytes.Buffer) { *buf = bytes.Buffer{} }
