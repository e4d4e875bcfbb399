import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const COMPRESSIBLE = /\.(js|css|svg|json)$/;
const SMALLEST_WORTH_IT = 512;

/** Writes `.br` and `.gz` beside each text asset, so that the server never compresses at request time. */
export function precompress(): Plugin {
  let folder = "";
  return {
    name: "flack-precompress",
    apply: "build",
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    async closeBundle() {
      for (const name of await readdir(folder)) {
        if (!COMPRESSIBLE.test(name) || name === "manifest.json") continue;
        const bytes = await readFile(join(folder, name));
        if (bytes.length < SMALLEST_WORTH_IT) continue;
        const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
        await writeFile(join(folder, `${name}.br`), await promisify(brotliCompress)(bytes, brotli));
        await writeFile(join(folder, `${name}.gz`), await promisify(gzip)(bytes, { level: 9 }));
      }
    },
  };
}
