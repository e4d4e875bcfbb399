import { PodsOverTime, shown } from "./Chart";
import { samplesOf, type Autoscaler, type Pod, type ServiceScale, type Snapshot } from "./snapshots";

const MEBIBYTE = 1024 * 1024;

/** A service: its replicas, how many there were, and what its autoscaler wants and why. */
export function Service({ service }: { service: ServiceScale }) {
  const ready = readyPods(service);
  const samples = samplesOf((snapshot) => readyPods(serviceOf(snapshot, service.name)));
  const most = service.autoscaler?.max_replicas ?? Math.max(...samples.map((sample) => sample.value));
  return (
    <section class="scale-service">
      <header>
        <h2>{service.name}</h2>
        <span class="muted">
          {ready} of {service.pods.length} ready
        </span>
      </header>
      <PodsOverTime service={service.name} samples={samples} most={most} />
      {service.autoscaler && <Wish autoscaler={service.autoscaler} />}
      <ul class="pods">
        {service.pods.map((pod) => (
          <PodLine key={pod.name} pod={pod} />
        ))}
      </ul>
    </section>
  );
}

const serviceOf = (snapshot: Snapshot, name: string): ServiceScale | undefined => snapshot.services.find((service) => service.name === name);
const readyPods = (service: ServiceScale | undefined): number => service?.pods.filter((pod) => pod.state === "ready").length ?? 0;

function Wish({ autoscaler }: { autoscaler: Autoscaler }) {
  const { min_replicas, max_replicas, current_replicas, desired_replicas } = autoscaler;
  return (
    <p class="wish">
      <span>
        {current_replicas === desired_replicas ? `Holding ${current_replicas}` : `From ${current_replicas} to ${desired_replicas}`}, between {min_replicas} and {max_replicas}
      </span>
      {autoscaler.targets.map((target) => (
        <span key={target.metric} class="muted">
          {target.metric} {target.current ?? "unknown"} of {target.target}
        </span>
      ))}
    </p>
  );
}

function PodLine({ pod }: { pod: Pod }) {
  const facts = [
    pod.requests_per_second > 0 && `${shown(pod.requests_per_second)} requests/s`,
    pod.connections > 0 && `${shown(pod.connections)} connections`,
    pod.deliveries_per_second > 0 && `${shown(pod.deliveries_per_second)} deliveries/s`,
    pod.cpu_millicores !== null && `${Math.round(pod.cpu_millicores)}m CPU`,
    pod.memory_bytes !== null && `${Math.round(pod.memory_bytes / MEBIBYTE)} MiB`,
    pod.restarts > 0 && `${pod.restarts} restarts`,
  ];
  return (
    <li class={`pod is-${pod.state}`}>
      <span class="pod-name cut" title={pod.node ?? undefined}>
        {pod.name}
      </span>
      <span class="pod-state">{pod.state}</span>
      <small>{facts.filter(Boolean).join(" · ")}</small>
    </li>
  );
}
