// The host changed under the program's feet: the commit says where and what can be done, and does what was chosen.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Locator } from "@playwright/test";
import { read, run } from "./scenes.js";
import { expect, test } from "./test.js";

test("a conflict is shown with its versions, and nothing is committed before it is answered", async ({
  machine,
  app,
}) => {
  machine.file("home/notes.txt", "as it was\n");
  await run(machine, app, "sed -i s/was/became/ ~/notes.txt\necho new >~/new.txt");
  machine.file("home/notes.txt", "changed by the host meanwhile\n");
  const before = machine.describeHome();

  await app.openCommit();
  await expect(app.dialog).toContainText("Your machine has changed since the program looked, at one place");
  await expect(app.dialog).toContainText("One other change can be committed as it is.");
  await expect(app.conflict("notes.txt")).toBeVisible();
  await expect(app.dialog).not.toContainText("new.txt");
  await expect(app.dialog.getByRole("row", { name: /Your machine has now/ })).toContainText("30 B");
  await expect(app.dialog.getByRole("row", { name: /The session made/ })).toContainText("13 B");
  await expect(app.dialog.getByRole("region", { name: "Differences" })).toContainText("changed by the host");
  await expect(app.dialog.getByRole("button", { name: "Commit with these answers" })).toBeDisabled();
  await app.dialog.getByRole("button", { name: "Cancel" }).click();
  expect(machine.describeHome()).toEqual(before);
  expect(await machine.sessionStates()).toEqual(["finished"]);

  // Left out of the commit, the rest goes through.
  await app.openCommit();
  await app.answer("Leave out");
  await app.commitAnswers();
  expect(read(machine, "new.txt")).toBe("new\n");
  expect(read(machine, "notes.txt")).toBe("changed by the host meanwhile\n");
});

test("overwrite and keep both do what they say, and the commit can be undone", async ({ machine, app }) => {
  machine.file("home/a.txt", "a\n");
  machine.file("home/b.txt", "b\n");
  await run(machine, app, "echo inside >>~/a.txt\necho inside >>~/b.txt");
  machine.file("home/a.txt", "a of the host\n");
  machine.file("home/b.txt", "b of the host\n");
  const before = machine.describeHome();
  await app.openCommit();
  await app.conflict("a.txt").click();
  await app.answer("Overwrite");
  await app.conflict("b.txt").click();
  await app.answer("Keep both");
  await app.commitAnswers();
  expect(read(machine, "a.txt")).toBe("a\ninside\n");
  expect(read(machine, "b.txt")).toBe("b of the host\n");
  const [session = ""] = await machine.sessionIds();
  expect(read(machine, `b.txt.alcatraz-${session.slice(0, 6)}`)).toBe("b\ninside\n");
  await app.goHistory();
  await app.undo();
  expect(machine.describeHome()).toEqual(before);
});

test("conflicts are answered by keyboard alone", async ({ machine, app }) => {
  for (const name of ["a.txt", "b.txt"]) machine.file(`home/${name}`, `${name}\n`);
  await run(machine, app, "echo inside >>~/a.txt\necho inside >>~/b.txt");
  for (const name of ["a.txt", "b.txt"]) machine.file(`home/${name}`, "host\n");
  const { keyboard } = app.page;
  await expect(app.row("b.txt")).toBeVisible();
  await keyboard.press("Control+Enter");
  const list = app.dialog.getByRole("listbox", { name: "Conflicts" });
  await expect(list).toBeVisible();
  await list.focus();
  await keyboard.press("ArrowDown");
  await expect(app.dialog.getByRole("heading", { level: 2 })).toContainText("b.txt");
  await keyboard.press("Tab");
  await expect(app.dialog.getByRole("radio", { name: /^Leave out/ })).toBeFocused();
  await keyboard.press("ArrowDown");
  await list.focus();
  await keyboard.press("ArrowUp");
  await keyboard.press("Tab");
  await keyboard.press("Space");
  await expect(app.dialog.getByRole("button", { name: "Commit with these answers" })).toBeEnabled();
  await keyboard.press("Control+Enter");
  await app.committed();
  expect(read(machine, "a.txt")).toBe("host\n");
  expect(read(machine, "b.txt")).toBe("b.txt\ninside\n");
});

test("many conflicts are answered at once", async ({ machine, app }) => {
  const names = Array.from({ length: 40 }, (_, place) => `file-${String(place).padStart(2, "0")}.txt`);
  for (const name of names) machine.file(`home/${name}`, `${name}\n`);
  machine.file("home/other.md", "other\n");
  await run(machine, app, "for f in ~/file-*.txt ~/other.md; do echo inside >>$f; done");
  for (const name of names) machine.file(`home/${name}`, "host\n");
  machine.file("home/other.md", "host\n");

  await app.openCommit();
  await expect(app.dialog).toContainText("41 to answer");
  // All like this one: the same reason, the same choices, the same kind of file.
  await app.conflict("file-00.txt").click();
  await app.answer("Overwrite");
  await app.dialog.getByRole("button", { name: "Answer all 40 like this the same way" }).click();
  await expect(app.dialog).toContainText("1 to answer");
  // A stretch of the list, by mouse and Shift.
  await app.conflict("file-02.txt").click();
  await app.conflict("file-05.txt").click({ modifiers: ["Shift"] });
  const many = app.dialog.getByRole("group", { name: "4 selected:" });
  await many.getByRole("button", { name: "Leave out" }).click();
  // And by keyboard.
  await app.dialog.getByRole("listbox").focus();
  await app.page.keyboard.press("End");
  await app.page.keyboard.press("Space");
  await app.dialog
    .getByRole("group", { name: "1 selected:" })
    .getByRole("button", { name: "Leave out" })
    .click();
  await expect(app.dialog.getByRole("group", { name: "All answered" })).toContainText("All answered");
  await app.commitAnswers();
  for (const [place, name] of names.entries())
    expect(read(machine, name), name).toBe(place >= 2 && place <= 5 ? "host\n" : `${name}\ninside\n`);
  expect(read(machine, "other.md")).toBe("host\n");
});

test("more conflicts than one message holds are all asked about, and no answer is forgotten", async ({
  machine,
  app,
}) => {
  const names = Array.from({ length: 1005 }, (_, place) => `many/file-${place}.txt`);
  for (const name of names) machine.file(`home/${name}`, "was\n");
  await run(machine, app, "rm ~/many/*");
  for (const name of names) machine.file(`home/${name}`, "host\n");
  const answerAll = async (count: string): Promise<void> => {
    await app.dialog.getByRole("button", { name: "Select all" }).click();
    const many = app.dialog.getByRole("group", { name: `${count} selected:` });
    await many.getByRole("button", { name: "Overwrite" }).click();
  };
  await app.openCommit();
  await expect(app.dialog).toContainText("at 1,005 places");
  await expect(app.dialog).toContainText("The other 5 come when these are answered");
  await answerAll("1,000");
  await app.dialog.getByRole("button", { name: "Commit with these answers" }).click();
  await expect(app.dialog).toContainText("5 to answer");
  expect(read(machine, "many/file-0.txt")).toBe("host\n");
  await answerAll("1,005");
  await app.commitAnswers();
  expect(readdirSync(join(machine.home, "many"))).toEqual([]);
});

test("the commit screen shows what goes and what stays, and the choice can be changed there", async ({
  machine,
  app,
}) => {
  await run(machine, app, "for n in 1 2 3; do echo $n >~/$n.txt; done");
  await app.leaveOut("3.txt");
  await app.openCommit();
  await expect(app.dialog).toContainText("2 changes will become real on your machine.");
  await expect(app.dialog).toContainText("1 change stays in the session");
  await expect(app.dialog.getByRole("status")).toHaveText("Your machine is as the program saw it.");
  // The row in hand is shown, without a click.
  const shown = app.dialog.getByRole("region", { name: "The change in hand" });
  await expect(shown).toContainText("1.txt");
  const row = (name: string): Locator =>
    app.dialog.getByRole("option", { name: new RegExp(`/${name}, Created file`) });
  await row("2.txt").click();
  await expect(shown).toContainText("2.txt");
  await row("2.txt").locator("[data-part=choice]").click();
  await expect(app.dialog).toContainText("1 change will become real on your machine.");
  await app.dialog.getByRole("radio", { name: "Stays in the session 2" }).click();
  // By keyboard: the first of them goes back in.
  await app.dialog.getByRole("listbox", { name: "Stays in the session" }).focus();
  await app.page.keyboard.press("Home");
  await app.page.keyboard.press("Space");
  await expect(app.dialog).toContainText("2 changes will become real on your machine.");
  await app.dialog.getByRole("radio", { name: "Goes to your machine 2" }).click();
  await row("1.txt").click();
  await expect(shown).toContainText("1.txt");
  await app.dialog.getByRole("button", { name: "Commit 2 changes" }).click();
  await app.committed();
  // What was in hand is no change any more: what is left of the session is.
  await expect(app.detail).toContainText("3.txt");
  expect(["1.txt", "2.txt", "3.txt"].map((name) => existsSync(join(machine.home, name)))).toEqual([
    true,
    true,
    false,
  ]);
  // Throwing the rest away says what stays.
  await app.changes.getByRole("button", { name: "Abort…" }).click();
  await expect(app.dialog).toContainText("2 changes committed before stay on your machine.");
  await app.dialog.getByRole("button", { name: "Throw away", exact: true }).click();
  await expect(app.state).toHaveText("Aborted");
  const main = app.page.getByRole("main");
  await expect(main).toContainText("2 changes that were committed before stay on your machine.");
  await main.getByRole("button", { name: "Undo 2 changes…" }).click();
  await app.dialog.getByRole("button", { name: "Undo", exact: true }).click();
  await app.undone();
  await expect(main).toContainText("Your machine is as it was.");
  expect(existsSync(join(machine.home, "1.txt"))).toBe(false);
});

test("no key and no call from outside takes the screen away while it works or asks", async ({
  machine,
  app,
}) => {
  await run(machine, app, "echo made >~/made.txt");
  await app.openCommit();
  await expect(app.dialog).toContainText("1 change will become real");
  // Somebody opens a file in Alcatraz from elsewhere: it waits until the question is answered.
  app.openFromOutside(machine.file("other.sh", "#!/bin/sh\n", 0o755));
  const release = await machine.holdCommits();
  await app.dialog.getByRole("button", { name: "Commit 1 change" }).click();
  await expect(app.dialog.getByRole("progressbar")).toBeVisible();
  // The browser asks the page about the first Escape only.
  for (let press = 0; press < 4; press++) await app.page.keyboard.press("Escape");
  await expect(app.dialog.getByRole("progressbar")).toBeVisible();
  await release();
  await expect(app.dialog).toContainText("1 change committed");
  await app.dialog.getByRole("button", { name: "Done" }).click();
  await expect(app.command).toHaveValue(/other\.sh$/);
  expect(read(machine, "made.txt")).toBe("made\n");
});

test("what a program changes while its session is decided on is checked and shown before it is committed", async ({
  machine,
  app,
}) => {
  await run(machine, app, "echo a >~/a.txt\necho b >~/b.txt");
  await app.openCommit();
  await expect(app.dialog.getByRole("button", { name: "Commit 2 changes" })).toBeEnabled();
  const [session] = JSON.parse(await machine.alcatraz("list", "--json")).sessions as { id: string }[];
  const more = 'echo c >"$1"; echo more >>"$2"';
  const [made, changed] = [join(machine.home, "c.txt"), join(machine.home, "a.txt")];
  await machine.alcatraz("enter", session!.id, "--", "sh", "-c", more, "sh", made, changed);
  await expect(app.dialog).toContainText("The session has changed since you came here.");
  await expect(app.dialog).toContainText("3 changes will become real on your machine.");
  await app.dialog.getByRole("button", { name: "Commit 3 changes" }).click();
  await app.committed();
  expect(read(machine, "a.txt")).toBe("a\nmore\n");
  expect(read(machine, "c.txt")).toBe("c\n");
});

test("what a selection needs is offered with one click", async ({ machine, app }) => {
  await run(machine, app, "echo a >~/one.txt\nln ~/one.txt ~/two.txt\necho b >~/other.txt");
  // Two names of one file: the one means nothing without the other.
  await app.leaveOut("two.txt");
  await app.leaveOut("other.txt");
  await app.openCommit();
  await app.dialog.getByRole("button", { name: /^Commit \d/ }).click();
  await expect(app.dialog.getByRole("listitem")).toContainText(/two\.txt.*needed by.*one\.txt/s);
  await app.dialog.getByRole("button", { name: "Include it too" }).click();
  await app.dialog.getByRole("button", { name: /^Commit \d/ }).click();
  await app.committed();
  expect(statSync(join(machine.home, "one.txt")).ino).toBe(statSync(join(machine.home, "two.txt")).ino);
  expect(existsSync(join(machine.home, "other.txt"))).toBe(false);
});

test("the command is run once more, and the results are compared", async ({ machine, app }) => {
  machine.file("home/input.txt", "one\n");
  const many = 'seq 1500 | sed "s/$/ $(head -n 1 input.txt)/" >many.txt';
  await run(machine, app, `cd; cat input.txt >output.txt\necho same >same.txt\n${many}\necho x >>input.txt`);
  machine.file("home/input.txt", "two\n\nthree\n");
  // From the session's own screen as well as from that of the commit.
  await app.page.getByRole("main").getByRole("button", { name: "Run again" }).click();
  await app.ended();
  await app.page.getByRole("button", { name: "Compare the results" }).click();
  await expect(app.dialog).toContainText("3 changes differ; 1 is the same");
  const compared = app.dialog.getByRole("option", { name: /output\.txt, differs: content$/ });
  await compared.click();
  const both = app.dialog.getByRole("region", { name: "Both results" });
  await expect(both).toContainText(/The first.*This one.*one.*two/s);
  // An empty line that is new looks new.
  const added = both.locator("td[class*=diff-added]");
  await expect(added).toHaveCount(9);
  const colours = await added.evaluateAll((cells) => cells.map((td) => getComputedStyle(td).backgroundColor));
  expect(new Set(colours).size).toBe(1);
  // What cannot be lined up is shown, both of it.
  await app.dialog.getByRole("option", { name: /many\.txt/ }).click();
  await expect(both).toContainText(/differ in too many places.*1 one.*1 two/s);
  await app.dialog.getByRole("button", { name: "Done" }).click();
  await app.commit();
  expect(read(machine, "output.txt")).toBe("two\n\nthree\n");
});

test("what was only read can be accepted, and the rest is committed", async ({ machine, app }) => {
  machine.file("home/settings.txt", "slow\n");
  await run(machine, app, "cat ~/settings.txt >~/report.txt");
  machine.file("home/settings.txt", "much faster\n");
  await app.openCommit();
  await expect(app.conflict("settings.txt")).toBeVisible();
  await expect(app.dialog.getByRole("row", { name: /The program first saw/ })).toContainText("5 B");
  await expect(app.dialog.getByRole("row", { name: /Your machine has now/ })).toContainText("12 B");
  await app.answer("Go on all the same");
  await app.commitAnswers();
  expect(read(machine, "report.txt")).toBe("slow\n");
  expect(read(machine, "settings.txt")).toBe("much faster\n");
});

test("an undo asks where the host has changed since", async ({ machine, app }) => {
  machine.file("home/a.txt", "a\n");
  machine.file("home/b.txt", "b\n");
  machine.file("home/d.txt", "d\n");
  const inside = ["a", "b", "d"].map((name) => `echo inside >>~/${name}.txt`).join("\n");
  await run(machine, app, `${inside}\necho c >~/c.txt`);
  await app.commit();
  machine.file("home/a.txt", "used since\n");
  machine.file("home/b.txt", "used since\n");
  machine.file("home/d.txt", "used since\n");
  await app.goHistory();
  await app.askUndo();
  await expect(app.dialog).toContainText("Your machine has changed since the commit, at 3 places");
  await app.conflict("a.txt").click();
  await expect(app.dialog.getByRole("row", { name: /Before the commit/ })).toContainText("2 B");
  await expect(app.dialog.getByRole("row", { name: /The commit made/ })).toContainText("9 B");
  await expect(app.dialog.getByRole("row", { name: /Your machine has now/ })).toContainText("11 B");
  await expect(app.dialog.getByRole("region", { name: "Differences" })).toContainText(
    /Your machine has now.*Undo brings back.*used since.*a/s,
  );
  await app.answer("Leave as it is");
  await app.conflict("b.txt").click();
  await app.answer("Undo it all the same");
  await app.conflict("d.txt").click();
  await app.answer("Keep both");
  await app.dialog.getByRole("button", { name: "Undo with these answers" }).click();
  await expect(app.dialog).toContainText("1 change left as it is, as you chose");
  await app.undone();
  expect(read(machine, "a.txt")).toBe("used since\n");
  expect(read(machine, "b.txt")).toBe("b\n");
  expect(read(machine, "d.txt")).toBe("used since\n");
  const beside = readdirSync(machine.home).filter((name) => name.startsWith("d.txt.alcatraz-"));
  expect(beside.map((name) => read(machine, name))).toEqual(["d\n"]);
});

test("what a program changes when it is stopped for a commit is told before it is committed", async ({
  machine,
  app,
}) => {
  const end = "echo other >~/a.txt; exit";
  const script = `#!/bin/sh\ntrap '${end}' TERM\necho mine >~/a.txt\necho ready\nread line\n`;
  await app.run(machine.file("program.sh", script, 0o755));
  await app.show("a.txt");
  await expect(app.detail).toContainText("mine");
  await app.openCommit();
  await app.dialog.getByRole("button", { name: "Stop and commit…" }).click();
  await expect(app.dialog).toContainText("The session has changed since you came here.");
  await app.dialog.getByRole("button", { name: "Commit 1 change" }).click();
  await app.committed();
  expect(read(machine, "a.txt")).toBe("other\n");
});
