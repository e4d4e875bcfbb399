import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";

const BUILT = join(__dirname, "../../src/flack_web/assets");
const MOST = 60_000;

interface Chunk {
  file: string;
  imports?: string[];
}

/** A chunk and all that comes with it at once, by its name in the manifest. */
function withImports(manifest: Record<string, Chunk>, name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const other of manifest[name]?.imports ?? []) withImports(manifest, other, found);
  return found;
}

it("the page's whole script is at most 60 KB as it travels", () => {
  const manifest = JSON.parse(readFileSync(join(BUILT, "manifest.json"), "utf8")) as Record<string, Chunk>;
  const files = [...withImports(manifest, "src/main.tsx")].map((name) => manifest[name]?.file ?? "");
  const bytes = files.map((file) => gzipSync(readFileSync(join(BUILT, file))).length);
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(MOST / 4); // it is the script that is measured
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MOST);
});
