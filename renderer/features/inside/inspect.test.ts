// Which kind a file is told to be, however long it is: texts of every length, plain and packed.
import { gzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { inputOf } from "./input.js";
import { inspect } from "./inspect.js";

/** Texts that are longer than a tar header, and some longer than what is read of a file at once. */
const LINES = [40, 5000];
const many = (count: number, line: (number: number) => string): string =>
  Array.from({ length: count }, (_, number) => line(number)).join("\n");
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe.each(LINES)("%i lines", (count) => {
  it.each([
    ["package.json", `{${many(count, (n) => `"package-number-${n}": "1.0.${n}",`)}"last": ""}`, "JSON file"],
    ["compose.yaml", many(count, (n) => `service-number-${n}: image/of/service:${n}`), "YAML file"],
    ["u.service", many(count, (n) => `[Section ${n}]\nEnvironment=NUMBER=${n}`), "INI file"],
    ["install", `#!/bin/sh\n${many(count, (n) => `echo "this is line ${n}"`)}\n`, "Script"],
  ])("%s is what it is", async (name, text, format) => {
    expect(text.length).toBeGreaterThan(512);
    const report = await inspect(inputOf(bytes(text)), name);
    expect(report?.format).toBe(format);
  });

  it("a packed text is no archive, and is told with its beginning", async () => {
    const text = many(count, (n) => `this is line ${n}`);
    const report = await inspect(inputOf(gzipSync(bytes(text))), "log.gz");
    expect(report?.format).toBe("File packed with gzip");
    expect(report?.texts[0]?.text.slice(0, 300)).toBe(text.slice(0, 300));
  });

  it("nobody knows a text without a structure", async () => {
    expect(await inspect(inputOf(bytes(many(count, (n) => `note ${n} of many`))), "notes")).toBeNull();
  });
});

it("counts the lines of a script as an editor does", async () => {
  const linesOf = async (text: string): Promise<string | undefined> =>
    (await inspect(inputOf(bytes(text)), "x"))?.facts.find(({ name }) => name === "Lines")?.value;
  expect(await linesOf("#!/bin/sh\necho a\necho b\n")).toBe("3");
  expect(await linesOf("#!/bin/sh\necho a\necho b")).toBe("3");
  expect(await linesOf(`#!/bin/sh\n${"x\n".repeat(1024 * 1024)}`)).toMatch(/^more than/);
});
