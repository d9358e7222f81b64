package preview

import (
	"fmt"
	"net/http"
	"time"
)

// patience is how long a page may take to read an event.
const patience = 5 * time.Second

// events tells a page, as server-sent events, when the version it shows is
// outdated. A page that is slow misses versions, not the last one.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	if r.Method == http.MethodHead {
		return
	}
	shown := r.URL.Query().Get("version")
	control := http.NewResponseController(w)
	message := "retry: 500\n\n" // a server that is started again is found soon
	for {
		version, changed := s.letters.now()
		if shown != version {
			message += fmt.Sprintf("event: change\ndata: %s\n\n", version)
			shown = version
		}
		if err := control.SetWriteDeadline(time.Now().Add(patience)); err != nil {
			return
		}
		if _, err := fmt.Fprint(w, message); err != nil {
			return
		}
		if err := control.Flush(); err != nil {
			return
		}
		message = ""
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		case <-s.letters.ctx.Done():
			return
		}
	}
}
