// The words of the view of a document's pages.
export const TEXTS = {
  view: "Pages of the document",
  drawing: "Drawing the page",
  page: (n: string, of: string): string => `Page ${n} of ${of}`,
  picture: (side: string, n: number): string => `${side}, page ${n}`,
  noDocument: "There is no document on this side",
  undrawn: "This page cannot be drawn",
  undrawnWhy: (why: string): string => `It is damaged: ${why}.`,
  noPage: (n: string): string => `There is no page ${n} on this side`,
} as const;
