// A screen for the app: the one that DISPLAY names, or an X server of the tests' own. Knows nothing of the app.
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";

export interface Display {
  /** What DISPLAY must be set to. */
  name: string;
  stop(): Promise<void>;
}

/** Returns a display; Xvfb picks a free number itself and says which once it accepts connections. */
export async function openDisplay(): Promise<Display> {
  const given = process.env["DISPLAY"];
  if (given !== undefined && given !== "") return { name: given, stop: () => Promise.resolve() };

  // -ac: the app may run as another user than the tests. -nolisten tcp: nobody else reaches this server.
  const server = spawn(
    "Xvfb",
    ["-displayfd", "3", "-screen", "0", "1600x1000x24", "-nolisten", "tcp", "-ac"],
    {
      stdio: ["ignore", "ignore", "pipe", "pipe"],
    },
  );
  let said = "";
  server.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
  const failed = once(server, "close").then(() => {
    throw new Error(`Xvfb ended before it was ready:\n${said}`);
  });
  const number = await Promise.race([firstLine(server.stdio[3] as Readable), failed]);
  failed.catch(() => undefined);
  return {
    name: `:${number}`,
    stop: async () => {
      const closed = once(server, "close");
      server.kill("SIGTERM");
      await closed;
    },
  };
}

async function firstLine(stream: Readable): Promise<string> {
  let text = "";
  for await (const chunk of stream.setEncoding("utf8") as AsyncIterable<string>) {
    text += chunk;
    const end = text.indexOf("\n");
    if (end >= 0) return text.slice(0, end);
  }
  throw new Error("Xvfb closed its descriptor without a display number");
}
