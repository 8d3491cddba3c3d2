// How soon the window shows the first row of a session.
import type { App } from "../e2e/app.js";

/** Returns the time from the next click, by the page's own clock, to the frame after the one in which a row was there. */
export function firstRows(app: App): Promise<number> {
  return app.page.evaluate(
    () =>
      new Promise<number>((done) => {
        let began = 0;
        addEventListener("click", (event) => (began = event.timeStamp), { capture: true, once: true });
        const look = () => {
          if (began > 0 && document.querySelector("[role=treeitem]") !== null)
            done(performance.now() - began);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
  );
}
