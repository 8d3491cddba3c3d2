// Every screen in light and dark, made with the real app: the pictures of README and walk-through.
import { test } from "../test.js";
import { onSet } from "./camera.js";

test("screenshots", async ({ account, installation, display }) => {
  await onSet({ account, installation, display }, async (app, _machine, shoot) => {
    await shoot("home");
    await app.page.keyboard.press("Control+,");
    await app.dialog.waitFor();
    await shoot("settings");
    await app.page.keyboard.press("Escape");
    await app.runSample();
    await app.ended();
    await app.show(".bashrc");
    await shoot("session");
    await app.page.keyboard.press("Control+Shift+P");
    await app.dialog.waitFor();
    await shoot("palette");
    await app.page.keyboard.press("Escape");
    await app.show("lantern-256.png");
    await shoot("image");
    await app.openCommit();
    await app.dialog.getByRole("button", { name: /^Commit \d/ }).waitFor();
    await shoot("commit");
    await app.page.keyboard.press("Escape");
    await app.commit();
    await shoot("committed");
    await app.goHistory();
    await shoot("history");
    await app.undo();
  });
});
