package thumbnail

import "testing"

// BenchmarkPicture makes pictures of what a camera and a designer send.
func BenchmarkPicture(b *testing.B) {
	files := []struct {
		name string
		data []byte
	}{
		{"JPEG 3000x2000", jpegOf(b, photo(3000, 2000, 20))},
		{"JPEG 7000x5000", jpegOf(b, photo(7000, 5000, 20))},
		{"PNG drawing 3000x2000", pngOf(b, corners(3000, 2000))},
	}
	for _, file := range files {
		b.Run(file.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				picture(b, file.data)
			}
		})
	}
}

func BenchmarkExpiry(b *testing.B) {
	for b.Loop() {
		if _, signed := Expiry(cloudFront); !signed {
			b.Fatal("Expiry: not signed")
		}
	}
}
