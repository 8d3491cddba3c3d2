// How bridge verbs are named on Electron's wire. Alone in its file, so that the preload need not carry the schemas.
import type { CallName, EventName, SendName } from "./channels.js";

export const callChannel = (name: CallName): string => `see:call:${name}`;
export const sendChannel = (name: SendName): string => `see:send:${name}`;
export const eventChannel = (name: EventName): string => `see:event:${name}`;
