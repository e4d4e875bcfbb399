import { describe, expect, it } from "vitest";
import { isComposing, sends, trimmed } from "../src/ui/composing";

const key = (fields: KeyboardEventInit & { keyCode?: number } = {}): KeyboardEvent => new KeyboardEvent("keydown", { key: "Enter", ...fields });

describe("Enter", () => {
  it("that ends a word of an input method is not ours, nor is Safari's, which comes after it", () => {
    expect([key({ isComposing: true }), key({ keyCode: 229 }), key()].map(isComposing)).toEqual([true, true, false]);
  });

  it("sends, with Shift it breaks the line", () => {
    expect([key(), key({ shiftKey: true }), key({ key: "a" }), key({ isComposing: true })].map(sends)).toEqual([true, false, false, false]);
  });
});

describe("what is sent", () => {
  it.each([
    ["  \n\n    indented code\n  more\n\n ", "    indented code\n  more"],
    [" \n ", ""],
    ["plain ", "plain"],
  ])("%j is %j", (written, sent) => {
    expect(trimmed(written)).toBe(sent);
  });
});
