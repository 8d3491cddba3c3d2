// Looks inside one file and ends: in a thread of its own, without network, files or page, that may be stopped at any
// time. Knows the file only by asking the page for parts of it.
import { inspect } from "./inspect.js";
import type { Inspect, Inspected, TakePart } from "./messages.js";
import { failureOf, PageInput } from "./page-input.js";

let input: PageInput | undefined;

addEventListener("message", ({ data }: MessageEvent<Inspect | TakePart>) => {
  if (data.do === "take") {
    input?.take(data);
    return;
  }
  input = new PageInput(data.size);
  inspect(input, data.name).then(
    (report) => postMessage({ say: "report", report } satisfies Inspected),
    (thrown: unknown) => postMessage(failureOf(thrown)),
  );
});
