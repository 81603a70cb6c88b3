// On what was measured.
import { readFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";

/** What and how much, in the order in which it is told. */
export function thisMachine() {
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    system: `${distribution()}, ${type()} ${release()}`,
    "Node.js": process.version,
  };
}

function distribution() {
  try {
    return /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync("/etc/os-release", "utf8"))[1];
  } catch {
    return "unknown distribution";
  }
}
