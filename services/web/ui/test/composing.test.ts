import { afterEach, describe, expect, it, vi } from "vitest";
import { isComposing, sends, trimmed } from "../src/ui/composing";

const key = (fields: KeyboardEventInit & { keyCode?: number } = {}): KeyboardEvent => new KeyboardEvent("keydown", { key: "Enter", ...fields });
const touch = (matches: boolean): void => void vi.stubGlobal("matchMedia", () => ({ matches }));

describe("Enter", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("that ends a word of an input method is not ours, nor is Safari's, which comes after it", () => {
    expect([key({ isComposing: true }), key({ keyCode: 229 }), key()].map(isComposing)).toEqual([true, true, false]);
  });

  it("sends, with Shift it breaks the line", () => {
    touch(false);
    expect([key(), key({ shiftKey: true }), key({ key: "a" })].map(sends)).toEqual([true, false, false]);
  });

  it("breaks the line on a screen that is typed on", () => {
    touch(true);
    expect(sends(key())).toBe(false);
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
