// What the preload adds to the page's world, for code that the tests run inside the page.
import type { SeeBridge } from "../protocol/src/bridge.js";

declare global {
  interface Window {
    readonly see: SeeBridge;
  }
}
