//! What the files of a cgroup hold, as kernels write them: for tests alone.

/// A pod with a quota of half a CPU and 64Mi, on a kernel 6.18 with cgroup v1.
pub(super) const V1: [(&str, &str); 8] = [
    ("cpuacct.usage", "86415775778\n"),
    ("cpu.cfs_quota_us", "50000\n"),
    ("cpu.cfs_period_us", "100000\n"),
    (
        "cpu.stat",
        "nr_periods 1834\nnr_throttled 211\nthrottled_time 9541233012\nnr_bursts 0\nburst_time 0\n",
    ),
    ("memory.usage_in_bytes", "67956736\n"),
    ("memory.limit_in_bytes", "67108864\n"),
    (
        "memory.stat",
        "cache 65032192\nrss 1826816\nrss_huge 0\nmapped_file 0\ninactive_file 1000\nhierarchical_memory_limit 67108864\n\
         total_cache 65032192\ntotal_rss 1826817\ntotal_rss_huge 0\ntotal_inactive_anon 1785856\ntotal_inactive_file 53547008\n",
    ),
    ("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n"),
];

/// The same on cgroup v2.
pub(super) const V2: [(&str, &str); 9] = [
    (
        "cpu.stat",
        "usage_usec 86415775\nuser_usec 50635416\nsystem_usec 35780359\nnice_usec 0\ncore_sched.force_idle_usec 0\n\
         nr_periods 1834\nnr_throttled 211\nthrottled_usec 9541233\nnr_bursts 0\nburst_usec 0\n",
    ),
    ("cpu.max", "50000 100000\n"),
    ("memory.current", "67956736\n"),
    ("memory.max", "67108864\n"),
    (
        "memory.stat",
        "anon 1826817\nfile 65032192\nkernel 700416\nfile_mapped 0\ninactive_anon 1785856\nactive_anon 12288\n\
         inactive_file 53547008\nactive_file 11485184\nworkingset_refault_file 15799\n",
    ),
    (
        "memory.events",
        "low 0\nhigh 0\nmax 14\noom 4\noom_kill 3\noom_group_kill 0\n",
    ),
    (
        "cpu.pressure",
        "some avg10=63.31 avg60=50.29 avg300=24.04 total=232526485\nfull avg10=62.43 avg60=49.55 avg300=22.79 total=204587500\n",
    ),
    (
        "memory.pressure",
        "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n",
    ),
    (
        "io.pressure",
        "some avg10=0.46 avg60=0.40 avg300=0.62 total=21382214\nfull avg10=0.01 avg60=0.08 avg300=0.33 total=15427022\n",
    ),
];
