// What host and program both changed in one text: joined, merged by lines, or merged by hand.
import { read, run } from "./scenes.js";
import { expect, test } from "./test.js";

const LINES = "one\ntwo\nthree\nfour\nfive\n";

test("what both sides appended is joined without a question, and the commit says so", async ({
  machine,
  app,
}) => {
  machine.file("home/app.log", "began\n");
  await run(machine, app, "echo inside >>~/app.log");
  machine.file("home/app.log", "began\nhost\n");
  await app.openCommit();
  await expect(app.dialog).toContainText("They are joined, your machine's first");
  await expect(app.dialog).toContainText("app.log");
  await app.dialog.getByRole("button", { name: /^Commit \d/ }).click();
  await app.committed();
  expect(read(machine, "app.log")).toBe("began\nhost\ninside\n");
});

test("changes of different lines are merged, after a look at the result", async ({ machine, app }) => {
  machine.file("home/text.txt", LINES);
  await run(machine, app, "sed -i s/one/ONE/ ~/text.txt");
  machine.file("home/text.txt", LINES.replace("five", "FIVE"));
  await app.openCommit();
  await app.answer("Merge");
  const merged = app.dialog.getByRole("region", { name: "The merged file" });
  await expect(merged).toContainText("changed by the session");
  await expect(merged).toContainText("changed on your machine");
  await app.commitAnswers();
  expect(read(machine, "text.txt")).toBe("ONE\ntwo\nthree\nfour\nFIVE\n");
});

test("changes of the same line are merged by hand, piece by piece or as text", async ({ machine, app }) => {
  // A text box makes line feeds of all line ends: the file keeps its own.
  const lines = LINES.replaceAll("\n", "\r\n");
  machine.file("home/text.txt", lines);
  await run(machine, app, "sed -i s/three/inside/ ~/text.txt");
  machine.file("home/text.txt", lines.replace("three", "host"));
  await app.openCommit();
  await app.answer("Merge by hand…");
  await expect(app.dialog).toContainText("One place is open.");
  await expect(app.dialog.getByRole("button", { name: "Commit with these answers" })).toBeDisabled();
  const place = app.dialog.getByRole("radiogroup", { name: "Changed by both (1 of 1)" });
  await place.getByRole("radio", { name: "Both" }).click();
  await expect(app.dialog.getByRole("button", { name: "Commit with these answers" })).toBeEnabled();
  await app.dialog.getByRole("button", { name: "Edit as text" }).click();
  const text = app.dialog.getByRole("textbox", { name: "The merged text" });
  await expect(text).toHaveValue("one\ntwo\nhost\ninside\nfour\nfive\n");
  await text.fill("one\ntwo\nby hand\nfour\nfive\n");
  // What is typed and not used yet is no answer.
  const commit = app.dialog.getByRole("button", { name: "Commit with these answers" });
  await expect(commit).toBeDisabled();
  await app.dialog.getByRole("button", { name: "Use this text" }).click();
  // It stays over another check, as long as neither file has changed.
  await app.dialog.getByRole("button", { name: "Check again" }).click();
  await expect(app.dialog.getByRole("button", { name: "Check again" })).toBeEnabled();
  await expect(text).toHaveValue("one\ntwo\nby hand\nfour\nfive\n");
  await expect(commit).toBeEnabled();
  machine.file("home/text.txt", lines.replace("three", "host again"));
  await app.dialog.getByRole("button", { name: "Check again" }).click();
  await expect(app.dialog).toContainText("has changed since you merged it");
  await expect(commit).toBeDisabled();
  await app.dialog.getByRole("button", { name: "Edit the text you made" }).click();
  await app.dialog.getByRole("button", { name: "Use this text" }).click();
  await app.commitAnswers();
  expect(read(machine, "text.txt")).toBe("one\r\ntwo\r\nby hand\r\nfour\r\nfive\r\n");
});
