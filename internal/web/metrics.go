package web

import (
	"fmt"
	"net/http"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// Metrics are what is counted, for Prometheus. They name nobody. Nil counts nothing.
type Metrics struct{ set *metrics.Set }

// NewMetrics are all zero.
func NewMetrics() *Metrics {
	m := &Metrics{metrics.NewSet()}
	for _, what := range changes {
		m.set.NewCounter(changesOf(what)) // which shows it before it happens
	}
	return m
}

// changes are what readers do; trapped is what no person does.
var changes = []string{left, cameBack, asked, joined, chose, askedForData, erased, trapped}

const (
	left         = "left"
	cameBack     = "came back"
	asked        = "asked"
	joined       = "joined"
	chose        = "chose"
	askedForData = "asked for data"
	erased       = "erased"
	trapped      = "trapped"
)

// Handler serves the metrics.
func (m *Metrics) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		m.set.WritePrometheus(w)
		metrics.WriteProcessMetrics(w)
	})
}

func (m *Metrics) request(page, method string, status int, took time.Duration) {
	if m == nil {
		return
	}
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default:
		method = "other" // or anybody could fill the memory with words
	}
	m.set.GetOrCreateCounter(fmt.Sprintf(`digest_requests_total{page=%q,method=%q,status="%d"}`, page, method, status)).Inc()
	m.set.GetOrCreatePrometheusHistogram(fmt.Sprintf(`digest_request_seconds{page=%q}`, page)).Update(took.Seconds())
}

func (m *Metrics) changed(what string) {
	if m != nil {
		m.set.GetOrCreateCounter(changesOf(what)).Inc()
	}
}

func changesOf(what string) string { return fmt.Sprintf(`digest_changes_total{what=%q}`, what) }

// Mailed counts a mail that answers a request, by its outcome.
func (m *Metrics) Mailed(outcome string) {
	if m != nil {
		m.set.GetOrCreateCounter(fmt.Sprintf(`digest_mails_total{outcome=%q}`, outcome)).Inc()
	}
}
