import { Chart } from "./Chart";
import { Service } from "./Service";
import { history, problem, samplesOf, type Snapshot } from "./snapshots";

const SOURCES = { kubernetes: "Pods in Kubernetes", processes: "Processes on this machine", none: "" };
/** In the order in which a message meets them. */
const ORDER = ["web", "api", "realtime", "worker", "beat"];

/** What runs, how much of it, and why: for administrators. */
export function ScalePage() {
  const latest = history.value.at(-1);
  return (
    <main class="scale">
      <header class="scale-head">
        <a href="/">Back to the chat</a>
        <h1>Scale</h1>
        {latest && (
          <span class="muted">
            {SOURCES[latest.source]} · as of <time dateTime={latest.at}>{new Date(latest.at).toLocaleTimeString()}</time>
          </span>
        )}
      </header>
      <div role="status">{problem.value !== null && <p class="scale-problem">{problem.value}</p>}</div>
      {latest ? <Installation latest={latest} /> : problem.value === null && <Shape />}
    </main>
  );
}

function Installation({ latest }: { latest: Snapshot }) {
  const services = latest.services.toSorted((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
  return (
    <>
      <div class="charts">
        <Chart label="Requests" unit="/s" samples={samplesOf((snapshot) => snapshot.requests_per_second)} />
        <Chart label="Connections" samples={samplesOf((snapshot) => snapshot.connections)} />
        <Chart label="Deliveries" unit="/s" samples={samplesOf((snapshot) => snapshot.deliveries_per_second)} />
        {Object.keys(latest.queues).map((queue) => (
          <Chart key={queue} label={`Tasks, ${queue}`} samples={samplesOf((snapshot) => snapshot.queues[queue] ?? 0)} />
        ))}
        <Chart label="Relay lag" unit=" s" samples={samplesOf((snapshot) => snapshot.relay_lag_seconds)} />
      </div>
      <div class="services">
        {services.map((service) => (
          <Service key={service.name} service={service} />
        ))}
      </div>
    </>
  );
}

/** The shape of what comes, until the first numbers are there. */
function Shape() {
  return (
    <div class="charts" aria-busy="true" aria-label="Loading the numbers">
      {Array.from({ length: 6 }, (_, index) => (
        <div key={index} class="chart is-awaited" />
      ))}
    </div>
  );
}
