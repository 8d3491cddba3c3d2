import { expect, it, test } from "vitest";
import { programTitle, sessionTitle } from "./titles.js";

test.each([
  [["/usr/bin/album"], "album"],
  [["./setup.sh", "--fast"], "setup.sh"],
  [["/"], "/"],
  [["bash"], "bash"],
  [["bash", "-i"], "bash"],
  [["sh", "-c", "make all"], "sh"],
  [["/bin/sh", "-ec", 'chmod u+x "$0" && exec "$0"', "/home/ann/Downloads/tool.AppImage"], "tool.AppImage"],
  [["python3", "-u", "many.py", "7"], "many.py"],
  [["perl", "-e", "print 1"], "perl"],
  [["perl", "/opt/tidy.pl"], "tidy.pl"],
  [["java", "-jar", "/opt/game.jar"], "game.jar"],
  [["env", "LANG=C", "python3", "many.py"], "many.py"],
  [["timeout", "5s", "./slow"], "slow"],
  [["gs", "-q", "-dBATCH", "report.ps"], "report.ps"],
  [["gs", "-dBATCH", "-dNOPAUSE", "a.ps"], "a.ps"],
  [["gs", "-sDEVICE=pdfwrite", "-o", "out.pdf", "in.ps"], "in.ps"],
  [["gs", "-c", "/n 2 def", "-f", "in.ps"], "in.ps"],
  [["bash", "-e", "install.sh"], "install.sh"],
  [["bash", "-eo", "pipefail", "install.sh"], "install.sh"],
  [["sh", "-e", "build.sh", "target"], "build.sh"],
  [["sh", "-ex", "./configure", "--prefix=/usr"], "configure"],
  [["bash", "+x", "run.sh"], "run.sh"],
  [["perl", "-lane", "print", "data.txt"], "data.txt"],
  [["perl", "-MStorable", "keep.pl"], "keep.pl"],
  [["python3", "-m", "http.server", "8000"], "http.server"],
  [["php", "-d", "memory_limit=1G", "tool.php"], "tool.php"],
  [["java", "-cp", "lib.jar", "Main"], "Main"],
  [["sudo", "-u", "ann", "make"], "make"],
  [["sudo", "-nu", "ann", "./setup.sh"], "setup.sh"],
  [["sudo", "-uroot", "./setup.sh"], "setup.sh"],
  [["sudo", "-u", "ann", "-i"], "sudo"],
  [["env", "-u", "X", "cmd"], "cmd"],
  [["env", "-i", "sh", "-c", "true"], "sh"],
  [["timeout", "-k", "5", "-s", "INT", "5s", "./slow"], "slow"],
  [["apt-get", "install", "-y", "hello"], "apt-get install hello"],
  [["rpm", "-i", "/tmp/x.rpm"], "rpm x.rpm"],
  [["make"], "make"],
] as const)("%j is called %s", (command, title) => expect(programTitle(command)).toBe(title));

it("is called by its name where a person gave one, with nothing hidden in it", () => {
  expect(sessionTitle({ name: "try\u202e it", command: ["sh"] })).toBe("try\\u{202e} it");
  expect(sessionTitle({ name: null, command: ["/tmp/in\u202estall.sh"] })).toBe("in\\u{202e}stall.sh");
});
