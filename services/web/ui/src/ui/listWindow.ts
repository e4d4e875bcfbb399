import { guessHeight, offsetsOf, rowAt, scrollFor, spanOf, sumFrom, type Anchor, type Offsets, type Span } from "../state/window";
import type { Row } from "../state/rows";

/** Pixels drawn above and below what is in sight, and how near to its edge the view may come before more is drawn. */
const MARGIN = 900;
const EDGE = 350;
/** Pixels from the bottom within which the list follows new messages. */
const NEAR_BOTTOM = 48;
/** Pixels that one line at the top of the list covers, the day or the banner: the row behind them says which day it is. */
const TOP_LINE = 28;
/** Pixels that count as the very end: scroll positions are rounded. */
const AT_BOTTOM = 1;

/** Heights by row, kept by channel for the next visit while the width stays. */
const known = new Map<number, Map<string, number>>();
let knownWidth = 0;

/** Keeps a windowed list steady: which rows are drawn, and that the line being read never moves. */
export class ListWindow {
  span: Span = { start: 0, end: 0 };
  /** Whether the list follows its end. */
  following = true;
  private lastTop = 0;
  private rows: readonly Row[] = [];
  private indexes = new Map<string, number>();
  private offsets: Offsets = offsetsOf(0, () => 0);
  private anchor: Anchor | null = null;
  private readonly heights: Map<string, number>;

  constructor(channelId: number) {
    this.heights = known.get(channelId) ?? new Map<string, number>();
    known.set(channelId, this.heights);
  }

  /** Takes new rows and decides what to draw, before they are. */
  update(rows: readonly Row[], scroller: HTMLElement | null): void {
    if (rows === this.rows) return;
    this.rows = rows;
    this.indexes = new Map(rows.map((row, index) => [row.key, index]));
    this.place();
    const viewport = scroller?.clientHeight ?? window.innerHeight;
    const total = this.offsets.tops[rows.length] ?? 0;
    const top = this.following ? total - viewport : (this.anchored() ?? scroller?.scrollTop ?? 0);
    this.span = spanOf(this.offsets, Math.max(0, top), viewport, MARGIN);
  }

  /** Measures what is drawn and puts the reader's line back. Answers whether other rows must be drawn. */
  settle(scroller: HTMLElement, above: HTMLElement, below: HTMLElement): boolean {
    const heightBefore = this.anchor && this.heightOf(this.anchor.key);
    const rewrapped = this.widthIs(scroller.clientWidth);
    let firstChanged = Infinity;
    for (let node = above.nextElementSibling; node && node !== below; node = node.nextElementSibling) {
      const key = (node as HTMLElement).dataset["key"];
      const { height } = node.getBoundingClientRect(); // with its fractions: rounded, they would add up to a drift
      const index = key === undefined ? undefined : this.indexes.get(key);
      if (key === undefined || index === undefined) continue;
      this.heights.set(key, height);
      if (this.offsets.sizes[index] === height) continue;
      this.offsets.sizes[index] = height;
      firstChanged = Math.min(firstChanged, index);
    }
    if (firstChanged < Infinity) sumFrom(this.offsets, firstChanged);
    const total = this.offsets.tops[this.rows.length] ?? 0;
    setHeight(above, this.offsets.tops[this.span.start] ?? 0);
    setHeight(below, total - (this.offsets.tops[this.span.end] ?? total));
    if (rewrapped && this.anchor && heightBefore) {
      // A message that is cut off at the top goes on at the same share of its text.
      const { key, distance } = this.anchor;
      if (distance < 0) this.anchor = { key, distance: (distance * (this.heightOf(key) ?? 0)) / heightBefore };
    }
    const top = this.following ? scroller.scrollHeight - scroller.clientHeight : this.anchored();
    if (top !== null && Math.abs(top - scroller.scrollTop) >= 0.5) scroller.scrollTop = top;
    this.lastTop = scroller.scrollTop;
    if (this.isEndDrawn() && distanceToEnd(scroller) <= AT_BOTTOM) this.following = true; // aimed at a row near the end
    return this.respan(scroller);
  }

  /** The reader scrolled. Answers whether other rows must be drawn. */
  scrolled(scroller: HTMLElement): boolean {
    const { scrollTop } = scroller;
    const left = distanceToEnd(scroller);
    // Who scrolls up by a little wants to stay there; who comes near the end from above is taken to it.
    if (scrollTop < this.lastTop && left > AT_BOTTOM) this.following = false;
    else if (scrollTop > this.lastTop) this.following = left <= NEAR_BOTTOM && this.isEndDrawn();
    this.lastTop = scrollTop;
    this.anchor = this.anchorAt(scroller);
    return this.respan(scroller);
  }

  /** Puts a row a given share of the viewport below its top, from now on. Answers whether the row is there. */
  aim(key: string, scroller: HTMLElement, share: number): boolean {
    if (!this.indexes.has(key)) return false;
    this.following = false;
    this.anchor = { key, distance: Math.round(scroller.clientHeight * share) };
    return true;
  }

  follow(): void {
    this.following = true;
  }

  /** The row at the top of what can be read under so many lines, and the last message wholly or partly in sight. */
  inSight(scroller: HTMLElement, topLines: number): { top: Row | undefined; lastPosition: number } {
    const top = this.rows[rowAt(this.offsets, scroller.scrollTop + topLines * TOP_LINE)];
    const from = rowAt(this.offsets, scroller.scrollTop + scroller.clientHeight - 16);
    for (let index = from; index >= 0; index -= 1) {
      const row = this.rows[index];
      if (row?.kind === "message") return { top, lastPosition: row.message.position };
    }
    return { top, lastPosition: 0 };
  }

  isAbove(key: string, scroller: HTMLElement): boolean {
    const index = this.indexes.get(key);
    return index !== undefined && (this.offsets.tops[index + 1] ?? 0) < scroller.scrollTop;
  }

  /** Whether the end is in sight, followed or not. */
  isNearEnd(scroller: HTMLElement): boolean {
    return this.following || distanceToEnd(scroller) <= NEAR_BOTTOM;
  }

  private respan(scroller: HTMLElement): boolean {
    const { scrollTop, clientHeight } = scroller;
    const drawnTop = this.offsets.tops[this.span.start] ?? 0;
    const drawnEnd = this.offsets.tops[this.span.end] ?? 0;
    const enoughAbove = this.span.start === 0 || scrollTop - drawnTop > EDGE;
    const enoughBelow = this.span.end >= this.rows.length || drawnEnd - scrollTop - clientHeight > EDGE;
    if (enoughAbove && enoughBelow) return false;
    const next = spanOf(this.offsets, scrollTop, clientHeight, MARGIN);
    if (next.start === this.span.start && next.end === this.span.end) return false;
    this.span = next;
    return true;
  }

  /** The first message that begins in sight, else the one that fills it: what is before the anchor may grow, not after. */
  private anchorAt({ scrollTop, clientHeight }: HTMLElement): Anchor | null {
    let filling: Anchor | null = null;
    for (let index = rowAt(this.offsets, scrollTop); index < this.rows.length; index += 1) {
      const row = this.rows[index];
      if (row?.kind !== "message" && row?.kind !== "pending") continue;
      const anchor = { key: row.key, distance: (this.offsets.tops[index] ?? 0) - scrollTop };
      if (anchor.distance >= 0) return anchor.distance < clientHeight ? anchor : (filling ?? anchor);
      filling = anchor;
    }
    return filling;
  }

  private heightOf(key: string): number | undefined {
    return this.offsets.sizes[this.indexes.get(key) ?? -1];
  }

  /** Whether the end of the channel is drawn, and not of what is loaded of it. */
  private isEndDrawn(): boolean {
    return this.span.end >= this.rows.length && this.rows.findLast((row) => row.kind !== "pending")?.kind !== "loading";
  }

  private anchored(): number | null {
    return this.anchor && scrollFor(this.offsets, (key) => this.indexes.get(key), this.anchor);
  }

  private place(): void {
    this.offsets = offsetsOf(this.rows.length, (index) => {
      const row = this.rows[index];
      return (row && this.heights.get(row.key)) ?? guess(row);
    });
  }

  /** Forgets heights where the width is another. Answers whether it is. */
  private widthIs(width: number): boolean {
    if (width === knownWidth) return false;
    const changed = knownWidth > 0;
    if (changed) {
      for (const heights of known.values()) heights.clear();
      this.place();
    }
    knownWidth = width;
    return changed;
  }
}

function distanceToEnd({ scrollHeight, scrollTop, clientHeight }: HTMLElement): number {
  return scrollHeight - scrollTop - clientHeight;
}

/** Writes only what changed: a write makes the next read lay the page out again. */
function setHeight(spacer: HTMLElement, pixels: number): void {
  const height = `${pixels}px`;
  if (spacer.style.height !== height) spacer.style.height = height;
}

function guess(row: Row | undefined): number {
  switch (row?.kind) {
    case "message":
      return guessHeight(row.message.source.length, row.first);
    case "pending":
      return guessHeight(row.pending.source.length, row.first);
    case "start":
      return 160;
    default:
      return 48;
  }
}
