// What a team would write in Go: net/http and client_golang, with the receiver's contract. Usage: receiver ADDRESS
package main

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const most = 1 << 20

var (
	requests = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "webhook_requests_total", Help: "Total number of webhook requests processed",
	}, []string{"status"})
	seconds = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "webhook_processing_time_seconds", Help: "Time spent processing webhook requests",
		Buckets: []float64{0.01, 0.05, 0.1, 0.5, 1},
	})
	payload = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "webhook_payload_size_bytes_total", Help: "Total size of webhook payloads received",
	})
	success = requests.WithLabelValues("success")
	failure = requests.WithLabelValues("error")
)

func refuse(answer http.ResponseWriter, status int, reason string) {
	failure.Inc()
	answer.Header().Set("Content-Type", "application/json")
	answer.WriteHeader(status)
	json.NewEncoder(answer).Encode(map[string]string{"error": reason})
}

func take(answer http.ResponseWriter, request *http.Request) {
	began := time.Now()
	defer func() { seconds.Observe(time.Since(began).Seconds()) }()
	if request.Method != http.MethodPost {
		answer.Header().Set("Allow", "POST")
		refuse(answer, http.StatusMethodNotAllowed, "write a POST")
		return
	}
	if request.Header.Get("Content-Type") != "application/json" {
		refuse(answer, http.StatusUnsupportedMediaType, "the content type must be application/json")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(answer, request.Body, most))
	if err != nil {
		refuse(answer, http.StatusRequestEntityTooLarge, err.Error())
		return
	}
	if !json.Valid(body) {
		refuse(answer, http.StatusBadRequest, "the body is not valid JSON")
		return
	}
	success.Inc()
	payload.Add(float64(len(body)))
	answer.Header().Set("Content-Type", "application/json")
	io.WriteString(answer, `{"status":"success"}`)
}

func main() {
	registry := prometheus.NewRegistry()
	registry.MustRegister(requests, seconds, payload)
	http.HandleFunc("/webhook", take)
	http.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
