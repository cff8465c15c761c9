export { platform } from "./platform";
export * from "./types";
