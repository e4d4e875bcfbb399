/** Arithmetic of a windowed list: where rows stand, which to draw, how to keep a line in place. No DOM here. */

export interface Offsets {
  sizes: Float64Array;
  /** tops[i] is the top of row i; tops[n] is the height of all rows. */
  tops: Float64Array;
  count: number;
}

export function offsetsOf(count: number, height: (index: number) => number): Offsets {
  const offsets: Offsets = { sizes: new Float64Array(count), tops: new Float64Array(count + 1), count };
  for (let index = 0; index < count; index += 1) offsets.sizes[index] = height(index);
  sumFrom(offsets, 0);
  return offsets;
}

/** Brings the tops up to date after sizes from a row on have changed. */
export function sumFrom({ sizes, tops, count }: Offsets, first: number): void {
  let top = tops[first] ?? 0;
  for (let index = first; index < count; index += 1) {
    top += sizes[index] ?? 0;
    tops[index + 1] = top;
  }
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
