// Command cadvisor serves cAdvisor's Prometheus metrics from its published library module, for machines that cannot
// pull the upstream image. It takes the upstream flags that our DaemonSet sets, with upstream's names and meaning,
// and must not grow features of its own: what is tested with it has to hold for the upstream image.
package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/google/cadvisor/lib/cache/memory"
	"github.com/google/cadvisor/lib/container"
	_ "github.com/google/cadvisor/lib/container/containerd/install"
	"github.com/google/cadvisor/lib/manager"
	"github.com/google/cadvisor/lib/metrics"
	info "github.com/google/cadvisor/lib/model"
	"github.com/google/cadvisor/lib/utils/sysfs"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"
)

var (
	port            = flag.Int("port", 8080, "port to listen on")
	maxProcs        = flag.Int("max_procs", 0, "processors used at once; below 1: all")
	storageDuration = flag.Duration("storage_duration", 2*time.Minute, "how long samples are kept in memory")
	storeLabels     = flag.Bool("store_container_labels", true, "every container label becomes a metric label")
	allowedLabels   = flag.String("whitelisted_container_labels", "", "the labels kept when store_container_labels is off, by comma")
	enabled         = container.MetricSet{}
)

func containerLabels() metrics.ContainerLabelsFunc {
	if *storeLabels {
		return metrics.DefaultContainerLabels
	}
	return metrics.BaseContainerLabels(strings.Split(*allowedLabels, ","))
}

func main() {
	klog.InitFlags(nil)
	flag.Var(&enabled, "enable_metrics", "metric kinds to serve, by comma; unset: all")
	flag.Parse()
	runtime.GOMAXPROCS(max(*maxProcs, 0))
	if len(enabled) == 0 {
		enabled = container.AllMetrics
	}

	// The allow-lists hold one empty string, not nothing: the library indexes their first element.
	everything := []string{""}
	m, err := manager.New(memory.New(*storageDuration, nil), sysfs.NewRealSysFs(), manager.HousekeepingConfigFlags, enabled, everything, everything, "", 0)
	exitOn(err)
	exitOn(m.Start())

	registry := prometheus.NewRegistry()
	registry.MustRegister(
		metrics.NewPrometheusCollector(m, containerLabels(), enabled, clock.RealClock{}, info.RequestOptions{IdType: info.TypeName, Count: 1, Recursive: true}),
		metrics.NewPrometheusMachineCollector(m, enabled),
	)
	http.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}))
	http.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") })

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	go func() { <-stop; os.Exit(0) }()
	exitOn(http.ListenAndServe(fmt.Sprintf(":%d", *port), nil))
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "cadvisor:", err)
		os.Exit(1)
	}
}
