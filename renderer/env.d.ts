// What the bundler and the preload add to the page's world.
import type { SeeBridge } from "../protocol/src/bridge.js";

declare global {
  interface Window {
    readonly see: SeeBridge;
  }
}
