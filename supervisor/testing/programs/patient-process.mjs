// @ts-check
/**
 * A process for tests of the supervisor: says "ready", waits, and writes its name to a file when asked to end.
 * Arguments: name, file, and what else it does: "stray" starts a child in a session of its own and prints its id.
 */
import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";

const [name = "", file = "", extra = ""] = process.argv.slice(2);
process.on("SIGTERM", () => {
  appendFileSync(file, `${name}\n`);
  process.exit(0);
});
if (extra === "stray") {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" });
  child.unref();
  process.stdout.write(`stray ${child.pid}\n`);
}
process.stdout.write("ready\n");
setInterval(() => {}, 1000);
