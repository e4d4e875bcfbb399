import { Chart } from "./Chart";
import { Service } from "./Service";
import { history, problem } from "./snapshots";

/** What runs, how much of it, and why: for administrators. */
export function ScalePage() {
  const all = history.value;
  const latest = all.at(-1);
  const of = (how: (snapshot: NonNullable<typeof latest>) => number): number[] => all.map(how);
  return (
    <main class="scale">
      <header class="scale-head">
        <a href="/">Back to the chat</a>
        <h1>Scale</h1>
        {latest && <span class="muted">{latest.source === "kubernetes" ? "Pods in Kubernetes" : "Processes on this machine"}</span>}
      </header>
      <div role="status">{problem.value !== null && <p class="scale-problem">{problem.value}</p>}</div>
      {latest && (
        <>
          <div class="charts">
            <Chart label="Requests" unit="/s" values={of((snapshot) => snapshot.requests_per_second)} />
            <Chart label="Connections" values={of((snapshot) => snapshot.connections)} />
            <Chart label="Deliveries" unit="/s" values={of((snapshot) => snapshot.deliveries_per_second)} />
            <Chart label="Relay lag" unit=" s" values={of((snapshot) => snapshot.relay_lag_seconds)} />
            {Object.keys(latest.queues).map((queue) => (
              <Chart key={queue} label={`Tasks, ${queue}`} values={of((snapshot) => snapshot.queues[queue] ?? 0)} />
            ))}
          </div>
          <div class="services">
            {latest.services.map((service) => (
              <Service key={service.name} service={service} />
            ))}
          </div>
        </>
      )}
    </main>
  );
}
