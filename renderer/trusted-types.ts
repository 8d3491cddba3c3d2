// The page's one exception to "text becomes neither markup nor code": the diff view's worker, made of its own code.

/** What Chromium has and the type library does not. */
interface TrustedTypes {
  createPolicy(name: "default", rules: { createScriptURL(url: string): string | null }): unknown;
}

declare global {
  interface Window {
    readonly trustedTypes: TrustedTypes;
  }
}

/** Lets workers start from blobs that this page made; any other address, and any markup, stays refused. */
export function allowOwnWorkers(): void {
  const own = `blob:${location.origin}/`;
  window.trustedTypes.createPolicy("default", {
    createScriptURL: (url) => (url.startsWith(own) ? url : null),
  });
}
