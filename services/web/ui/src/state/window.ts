/** Arithmetic of a windowed list: where rows stand, which to draw, how to keep a line in place. No DOM here. */

export interface Offsets {
  /** tops[i] is the top of row i; tops[n] is the height of all rows. */
  tops: Float64Array;
  count: number;
}

export function offsetsOf(keys: readonly string[], height: (key: string, index: number) => number): Offsets {
  const tops = new Float64Array(keys.length + 1);
  for (let index = 0; index < keys.length; index += 1) {
    tops[index + 1] = (tops[index] ?? 0) + height(keys[index] ?? "", index);
  }
  return { tops, count: keys.length };
}

/** The index of the row that covers a vertical offset. */
export function rowAt({ tops, count }: Offsets, offset: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((tops[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}

export interface Span {
  start: number;
  end: number;
}

/** The rows to draw: those in sight and `margin` pixels around. `end` is exclusive. */
export function spanOf(offsets: Offsets, scrollTop: number, viewport: number, margin: number): Span {
  if (offsets.count === 0) return { start: 0, end: 0 };
  return {
    start: rowAt(offsets, Math.max(0, scrollTop - margin)),
    end: Math.min(offsets.count, rowAt(offsets, scrollTop + viewport + margin) + 1),
  };
}

export interface Anchor {
  key: string;
  /** Pixels from the top of the viewport to the top of the row; negative when it is cut off. */
  distance: number;
}

/** The scroll position that puts an anchored row back where the reader saw it, or null if it is gone. */
export function scrollFor(offsets: Offsets, indexOf: (key: string) => number | undefined, anchor: Anchor): number | null {
  const index = indexOf(anchor.key);
  if (index === undefined) return null;
  return Math.max(0, (offsets.tops[index] ?? 0) - anchor.distance);
}

/** A first guess of a row's height from its text, until it is measured. */
export function guessHeight(textLength: number, first: boolean): number {
  const lines = Math.max(1, Math.ceil(textLength / 85));
  return lines * 24 + (first ? 40 : 4);
}
