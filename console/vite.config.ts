import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The server puts a fresh nonce in place of this word in every page it hands out (api/console.py).
const NONCE = "__NONCE__";

export default defineConfig({
  base: "/console/",
  plugins: [react()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  html: { cspNonce: NONCE },
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 1200 },
  server: { proxy: { "/api": "http://127.0.0.1:8000" } },
});
