const WIDTH = 240;
const HEIGHT = 48;

/** One number now and how it went, as a line without axes. */
export function Chart({ label, values, unit = "" }: { label: string; values: readonly number[]; unit?: string }) {
  const last = values.at(-1) ?? 0;
  const most = Math.max(1, ...values);
  const points = values.map((value, index) => `${(index / Math.max(1, values.length - 1)) * WIDTH},${HEIGHT - 2 - (value / most) * (HEIGHT - 4)}`);
  return (
    <figure class="chart">
      <figcaption>
        <span>{label}</span>
        <strong>
          {shown(last)}
          {unit}
        </strong>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`${label}: ${shown(last)}${unit}, at most ${shown(most)}${unit}`}>
        <polyline points={points.join(" ")} />
      </svg>
    </figure>
  );
}

export function shown(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString();
  return (Math.round(value * 10) / 10).toLocaleString();
}
