package thumbnail_test

import (
	"context"
	"fmt"
	"image"
	"image/png"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"

	"digest/internal/thumbnail"
)

func ExampleFetcher_Fetch() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/a.png" {
			http.Error(w, "signature does not match", http.StatusForbidden)
			return
		}
		if err := png.Encode(w, image.NewRGBA(image.Rect(0, 0, 1500, 1000))); err != nil {
			log.Print(err)
		}
	}))
	defer server.Close()

	// Without Allow, no server on loopback is asked.
	fetcher := thumbnail.Fetcher{Allow: func(to netip.AddrPort) bool { return to.Addr().IsLoopback() }}
	picture, err := fetcher.Fetch(context.Background(), server.URL+"/a.png")
	fmt.Println(picture.Type, picture.Width, "x", picture.Height, err)
	_, err = fetcher.Fetch(context.Background(), server.URL+"/b.png?Signature=secret")
	fmt.Println(err)
	// Output:
	// image/png 536 x 357 <nil>
	// image of 127.0.0.1: 403 Forbidden
}

func ExampleExpiry() {
	fmt.Println(thumbnail.Expiry("https://cdn.example.org/a.jpg?Expires=1557430063&Signature=Djf~&Key-Pair-Id=APKA"))
	fmt.Println(thumbnail.Expiry("https://cdn.example.org/a.jpg?sv=2022-11-02&se=tomorrow&sig=x"))
	fmt.Println(thumbnail.Expiry("https://cdn.example.org/a.jpg"))
	// Output:
	// 2019-05-09 19:27:43 +0000 UTC true
	// 0001-01-01 00:00:00 +0000 UTC true
	// 0001-01-01 00:00:00 +0000 UTC false
}
