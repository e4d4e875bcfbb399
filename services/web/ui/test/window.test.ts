import { describe, expect, it } from "vitest";
import { offsetsOf, rowAt, scrollFor, spanOf, sumFrom } from "../src/state/window";

const tall = offsetsOf(20_000, () => 50);

describe("a window of rows", () => {
  it("finds the row at an offset", () => {
    expect([0, 49, 50, 999_999, 5_000_000].map((offset) => rowAt(tall, offset))).toEqual([0, 0, 1, 19_999, 19_999]);
  });

  it("draws what is in sight and a margin, and nothing beyond the ends", () => {
    expect(spanOf(tall, 500_000, 600, 300)).toEqual({ start: 9_994, end: 10_019 });
    expect(spanOf(tall, 0, 600, 300)).toEqual({ start: 0, end: 19 });
    expect(spanOf(tall, 999_400, 600, 300).end).toBe(20_000);
    expect(spanOf(offsetsOf(0, () => 0), 0, 600, 300)).toEqual({ start: 0, end: 0 });
  });

  it("brings the tops up to date from a changed row on", () => {
    const offsets = offsetsOf(4, () => 10);
    offsets.sizes[1] = 35.5;
    sumFrom(offsets, 1);
    expect([...offsets.tops]).toEqual([0, 10, 45.5, 55.5, 65.5]);
  });

  it("puts the line being read back where it was when rows come in above it", () => {
    const before = ["a", "b", "c"];
    const after = ["x", "y", "a", "b", "c"];
    const anchor = { key: "b", distance: -7 };
    const top = scrollFor(offsetsOf(after.length, () => 40), (key) => after.indexOf(key), anchor);
    expect(top).toBe(3 * 40 + 7);
    expect(scrollFor(offsetsOf(before.length, () => 40), () => undefined, anchor)).toBeNull();
  });
});
