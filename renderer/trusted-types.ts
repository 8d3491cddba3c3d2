// The exceptions to "text becomes neither markup nor code", of the page and of workers: the diff view's worker, made of its
// own code, and the workers that read files of a session, which are files of the app.

/** What Chromium has and the type library does not. */
interface TrustedTypes {
  createPolicy(name: "default", rules: { createScriptURL(url: string): string | null }): unknown;
}

declare global {
  // Of the page and of workers alike: only `var` declares that.
  var trustedTypes: TrustedTypes;
}

/** Lets workers start from blobs that the page made and from the app's own files; any other address, and any markup, stays refused. */
export function allowOwnWorkers(): void {
  const own = [`blob:${location.origin}/`, `${location.origin}/assets/`];
  globalThis.trustedTypes.createPolicy("default", {
    createScriptURL: (url) => (own.some((start) => url.startsWith(start)) ? url : null),
  });
}
