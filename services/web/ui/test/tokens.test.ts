import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { COLOURS } from "../src/state/users";
import { iconOf, TAB_COLOURS } from "../src/ui/tabIcon";

const STYLES = join(__dirname, "../src/styles");
const STATIC = join(__dirname, "../../src/flack_web/static");
const SOURCES = join(__dirname, "../src");
const read = (name: string): string => readFileSync(join(STYLES, name), "utf8");

/** The relative luminance contrast of WCAG 2. */
function contrast(a: string, b: string): number {
  const light = (hex: string): number => {
    const [r = 0, g = 0, blue = 0] = [1, 3, 5].map((at) => {
      const c = parseInt(hex.slice(at, at + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [high = 0, low = 0] = [light(a), light(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const tokens = new Map([...read("tokens.css").matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [name, [light, dark]]));
const pairs = [
  ...["background", "surface", "raised", "hover", "selected", "mark"].map((ground) => ["text", ground]),
  ...["background", "surface", "raised", "hover"].map((ground) => ["muted", ground]),
  ...["background", "surface", "raised"].map((ground) => ["accent", ground]),
  ...["background", "danger-wash"].map((ground) => ["danger", ground]),
  ["on-accent", "accent"],
  ["on-accent", "accent-strong"],
  ...Array.from({ length: COLOURS }, (_, index) => ["on-avatar", `avatar-${index}`]),
];

describe("the tokens", () => {
  it.each(pairs)("%s on %s can be read in both themes", (ink, ground) => {
    for (const theme of [0, 1]) expect(contrast(tokens.get(ink)?.[theme] ?? "", tokens.get(ground)?.[theme] ?? "")).toBeGreaterThanOrEqual(4.5);
  });

  it("are the only place that names a colour", () => {
    for (const name of readdirSync(STYLES).filter((file) => file !== "tokens.css")) expect(read(name)).not.toMatch(/#[0-9a-f]{3,8}\b|rgb|hsl|oklch/i);
  });

  it("are the only place that names a colour, in the script too, but for the tab's icon, which has the same", () => {
    const scripts = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((file) => /\.tsx?$/.test(file) && !file.endsWith("tabIcon.ts"));
    expect(scripts.length).toBeGreaterThan(50);
    for (const file of scripts) expect(readFileSync(join(SOURCES, file), "utf8"), file).not.toMatch(/["'`]#[0-9a-f]{3,8}["'`]|rgba?\(|hsl\(|oklch\(/i);
    for (const [name, colour] of Object.entries(TAB_COLOURS)) expect(tokens.get(name)?.[0]).toBe(colour);
    expect(readFileSync(join(STATIC, "favicon.svg"), "utf8").trim()).toBe(iconOf(0));
  });

  it("are those of the pages that stand without the UI", () => {
    const plain = [...readFileSync(join(STATIC, "plain.css"), "utf8").matchAll(/--(\w+): (#\w{6})/g)].map(([, name, colour]) => [name, colour]);
    const themes = [0, 1].flatMap((theme) => ["background", "text", "muted", "accent"].map((name) => [name, tokens.get(name)?.[theme]]));
    expect(plain).toEqual(themes);
  });

  it("are the only place that names a size in pixels or ems, but for where the layout turns", () => {
    for (const name of readdirSync(STYLES).filter((file) => file !== "tokens.css")) expect(read(name).replace(/@media[^{]*/g, "")).not.toMatch(/\d(px|r?em)\b/);
  });

  it("that are used are there", () => {
    const defined = new Set([...read("tokens.css").matchAll(/(--[\w-]+):/g)].map(([, name]) => name));
    const used = readdirSync(STYLES).flatMap((file) => [...read(file).matchAll(/var\((--[\w-]+)/g)].map(([, name]) => name));
    expect(used.filter((name) => !defined.has(name))).toEqual([]);
  });
});
