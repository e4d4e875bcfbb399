import { area, corners, joined, steps, type Box, type Sample } from "./geometry";
import { WINDOW } from "./snapshots";

const BOX: Box = { width: 280, height: 56, window: WINDOW };

interface Props {
  label: string;
  samples: readonly Sample[];
  unit?: string;
}

/** One number now, and its last minutes as a line that moves from right to left. */
export function Chart({ label, samples, unit = "" }: Props) {
  const now = samples.at(-1)?.value ?? 0;
  const peak = Math.max(0, ...samples.map((sample) => sample.value));
  const said = `${label}: ${shown(now)}${unit} now, at most ${shown(peak)}${unit}`;
  return (
    <figure class="chart">
      <figcaption>
        <span>{label}</span>
        <strong>
          {shown(now)}
          {unit}
        </strong>
      </figcaption>
      <Line samples={samples} most={Math.max(1, peak)} label={said} />
      <small class="chart-foot">
        <span>{minutes(WINDOW)} ago</span>
        <span>
          peak {shown(peak)}
          {unit}
        </span>
      </small>
    </figure>
  );
}

/** How many pods were ready, as steps under the most that the autoscaler may have. */
export function PodsOverTime({ service, samples, most }: { service: string; samples: readonly Sample[]; most: number }) {
  const now = samples.at(-1)?.value ?? 0;
  return <Line samples={samples} most={Math.max(1, most)} stepped label={`Ready pods of ${service}: ${now} now, at most ${most}`} />;
}

function Line({ samples, most, label, stepped = false }: { samples: readonly Sample[]; most: number; label: string; stepped?: boolean }) {
  const straight = corners(samples, most, BOX);
  const points = stepped ? steps(straight) : straight;
  return (
    <svg viewBox={`0 0 ${BOX.width} ${BOX.height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <polygon points={area(points, BOX)} />
      <polyline points={joined(points)} />
    </svg>
  );
}

export function shown(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString();
  return (Math.round(value * 10) / 10).toLocaleString();
}

const minutes = (milliseconds: number): string => `${milliseconds / 60_000} min`;
