export { consent } from "./consent";
export { useDeeds, useJob, useWaiting } from "./doing";
export { Frame } from "./Frame";
export { askForMessages } from "./messages";
export { api, kept, queue } from "./phone";
export { useRead, type Read } from "./reading";
export { go, replace, WAYS } from "./ways";
export { DEALER, enter, look, owner, signOut, switchRole, useWho, type Me } from "./who";
