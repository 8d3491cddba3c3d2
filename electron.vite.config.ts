// How the app's three rooms are bundled. Knows entry points and targets, nothing of what the rooms do.
import { resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "electron-vite";

const root = import.meta.dirname;

/** The oldest Electron that the app is run with (42) has this Node and this Chrome. */
const NODE = "node24";
const CHROME = "chrome148";

export default defineConfig({
  main: {
    build: {
      target: NODE,
      outDir: resolve(root, "out/main"),
      externalizeDeps: { exclude: ["zod"] },
      rolldownOptions: {
        input: { main: resolve(root, "electron/main/main.ts") },
        output: { format: "es", entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
      },
    },
  },
  // A sandboxed preload must be one CommonJS file that needs nothing but "electron".
  preload: {
    build: {
      target: NODE,
      outDir: resolve(root, "out/preload"),
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: resolve(root, "electron/preload/preload.ts") },
        output: { format: "cjs", entryFileNames: "[name].cjs", codeSplitting: false },
      },
    },
  },
  renderer: {
    root: resolve(root, "renderer"),
    base: "/",
    plugins: [react()],
    // Modules, so that a worker loads the rest of itself only when it needs it.
    worker: { format: "es" },
    build: {
      target: CHROME,
      outDir: resolve(root, "out/renderer"),
      emptyOutDir: true,
      // The content security policy allows no inline script and no data: script; assets stay files.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      minify: true,
      // The largest file is pdf.js, which is loaded when a document is opened.
      chunkSizeWarningLimit: 2000,
      rolldownOptions: { input: resolve(root, "renderer/index.html") },
    },
  },
});
