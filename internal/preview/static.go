package preview

import (
	"embed"
	"net/http"
)

//go:embed page.html page.css page.js icon.svg
var files embed.FS

// static answers with a file of the page.
func static(name, mediaType string) http.Handler {
	content, err := files.ReadFile(name)
	if err != nil {
		panic(err) // it was built in
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		w.Write(content)
	})
}
