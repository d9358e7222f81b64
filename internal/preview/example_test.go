package preview_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"digest/internal/preview"
)

func ExampleServer_Run() {
	page := preview.New(preview.Options{
		Compose: func(context.Context, string) (*preview.Letter, error) {
			return &preview.Letter{Edition: "weekly-2026-11-20", Subject: "Grids & frames", HTML: "<p>Hello</p>"}, nil
		},
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error)
	go func() { ended <- page.Run(ctx, listener) }()

	answer, err := http.Get("http://" + listener.Addr().String())
	if err != nil {
		fmt.Println(err)
		return
	}
	body, _ := io.ReadAll(answer.Body)
	answer.Body.Close()
	fmt.Println(answer.Status, strings.Contains(string(body), "Grids &amp; frames"))
	http.DefaultClient.CloseIdleConnections()
	stop()
	fmt.Println(<-ended)
	// Output:
	// 200 OK true
	// <nil>
}
