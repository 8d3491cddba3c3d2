import { expect, test } from "vitest";
import { shortCommand } from "./short-command.js";

test.each([
  ["/home/ann/Downloads/x/install.sh --prefix=/opt/y", "…/install.sh --prefix=…/y"],
  ["bash ~/x/y.sh '/tmp/my file'", "bash …/y.sh '…/my file'"],
  ["/sh a/b ./c/d", "/sh a/b ./c/d"],
  ["ls /etc/", "ls /etc/"],
  ["make", "make"],
])("%s is shown as: %s", (line, shown) => expect(shortCommand(line)).toBe(shown));
