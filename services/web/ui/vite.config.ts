import { defineConfig } from "vitest/config";
import { precompress } from "./vite/precompress.ts";

/** Everything lands flat in the Flask package's assets folder and is served under /assets/. */
export default defineConfig({
  base: "/assets/",
  build: {
    outDir: "../src/flack_web/assets",
    emptyOutDir: true,
    assetsDir: "",
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    target: "es2022",
    sourcemap: false,
    assetsInlineLimit: 0,
    rolldownOptions: { input: { main: "src/main.tsx", scale: "src/scale.tsx" } },
  },
  plugins: [precompress()],
  test: { environment: "happy-dom", include: ["test/**/*.test.{ts,tsx}"] },
});
