// Every program that is tried, in the order of the table.
import { desktop } from "./desktop.mjs";
import { servers } from "./servers.mjs";
import { system } from "./system.mjs";
import { tools } from "./tools.mjs";

export const programs = [...tools, ...servers, ...system, ...desktop];
