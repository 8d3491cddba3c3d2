// The homes of the people on this machine, so that the page knows where start-up files and keys lie. Reads the list of
// accounts, and no home.
import { readSmallFile } from "./applications/small-file.js";

const ACCOUNTS = "/etc/passwd";
const LARGEST = 1024 * 1024;
/** Accounts of people have ids of these, and root has 0; what lies between belongs to services. */
const FIRST_PERSON = 1000;
const LAST_PERSON = 60_000;

/** Returns the homes, `own` first. Where accounts come from elsewhere, the own home is known at least. */
export async function readHomes(own: string, accounts = ACCOUNTS): Promise<string[]> {
  const text = (await readSmallFile(accounts, LARGEST))?.toString("utf8") ?? "";
  return [...new Set([own, ...homesIn(text)])];
}

function homesIn(accounts: string): string[] {
  return accounts.split("\n").flatMap((line) => {
    const [, , id = "", , , home = ""] = line.split(":");
    const number = /^\d+$/.test(id) ? Number(id) : -1;
    const person = number === 0 || (number >= FIRST_PERSON && number <= LAST_PERSON);
    return person && home.startsWith("/") && home !== "/" ? [home] : [];
  });
}
