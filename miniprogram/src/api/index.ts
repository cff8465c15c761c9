export { Client, type How } from "./client";
export type { Answer, JobPage, Operation, Path, Schemas } from "./contract";
export { address } from "./contract";
export { key } from "./key";
export { Problem, problemOf, said, type Fault } from "./problem";
export { Session, type Signed } from "./session";
