import path from "node:path";

import { defineConfig } from "vitest/config";

const src = path.resolve(__dirname, "src");

export default defineConfig({
  esbuild: { jsx: "automatic" },
  resolve: {
    extensions: [".h5.ts", ".h5.tsx", ".ts", ".tsx", ".js"],
    alias: [
      { find: "@tarojs/components", replacement: path.resolve(__dirname, "tests", "components.tsx") },
      { find: /^@\//, replacement: `${src}/` },
    ],
  },
  define: { API_BASE: '""' },
  test: { include: ["tests/**/*.test.{ts,tsx}"], environment: "node" },
});
