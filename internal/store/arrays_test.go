package store

import "testing"

// BenchmarkScanArray decodes the tags of an interviewer that GORM has read.
func BenchmarkScanArray(b *testing.B) {
	for b.Loop() {
		var tags texts
		if err := tags.Scan(`{go,sql,"system design"}`); err != nil {
			b.Fatal(err)
		}
	}
}
