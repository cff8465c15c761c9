import path from "node:path";

import { defineConfig } from "@tarojs/cli";

// Where the API answers. In the browser: from where the page came. In WeChat: the HTTPS address given at build time.
const API = process.env.PHONE_API ?? "";
const TEMPLATES = process.env.TARO_ENV === "weapp";
// Own CSS in px and --rem: what people set as their text size counts, nothing is scaled by the screen's width.
const asWritten = { pxtransform: { enable: false }, cssModules: { enable: false } };

export default defineConfig<"webpack5">({
  projectName: "tuozhuang",
  date: "2026-11-22",
  designWidth: 375,
  deviceRatio: { 375: 1 },
  sourceRoot: "src",
  outputRoot: `dist/making/${process.env.TARO_ENV}`,
  framework: "react",
  plugins: [path.resolve(__dirname, "aria.ts")],
  compiler: { type: "webpack5", prebundle: { enable: false } },
  cache: { enable: false },
  logger: { quiet: true, stats: false },
  alias: { "@": path.resolve(__dirname, "..", "src") },
  defineConstants: { API_BASE: JSON.stringify(TEMPLATES ? API : "") },
  mini: { postcss: asWritten },
  h5: {
    publicPath: "/app/",
    staticDirectory: "assets",
    output: { filename: "assets/[name].[contenthash:8].js", chunkFilename: "assets/[name].[contenthash:8].js" },
    miniCssExtractPluginOption: {
      filename: "assets/[name].[contenthash:8].css",
      chunkFilename: "assets/[name].[contenthash:8].css",
    },
    imageUrlLoaderOption: { name: () => "assets/[name].[hash:8][ext]" },
    router: { mode: "browser", basename: "/app" },
    useHtmlComponents: true,
    postcss: { ...asWritten, autoprefixer: { enable: true } },
  },
});
