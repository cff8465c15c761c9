export type { Deed, Trouble, Wish } from "./deed";
export { expected, hopeful } from "./expected";
export { Kept, type Heard } from "./kept";
export { Queue, type Waiting } from "./queue";
export { sender } from "./sender";
export type { Bar } from "./sending";
export { remedy, type Remedy } from "./verdict";
