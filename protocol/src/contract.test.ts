// The generated contract is the one that the schemas describe. `UPDATE=1 npx vitest run protocol` writes it anew.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { makeContract } from "./contract.js";

const FILE = new URL("../generated/contract.json", import.meta.url);

test("generated/contract.json says what the schemas say", async () => {
  const contract = makeContract();
  if (process.env["UPDATE"] === "1") {
    await mkdir(new URL(".", FILE), { recursive: true });
    await writeFile(FILE, `${JSON.stringify(contract, null, 2)}\n`);
  }
  const written: unknown = JSON.parse(await readFile(FILE, "utf8"));
  expect(written).toEqual(JSON.parse(JSON.stringify(contract)));
});
