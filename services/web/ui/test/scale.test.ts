import { describe, expect, test } from "vitest";
import { area, corners, joined, steps } from "../src/scale/geometry";

const BOX = { width: 100, height: 14, window: 1000 };

describe("a chart", () => {
  test("has now at its right edge and a window ago at its left one", () => {
    const samples = [{ at: 5000, value: 0 }, { at: 5500, value: 5 }, { at: 6000, value: 10 }];

    expect(corners(samples, 10, BOX)).toEqual([[0, 12], [50, 7], [100, 2]]);
  });

  test("lets what is older than its window fall off", () => {
    expect(corners([{ at: 0, value: 1 }, { at: 6000, value: 1 }], 1, BOX)).toEqual([[100, 2]]);
  });

  test("draws a number of pods as steps", () => {
    expect(steps([[0, 12], [50, 12], [100, 2]])).toEqual([[0, 12], [50, 12], [100, 12], [100, 2]]);
  });

  test("fills the area down to its floor", () => {
    expect(area([[0, 12], [100, 2]], BOX)).toBe("0.0,14.0 0.0,12.0 100.0,2.0 100.0,14.0");
  });

  test("of nothing draws nothing", () => {
    expect(joined(corners([], 1, BOX))).toBe("");
    expect(area([], BOX)).toBe("");
  });
});
