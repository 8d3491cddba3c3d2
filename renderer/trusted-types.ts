// The page's exceptions to "text becomes neither markup nor code": the diff view's worker, made of its own code, and the
// worker that looks inside files, a file of the app.

/** What Chromium has and the type library does not. */
interface TrustedTypes {
  createPolicy(name: "default", rules: { createScriptURL(url: string): string | null }): unknown;
}

declare global {
  interface Window {
    readonly trustedTypes: TrustedTypes;
  }
}

/** Lets workers start from blobs that this page made and from the app's own files; any other address, and any markup, stays refused. */
export function allowOwnWorkers(): void {
  const own = [`blob:${location.origin}/`, `${location.origin}/assets/`];
  window.trustedTypes.createPolicy("default", {
    createScriptURL: (url) => (own.some((start) => url.startsWith(start)) ? url : null),
  });
}
