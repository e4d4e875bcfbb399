/** How a chart draws time: the right edge is now, the left edge is one window ago, and older points fall off. */

export interface Sample {
  /** Milliseconds since 1970. */
  at: number;
  value: number;
}

export interface Box {
  width: number;
  height: number;
  /** Milliseconds from the left edge to the right one. */
  window: number;
}

/** Kept free above and below, so that the line's whole stroke is seen. */
const MARGIN = 2;

/** The corners of the line through samples, oldest first; `most` is the value at the upper edge. */
export function corners(samples: readonly Sample[], most: number, { width, height, window }: Box): [number, number][] {
  const now = samples.at(-1)?.at ?? 0;
  const rise = height - 2 * MARGIN;
  return samples
    .filter((sample) => now - sample.at <= window)
    .map(({ at, value }) => [width - ((now - at) / window) * width, height - MARGIN - (value / most) * rise]);
}

/** The same as steps: a number of pods holds until it changes, it never slopes. */
export function steps(points: readonly [number, number][]): [number, number][] {
  return points.flatMap(([x, y], index): [number, number][] => {
    const before = points[index - 1];
    return before && before[1] !== y ? [[x, before[1]], [x, y]] : [[x, y]];
  });
}

export const joined = (points: readonly [number, number][]): string => points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");

/** The area between a line and the chart's floor. */
export function area(points: readonly [number, number][], { height }: Box): string {
  const [first, last] = [points[0], points.at(-1)];
  return first && last ? joined([[first[0], height], ...points, [last[0], height]]) : "";
}
