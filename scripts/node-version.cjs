// Is this Node new enough? In words that Node 12 still reads, since the rest of the scripts it would not.
"use strict";

const LEAST = [20, 19, 0];

/** Returns what to say about a version of Node that is too old; undefined when it will do. */
exports.nodeProblem = function (version) {
  const parts = version.split(".").map(Number);
  for (let place = 0; place < LEAST.length; place++) {
    if (parts[place] > LEAST[place]) return undefined;
    if (parts[place] < LEAST[place]) {
      return (
        "Alcatraz needs Node " +
        LEAST.join(".") +
        " or newer; this is " +
        version +
        ".\n" +
        "Get it from https://nodejs.org, for instance on Debian and Ubuntu:\n" +
        "    curl -fsSL https://deb.nodesource.com/setup_22.x | sudo bash - && sudo apt-get install -y nodejs"
      );
    }
  }
  return undefined;
};

if (require.main === module) {
  const problem = exports.nodeProblem(process.versions.node);
  if (problem !== undefined) {
    process.stderr.write("\n" + problem + "\n");
    process.exitCode = 1;
  }
}
