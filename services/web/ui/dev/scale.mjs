/** A believable installation for the mock server's scale page: load in waves, pods that follow it. */
const SERVICES = { web: [1, 10], api: [2, 10], realtime: [2, 10], worker: [1, 10], beat: null };
const MEBIBYTE = 1024 * 1024;

const wave = (now, period, phase = 0) => (1 + Math.sin((now / 1000 / period + phase) * 2 * Math.PI)) / 2;

function pod(name, index, wanted, now, load) {
  return {
    name: `flack-${name}-7d9f6c5b84-${["x2k9p", "b7m4q", "t5w8z", "k3h6v", "r9c2n", "p8d5j"][index]}`,
    state: index === wanted - 1 && load > 0.9 ? "starting" : "ready",
    started_at: new Date(now - 3_600_000).toISOString(),
    restarts: 0,
    node: `node-${(index % 3) + 1}`,
    requests_per_second: name === "api" || name === "web" ? (420 * load) / wanted : 0,
    connections: name === "realtime" ? Math.round(4100 / wanted) : 0,
    deliveries_per_second: name === "realtime" ? (9000 * load) / wanted : 0,
    cpu_millicores: 40 + 560 * load,
    memory_bytes: (110 + 40 * load) * MEBIBYTE,
  };
}

function service(name, limits, now) {
  const load = wave(now, 120, name.length / 10);
  const wanted = limits ? Math.round(limits[0] + load * 3) : 1;
  const autoscaler = limits && { min_replicas: limits[0], max_replicas: limits[1], current_replicas: wanted, desired_replicas: load > 0.9 ? wanted + 1 : wanted, targets: [{ metric: "cpu", current: `${Math.round(40 + 560 * load)}m`, target: "600m" }] };
  return { name, pods: Array.from({ length: wanted }, (_, index) => pod(name, index, wanted, now, load)), autoscaler };
}

/** The snapshot of a moment, in milliseconds since 1970. */
export function installation(now) {
  const load = wave(now, 120);
  return {
    at: new Date(now).toISOString(),
    source: "kubernetes",
    services: Object.entries(SERVICES).map(([name, limits]) => service(name, limits, now)),
    requests_per_second: 420 * load,
    connections: Math.round(4000 + 200 * wave(now, 300)),
    deliveries_per_second: 9000 * load,
    queues: { default: 0, previews: Math.round(12 * wave(now, 60)) },
    relay_lag_seconds: 0,
    error: null,
  };
}
