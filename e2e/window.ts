// The window as a person meets it: a page object whose verbs are what one can do. Waits on events, never on time.
import { expect, type Locator, type Page } from "@playwright/test";

export class Window {
  constructor(readonly page: Page) {}

  /** Makes the window think that the system prefers this scheme. */
  async scheme(colorScheme: "light" | "dark"): Promise<void> {
    await this.page.emulateMedia({ colorScheme });
  }

  // Getting around

  get navigation(): Locator {
    return this.page.getByRole("navigation", { name: "Sessions and screens" });
  }

  async goHome(): Promise<void> {
    await this.navigation.getByRole("button", { name: "Run something" }).click();
    await expect(this.command).toBeVisible();
  }

  async goHistory(): Promise<void> {
    await this.navigation.getByRole("button", { name: "History" }).click();
  }

  async openSession(name: string): Promise<void> {
    await this.navigation.getByRole("button", { name: new RegExp(`^${name}, `) }).click();
    await expect(this.title).toHaveText(name);
  }

  // Home

  get command(): Locator {
    return this.page.getByRole("textbox", { name: "Command" });
  }

  /** The choices beside the command. */
  get options(): Locator {
    return this.page.getByRole("group", { name: "More options" });
  }

  /** Opens the choices, and all that is folded among them. */
  async moreOptions(): Promise<void> {
    await this.page.getByRole("button", { name: "More options" }).click();
    await expect(this.options).toBeVisible();
    const folded = this.options.locator("details:not([open]) > summary");
    for (let left = await folded.count(); left > 0; left -= 1) {
      await folded.first().click();
      await expect(folded).toHaveCount(left - 1);
    }
  }

  option(name: string): Locator {
    return this.options.getByLabel(name, { exact: true });
  }

  /** Types a command on Home and starts it; the session's screen opens. */
  async run(line: string): Promise<void> {
    await this.command.fill(line);
    await this.runForm();
  }

  /** Starts what stands in the form. */
  async runForm(): Promise<void> {
    await this.page.getByRole("button", { name: "Run", exact: true }).click();
    await expect(this.state).toBeVisible();
  }

  async runSample(): Promise<void> {
    await this.page.getByRole("button", { name: "Run the sample" }).click();
    await expect(this.state).toBeVisible();
  }

  // A session

  get title(): Locator {
    return this.page.getByRole("main").getByRole("heading", { level: 1 });
  }

  /** How the session stands, in the words of its header. */
  get state(): Locator {
    return this.page
      .getByRole("main")
      .getByRole("banner")
      .or(this.page.locator("header"))
      .getByRole("status");
  }

  async ended(): Promise<void> {
    await expect(this.state).toHaveText(/^(Ended|Stopped|Was killed)/, { timeout: 60_000 });
  }

  async stop(): Promise<void> {
    await this.page.getByRole("button", { name: "Stop", exact: true }).click();
    await this.ended();
  }

  get changes(): Locator {
    return this.page.getByRole("region", { name: "Changes", exact: true });
  }

  get tree(): Locator {
    return this.changes.getByRole("tree", { name: "Changed files and folders" });
  }

  /** The sentence above the tree. */
  get summary(): Locator {
    return this.changes.getByRole("heading", { level: 2 });
  }

  /** Says that not all changes are listed yet. */
  get reading(): Locator {
    return this.changes.getByText("reading…", { exact: true });
  }

  /** What happened, in plain words. */
  get story(): Locator {
    return this.changes.getByRole("note", { name: "What happened" });
  }

  /** The list of what deserves a look. */
  get needsLook(): Locator {
    return this.changes.getByRole("region", { name: /needs? a look$/ });
  }

  get filter(): Locator {
    return this.changes.getByRole("textbox", { name: "Filter by path" });
  }

  /** The row of an object; its spoken name begins with the object's own. */
  row(name: string, what = ""): Locator {
    return this.tree.getByRole("treeitem", {
      name: new RegExp(`^${escapeRegExp(name)}, ${escapeRegExp(what)}`),
    });
  }

  /** Shows the changes in groups, or by place again. */
  async groupBy(what: "Place" | "Package" | "Program" | "Kind" | "Time"): Promise<void> {
    await this.changes.getByRole("combobox", { name: "Group by" }).selectOption({ label: what });
  }

  /** Does something with the change in hand. */
  async changeMenu(what: string): Promise<void> {
    await this.detail.getByRole("button", { name: "More for this change" }).click();
    await this.detail.getByRole("menuitem", { name: what }).click();
  }

  /** Does something with the whole session. */
  async sessionMenu(what: string): Promise<void> {
    await this.changes.getByRole("button", { name: "More for this session" }).click();
    await this.changes.getByRole("menuitem", { name: what }).click();
  }

  /** The line between two panes. */
  border(name: string): Locator {
    return this.page.getByRole("separator", { name });
  }

  async openAll(): Promise<void> {
    await this.changes.getByRole("button", { name: "Open all folders" }).click();
  }

  /** Finds an object by the filter and opens it in the pane on the right. */
  async show(name: string): Promise<void> {
    await this.filter.fill(name);
    await this.row(name).first().click();
    await this.filter.fill("");
    await expect(this.detail).toContainText(name);
  }

  get detail(): Locator {
    return this.page.getByRole("region", { name: "The change in hand" });
  }

  async view(name: "Pages" | "Inside" | "Text" | "Image" | "Hex" | "Details"): Promise<void> {
    await this.detail.getByRole("radio", { name }).click();
  }

  /** Chooses what is shown of the inside of a file. */
  async insidePart(title: string): Promise<void> {
    const parts = this.detail.getByRole("combobox", { name: "What to show" });
    const label = await parts
      .getByRole("option", { name: new RegExp(`^${escapeRegExp(title)}`) })
      .textContent();
    await parts.selectOption({ label: label ?? "" });
  }

  get terminal(): Locator {
    return this.page.getByRole("region", { name: "Terminal" });
  }

  /** Shows what lies below the change in hand. */
  async lower(name: "Terminal" | "Programs" | "Network" | "Look around" | "Run more"): Promise<void> {
    const choice = this.page.getByRole("radiogroup", {
      name: "Terminal, Programs, Network, Look around, Run more",
    });
    await choice.getByRole("radio", { name }).click();
  }

  /** The shell that looks at the machine and the session. */
  get inspection(): Locator {
    return this.page.getByRole("region", { name: "Look around" });
  }

  /** Another program in the same session. */
  get more(): Locator {
    return this.page.getByRole("region", { name: "Run more" });
  }

  /** What the session tried with the network. */
  get network(): Locator {
    return this.page.getByRole("region", { name: "Network" });
  }

  /** Types into the session's terminal. */
  async type(text: string): Promise<void> {
    await this.terminal.getByRole("textbox", { name: "Output of the session's program" }).focus();
    await this.page.keyboard.type(text);
  }

  // Deciding

  get dialog(): Locator {
    return this.page.getByRole("dialog");
  }

  async openCommit(): Promise<void> {
    await this.changes.getByRole("button", { name: /^Commit/ }).click();
    await expect(this.dialog).toBeVisible();
  }

  /** Commits what is chosen and waits until it is done. */
  async commit(): Promise<void> {
    await this.openCommit();
    await this.dialog.getByRole("button", { name: /^Commit \d/ }).click();
    await this.committed();
  }

  /** Waits for a commit to end well: its screen tells how many changes there were, and is left. */
  async committed(): Promise<void> {
    await expect(this.dialog).toContainText(/\d changes? committed/, { timeout: 60_000 });
    await this.dialog.getByRole("button", { name: "Done" }).click();
    await expect(this.dialog).toBeHidden();
    await expect(this.page.getByRole("main")).toContainText(/\d changes? committed/);
  }

  /** The conflict at a path that ends like this. */
  conflict(name: string): Locator {
    return this.dialog.getByRole("option").filter({ hasText: `/${name}` });
  }

  /** Answers the conflict in hand. */
  async answer(choice: string): Promise<void> {
    await this.dialog.getByRole("radio", { name: new RegExp(`^${escapeRegExp(choice)}: `) }).click();
  }

  /** Commits when every conflict is answered, and waits until it is done. */
  async commitAnswers(): Promise<void> {
    await this.dialog.getByRole("button", { name: "Commit with these answers" }).click();
    await this.committed();
  }

  /** Takes an object out of the commit. */
  async leaveOut(name: string): Promise<void> {
    const row = this.row(name).first();
    await row.locator("[data-part=choice]").click();
    await expect(row).toHaveAttribute("aria-checked", "false");
  }

  /** Asks to undo the newest commit, on the History screen. */
  async askUndo(): Promise<void> {
    await this.page.getByRole("main").getByRole("button", { name: /^Undo/ }).first().click();
    await this.dialog.getByRole("button", { name: "Undo", exact: true }).click();
  }

  /** Waits for an undo to end well, and leaves its screen. */
  async undone(): Promise<void> {
    await expect(this.dialog).toContainText(/\d changes? taken back/, { timeout: 60_000 });
    await this.dialog.getByRole("button", { name: "Done" }).click();
    await expect(this.dialog).toBeHidden();
  }

  /** Undoes the newest commit, on the History screen. */
  async undo(): Promise<void> {
    await this.askUndo();
    await this.undone();
  }

  async abort(): Promise<void> {
    await this.changes.getByRole("button", { name: "Abort…" }).click();
    await this.dialog.getByRole("button", { name: "Throw away", exact: true }).click();
    await expect(this.state).toHaveText(/^Aborted/);
  }
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
