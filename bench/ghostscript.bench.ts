// ghostscript on a PostScript file of 31 MB, whole: in a session against natively.
import { statSync } from "node:fs";
import { test } from "../e2e/test.js";
import { clock, interleave, milliseconds, ratio, report } from "./measure.js";

/** One page: a thousand curves and their captions. */
function page(number: number): string {
  const curves = Array.from({ length: 1000 }, (_, i) => {
    const [x, y] = [(i * 37 + number * 11) % 560, (i * 53 + number * 7) % 780];
    return `${x} ${y} moveto ${x + 20} ${y + 31} ${x + 33} ${y + 4} ${x + 41} ${y + 17} curveto stroke ${x} ${y} moveto (${number}.${i}) show\n`;
  });
  return `%%Page: ${number} ${number}\n/Helvetica findfont 6 scalefont setfont\n${curves.join("")}showpage\n`;
}

test("ghostscript", async ({ machine }, info) => {
  const pages = [];
  for (let size = 0, number = 1; size < 31_000_000; number++) {
    const text = page(number);
    pages.push(text);
    size += text.length;
  }
  const paper = machine.file("home/paper.ps", `%!PS-Adobe-3.0\n${pages.join("")}%%EOF\n`);
  const script = machine.file(
    "print.sh",
    `gs -q -dBATCH -dNOPAUSE -sDEVICE=pdfwrite -sOutputFile=paper.pdf ${paper} && test -s paper.pdf && rm paper.pdf\n`,
  );
  const timed = (prefix: string[]) => () =>
    clock(async () => {
      const result = await machine.run([...prefix, "sh", script]);
      if (result.status !== 0) throw new Error(result.stderr);
    });
  const times = await interleave(5, {
    native: timed([]),
    session: timed([machine.installation.helper, "run", "-q", "--abort", "--"]),
  });
  report(info, {
    what: `ghostscript on ${Math.round(statSync(paper).size / 1e6)} MB`,
    reached: ratio(times.session / times.native),
    wanted: "≤ 1.02×",
    how: `PostScript to PDF: ${milliseconds(times.session)} against ${milliseconds(times.native)}, 5 runs each, the session's start and end included`,
  });
});
