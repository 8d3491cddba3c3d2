import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { HEAD_BYTES, kindByMagic } from "./magic.js";

const head = (path: string): Uint8Array => readFileSync(path).subarray(0, HEAD_BYTES);

describe("what a file is by its first bytes", () => {
  it("is told of what real programs made", () => {
    const folder = mkdtempSync(join(tmpdir(), "magic-"));
    try {
      const path = (name: string): string => join(folder, name);
      writeFileSync(path("a.py"), "x = 1\n");
      execFileSync("python3", ["-c", "import py_compile; py_compile.compile('a.py', 'a.pyc')"], {
        cwd: folder,
      });
      execFileSync("git", ["init", "-q"], { cwd: folder });
      execFileSync("git", ["add", "a.py"], { cwd: folder });
      execFileSync(
        "python3",
        ["-c", "import wave; w=wave.open('a.wav','wb'); w.setparams((1,1,8000,1,'NONE','')); w.close()"],
        { cwd: folder },
      );
      expect(kindByMagic(head(path("a.pyc")))).toBe("python");
      expect(kindByMagic(head(path(".git/index")))).toBe("gitIndex");
      expect(kindByMagic(head(path("a.wav")))).toBe("wav");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is nothing of what is short, empty or unknown", () => {
    expect(kindByMagic(new Uint8Array())).toBeUndefined();
    expect(kindByMagic(Uint8Array.from([0x49, 0x49]))).toBeUndefined();
    expect(kindByMagic(new Uint8Array(HEAD_BYTES))).toBeUndefined();
  });
});
