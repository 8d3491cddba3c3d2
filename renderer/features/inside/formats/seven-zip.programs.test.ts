// 7z archives as 7-Zip 26 makes them of a folder with a program, a link, an empty file and a text; and hostile ones.
import { describe, expect, it } from "vitest";
import { Block, Damaged, inputOf, Locked, TooMuch } from "../input.js";
import { inspect } from "../inspect.js";
import { Reader, readStreams } from "./seven-zip-header.js";
import type { Report } from "../report.js";

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));
const ARCHIVES = {
  packed: bytesOf(
    "N3q8ryccAATWxAwm0QAAAAAAAAAiAAAAAAAAANsR0+oBAB4jIS9iaW4vc2gKLi4vLi4vZXRjL3Bhc3N3ZGhlbGxvAAAAgTMHrg/QPBb8nz9HQQcKvruEq6uj1gH7yOsD1d5TRjUT5XfXSVPlgsYR7MW+ygR8JHNhk/1UTTEjetdKWnVN+xHkKTdk5QTSDrdt4C4pkzUUs/vgqk6oeeI3s00Fnb7UZJ+tXRmovG6Qx3w9XWnJaQ1l/On4kdzebwjFBkHTywWeA2rRobWQIZ1h4Wysn/yiM+TY3jlwGatVjNjBfbDKMSEEz6AzQHTcIoAAABcGIwEJgK4ABwsBAAEjAwEBBV0AEAAADIEuCgHvtzcTAAA=",
  ),
  plain: bytesOf(
    "N3q8ryccAAR7CbrQIwAAAAAAAAAuAQAAAAAAAO+3NxMBAB4jIS9iaW4vc2gKLi4vLi4vZXRjL3Bhc3N3ZGhlbGxvAAEEBgABCSMABwsBAAEhIQEADB8ACA0DCQoQCgEdnfsEA2tA34amEDYAAAUGDgHgDwEgGQgAAAAAAAAAABGAnQB0AHIAZQBlAAAAdAByAGUAZQAvAGIAaQBuAAAAdAByAGUAZQAvAGUAbQBwAHQAeQAAAHQAcgBlAGUALwBiAGkAbgAvAHQAbwBvAGwAAAB0AHIAZQBlAC8AbABpAG4AawAAAHQAcgBlAGUALwBsAG8AbgBnAC0AbgBhAG0AZQAtAG8AZgAtAGEALQB0AGUAeAB0AC4AdAB4AHQAAAAUMgEAnZH0cM993QEd6PBwz33dAZ2R9HDPfd0BHejwcM993QGdkfRwz33dAR1Z83DPfd0BFRoBABCA7UEQgO1BIICkgSCA7YkggP+hIICkgQAA",
  ),
  /** Its files are encrypted, its header is not. */
  encrypted: bytesOf(
    "N3q8ryccAAScPuWI+QAAAAAAAAAiAAAAAAAAAOzd4v5fCPW+nQa0Fix1gmrvsRtIOyL0wP7ZqFQagRk65CbUMqPcRrUgtBQQB6lhEQpAfgUAAIEzB64P0QDUPKCKabDjxAD69FhUvfa8F8Ney88I62EzTx782s2Df76cG86240owiHf+i8mEZYObmJd1HCbxQ+LMeamR98GPaoH5BrcP+J3+R3wrIckk0/TmLg8/r3QpSP0N4K1YxlZvmRraEdt5BQXyBo4PcHGZn2ZEhLLv1XaYFneebqqlPrPFhnsNFio5ZObJlufzZwzjxi6jR1EK8w6qyL35Zklctq0EPnEVwbb63mwwBO2EZefqCuwvTWjjpERdrtAAAAAXBjABCYDJAAcLAQABIwMBAQVdABAAAAyBTgoB+KWs9QAA",
  ),
  /** Its header too. */
  locked: bytesOf(
    "N3q8ryccAARDgNXLAAEAAAAAAAA+AAAAAAAAAIMqSFG0lEzEjysWKVcvOO7FAQY5jIbLn1aTllII9WaG6T4AZyv0XKPDSncbmQrIvUeKBvHF3clb56zNYkggAiRtRuAyuV9wgn3TDtKVsBF+ARQNIBI0I7ekgulMUGiaWFdn+cIYEKOw60o41gA4um2X8cAb5z87rVgZIRnmmlGZNyQfR2K3EzG9roIDp6gST+e6tlA6qWDnFHzRhjyzros/M8X7OqPbwZ/XG4aks6pV931zTh1qeKMrFUiotujZOKi3MkPkDJU1fJ4QB2GM7tDZCUdkuEDwcja73KlbW7bTD3WFUw6JTpxD5sfcdmygNsVx+R07Yq4ednjQJ6UD9DDdARlpFwYwAQmA0AAHCwEAAiQG8QcBElMPK+QDafE8qJfRTgDnw+f1QiMDAQEFXQAQAAABAAyAyYFOCgFfHl/+AAA=",
  ),
};

const look = async (bytes: Uint8Array): Promise<Report> => {
  const report = await inspect(inputOf(new Uint8Array(bytes)), "x.7z");
  if (report === null) throw new Error("nobody knows it");
  return report;
};
const fact = (report: Report, name: string): string | undefined =>
  report.facts.find((each) => each.name === name)?.value;

describe("a 7z archive", () => {
  it.each(["packed", "plain", "encrypted"] as const)(
    "%s: names, sizes, and what deserves a look",
    async (which) => {
      const report = await look(ARCHIVES[which]);
      expect(report.format).toBe("7z archive");
      expect(fact(report, "Entries")).toBe("6");
      expect(fact(report, "Encrypted")).toBe(which === "encrypted" ? "yes" : undefined);
      const rows = new Map(report.tables[0]?.rows.map((row) => [row.key, row]));
      expect([...rows.keys()].toSorted()).toEqual([
        "tree",
        "tree/bin",
        "tree/bin/tool",
        "tree/empty",
        "tree/link",
        "tree/long-name-of-a-text.txt",
      ]);
      expect(rows.get("tree/bin/tool")).toMatchObject({ cells: ["tree/bin/tool", "10\u00a0B", "rwsr-xr-x"] });
      expect(rows.get("tree/bin/tool")?.warning).toMatch(/rights of its owner/);
      expect(rows.get("tree/long-name-of-a-text.txt")?.cells[1]).toBe("5\u00a0B");
      expect(rows.get("tree/empty")?.cells[1]).toBe("0\u00a0B");
      expect(rows.get("tree/bin")?.cells[1]).toBe("");
    },
  );

  it("with an encrypted header is locked", async () => {
    await expect(look(ARCHIVES.locked)).rejects.toThrow(Locked);
  });

  it("that wants more than its header can hold ends in words", async () => {
    const huge = new Uint8Array(ARCHIVES.plain);
    new DataView(huge.buffer).setBigUint64(20, 2n ** 40n, true);
    await expect(look(huge)).rejects.toThrow(TooMuch);
    await expect(look(ARCHIVES.plain.subarray(0, 200))).rejects.toThrow(Damaged);
  });

  it("ends in an error of ours or a report, whichever bytes are broken", async () => {
    const ends = new Set<string>();
    for (const whole of Object.values(ARCHIVES)) {
      for (let at = 6; at < whole.length; at++) {
        for (const value of [0, 0x7f, 0xff]) {
          const bytes = new Uint8Array(whole);
          bytes[at] = value;
          ends.add(
            await look(bytes).then(
              () => "told",
              (thrown: unknown) => (thrown instanceof Error ? thrown.constructor.name : "odd"),
            ),
          );
        }
      }
    }
    expect([...ends].toSorted()).toEqual(["Damaged", "Locked", "TooMuch", "told"]);
  });

  it("counts of files that are bounded each, but not together, are too many", () => {
    const folders = 100;
    const part = (...bytes: number[]): number[] => bytes;
    const each = (...bytes: number[]): number[] => Array.from({ length: folders }, () => bytes).flat();
    const header = (...count: number[]): Uint8Array =>
      Uint8Array.from([
        // Folders of one coder that copies, each of nothing.
        ...part(0x07, 0x0b, folders, 0, ...each(1, 1, 0), 0x0c, ...each(0), 0),
        ...part(0x08, 0x0d, ...each(...count), 0),
        0,
      ]);
    // A number of two bytes: 4,000 files of each folder, and no size of any.
    expect(() => readStreams(new Reader(new Block(header(0x80 | (4000 >> 8), 4000 & 255))))).toThrow(TooMuch);
    expect(readStreams(new Reader(new Block(header(2)))).sizes).toHaveLength(2 * folders);
  });
});
