// Serves the page's own files as app://alcatraz/…, confined to the built renderer. Serves nothing else,
// and never a path that came from a SEE.
import { readFile, realpath } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import type { CustomScheme, Protocol } from "electron";

export const APP_SCHEME = "app";
export const APP_ORIGIN = "app://alcatraz";
export const APP_PAGE = `${APP_ORIGIN}/index.html`;

/** How the scheme is registered: a secure origin of its own, with no way around the content policy. */
export const APP_SCHEME_PRIVILEGES: CustomScheme = {
  scheme: APP_SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: false, codeCache: true },
};

/**
 * What the page may load. Inline *styles* are allowed because xterm.js and the diff view write style elements;
 * script, connections, frames and forms are not. Images from a SEE are shown from blob: and data: URLs; the diff
 * view computes in a worker that it makes of its own code, a blob: URL too.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "worker-src 'self' blob:",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  // Text never becomes markup or code: the browser itself refuses innerHTML and its kin. The one policy is the
  // page's own for that worker (renderer/trusted-types.ts).
  "require-trusted-types-for 'script'",
  "trusted-types default",
].join("; ");

/** Pictures of PDF documents are decoded, and SVG pictures drawn, with WebAssembly, each in its worker. The page and all others may not. */
const DECODER_POLICY = CONTENT_SECURITY_POLICY.replace(
  "script-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
);
const DECODER = /^\/assets\/(parser|drawing)\.worker-[\w-]+\.js$/;

/** Returns what a file of the app may load, by its path in the URL. */
export function policyOf(pathname: string): string {
  return DECODER.test(pathname) ? DECODER_POLICY : CONTENT_SECURITY_POLICY;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
};

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": CONTENT_SECURITY_POLICY,
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
};

function refuse(status: number): Response {
  return new Response(null, { status, headers: SECURITY_HEADERS });
}

/** Returns the file that a URL path names below `root`, or null when it names none of ours. */
export async function resolveAsset(root: string, pathname: string): Promise<string | null> {
  let relative: string;
  try {
    relative = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  if (relative.includes("\0") || !(extname(relative) in CONTENT_TYPES)) return null;
  try {
    const base = await realpath(root);
    const file = await realpath(join(base, relative));
    return file.startsWith(base + sep) ? file : null;
  } catch {
    return null;
  }
}

/** Answers requests for app:// from the files below `root`. */
export function serveApp(protocol: Protocol, root: string): void {
  protocol.handle(APP_SCHEME, async (request) => {
    const url = new URL(request.url);
    if (request.method !== "GET" || `${url.protocol}//${url.host}` !== APP_ORIGIN) return refuse(403);
    const file = await resolveAsset(root, url.pathname);
    if (file === null) return refuse(404);
    const type = CONTENT_TYPES[extname(file)];
    if (type === undefined) return refuse(404);
    const headers = {
      ...SECURITY_HEADERS,
      "Content-Security-Policy": policyOf(url.pathname),
      "Content-Type": type,
    };
    return new Response(await readFile(file), { headers });
  });
}
