// Scenes of the walk-through, made with the real app: what each kind of program does, and how that looks.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { makePicture } from "../harness/picture.js";
import { test } from "../test.js";
import { onSet } from "./camera.js";

const program = (name: string): Buffer => readFileSync(join(import.meta.dirname, "..", "programs", name));

test("screenshots: a tool that renames", async ({ account, installation, display }) => {
  await onSet({ account, installation, display }, async (app, machine, shoot) => {
    machine.file("home/.made-by-a-test", "");
    const photos = machine.directory("home/photos");
    ["IMG_0009.png", "IMG_0010.png", "IMG_0011.png"].forEach((name, index) =>
      machine.file(`home/photos/${name}`, makePicture(120, 80, [60, 90 + index * 40, 160])),
    );
    await app.run(
      `${machine.file("home/bin/rename-photos.sh", program("rename-photos.sh"), 0o755)} ${photos}`,
    );
    await app.ended();
    await app.openAll();
    await app.tree
      .getByRole("treeitem", { name: /Renamed file/ })
      .first()
      .click();
    await shoot("scenario-rename");
    await app.abort();
  });
});

test("screenshots: a hidden attack", async ({ account, installation, display }) => {
  await onSet({ account, installation, display }, async (app, machine, shoot) => {
    machine.file("home/.made-by-a-test", "");
    machine.directory("home/.ssh", 0o700);
    machine.file("home/.ssh/authorized_keys", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ann\n", 0o600);
    const photos = machine.directory("home/photos");
    for (let number = 1; number <= 6; number++)
      machine.file(
        `home/photos/beach-${number}.png`,
        makePicture(120, 80, [number * 30, 90, 200 - number * 20]),
      );
    for (const tool of ["make-album.sh", "make-album-with-attack.sh"])
      machine.file(`home/bin/${tool}`, program(tool), 0o755);
    await app.run(`${machine.path("home/bin/make-album-with-attack.sh")} ${photos}`);
    await app.ended();
    await app.show("authorized_keys");
    await app.detail.getByText("stranger").first().waitFor();
    // Who made a change is known a moment after it.
    await expect(app.detail).toContainText("by make-album");
    await shoot("scenario-attack");
    await app.abort();
  });
});

test("screenshots: a script that fills the disk", async ({ account, installation, display }) => {
  await onSet({ account, installation, display }, async (app, machine, shoot) => {
    machine.file("home/.made-by-a-test", "");
    const script = machine.file("home/tidy.pl", program("tidy.pl"));
    const opener = "[Desktop Entry]\nType=Application\nName=Perl\nExec=perl %f\n";
    machine.file("home/.local/share/applications/perl.desktop", opener);
    const kinds = ["text/x-perl", "application/x-perl"].map((kind) => `${kind}=perl.desktop;\n`);
    machine.file("home/.config/mimeapps.list", `[Default Applications]\n${kinds.join("")}`);
    // “Open in Alcatraz” of a file manager.
    app.openFromOutside(script);
    await expect(app.command).toHaveValue(`perl ${script}`);
    await shoot("scenario-opened");
    await app.moreOptions();
    await app.option("Disk space").fill("10 MB");
    await app.runForm();
    await expect(app.state).toHaveText(/^Frozen/, { timeout: 30_000 });
    await app.show("junk-1.dat");
    await expect(app.detail.getByRole("status", { name: "Reading the file" })).toHaveCount(0);
    await shoot("scenario-quota");
    await app.abort();
  });
});

test("screenshots: an installation into the wrong place", async ({ account, installation, display }) => {
  await onSet({ account, installation, display }, async (app, machine, shoot) => {
    const programs = machine.directory("home/usr/bin");
    const base = machine.directory("home/usr/local");
    await machine.run(["cp", "-r", join(installation.root, "assets/sample"), machine.path("home/lantern")]);
    const installer = machine.path("home/lantern/install.sh");
    await app.run(`${installer} --base ${base} --prefix ${programs}`);
    await app.ended();
    await app.show("lantern-de.json");
    await app.view("Details");
    await shoot("scenario-wrong-place");
    await app.abort();
    await app.goHome();
    await app.run(`${installer} --base ${base}`);
    await app.ended();
    await app.show("lantern.desktop");
    await app.lower("Run more");
    const tried = "sh -c 'usr/local/bin/lantern add buy bread; usr/local/bin/lantern'";
    await app.more.getByRole("textbox", { name: "Command to run in this session" }).fill(tried);
    await app.more.getByRole("button", { name: "Run here" }).click();
    await expect(app.more).toContainText("buy bread");
    await expect(app.more).toContainText("It has ended.");
    await app.ended();
    await shoot("scenario-right-place");
    await app.abort();
  });
});

test("screenshots: packages and documents", async ({ account, installation, display }) => {
  await onSet({ account, installation, display }, async (app, machine, shoot) => {
    const source = machine.file("pages.ps", program("pages.ps"));
    const convert = (count: number): string =>
      `gs -q -dSAFER -dBATCH -dNOPAUSE -sDEVICE=pdfwrite -sOutputFile=$HOME/report.pdf -c "/count ${count} def" -f ${source}`;
    await machine.run(["sh", "-c", convert(2)]);
    const script = `#!/bin/sh
${convert(3)}
mkdir -p ~/lamp/DEBIAN ~/lamp/usr/bin
printf 'Package: lamp\\nVersion: 1.2\\nArchitecture: all\\nMaintainer: Ann <ann@example.org>\\nDescription: A lamp\\n' >~/lamp/DEBIAN/control
printf '#!/bin/sh\\nsystemctl restart lamp\\n' >~/lamp/DEBIAN/postinst
chmod 755 ~/lamp/DEBIAN ~/lamp/DEBIAN/postinst
cp /bin/true ~/lamp/usr/bin/lamp; chmod 4755 ~/lamp/usr/bin/lamp
dpkg-deb --root-owner-group -b ~/lamp ~/lamp.deb; rm -r ~/lamp
`;
    await app.run(machine.file("home/make.sh", script, 0o755));
    await app.ended();
    await app.show("lamp.deb");
    await app.insidePart("Would install");
    await shoot("scenario-package");
    await app.show("report.pdf");
    await app.view("Pages");
    await app.detail.getByRole("button", { name: "Later" }).click();
    await app.detail.getByRole("img", { name: "After, page 2" }).waitFor();
    await shoot("pages");
    await app.abort();
  });
});

test("screenshots: what can be done with a result", async ({ account, installation, display }) => {
  await onSet({ account, installation, display }, async (app, machine, shoot) => {
    machine.file("home/settings.conf", "port = 80\nhost = localhost\n");
    const script = "#!/bin/sh\ncd; sed -i s/80/8080/ settings.conf; date +%T.%N >started.txt\n";
    await app.run(machine.file("home/set-up.sh", script, 0o755));
    await app.ended();
    await app.show("settings.conf");
    await app.changeMenu("Note…");
    await app.dialog.getByRole("textbox", { name: "What to remember" }).fill("8080 is what the others use.");
    await app.dialog.getByRole("button", { name: "Keep the note" }).click();
    await expect(app.dialog).toBeHidden();
    await app.changeMenu("Edit…");
    const text = app.dialog.getByRole("textbox", { name: "Content of the file" });
    await expect(text).toHaveValue(/8080/);
    await text.fill("port = 8080\nhost = 0.0.0.0\n");
    await shoot("edit");
    await app.dialog.getByRole("button", { name: "Save in the session" }).click();
    await expect(app.dialog).toBeHidden();
    await app.page.getByRole("main").getByRole("button", { name: "Run again" }).click();
    const compare = app.page.getByRole("button", { name: "Compare the results" });
    await compare.click();
    await app.dialog.getByRole("option", { name: /settings\.conf/ }).click();
    await app.dialog.getByText("0.0.0.0").first().waitFor();
    await shoot("compare");
    await app.page.keyboard.press("Escape");
    await app.abort();
    // The first, of the same name, is the only one to decide on.
    await app.navigation.getByRole("button", { name: /^set-up\.sh, to decide/ }).click();
    await app.abort();
  });
});
