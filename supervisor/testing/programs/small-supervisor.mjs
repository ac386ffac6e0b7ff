// @ts-check
/** A supervisor for tests, of two patient processes over the data folder that is named. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DataFolder } from "../../data-folder.mjs";
import { runCommand } from "../../session/run-session.mjs";

const program = fileURLToPath(new URL("./patient-process.mjs", import.meta.url));

await runCommand(async (openSession) => {
  const dataFolder = new DataFolder(process.argv[2] ?? "");
  const session = await openSession(dataFolder, { echoed: true });
  const ended = join(dataFolder.path, "ended");
  for (const [name, endOrder, extra] of /** @type {const} */ ([
    ["last", 90, ""],
    ["first", 10, "stray"],
  ])) {
    await session.start({
      name,
      command: process.execPath,
      args: [program, name, ended, extra],
      endOrder,
      readyLine: /^ready$/,
    });
  }
  process.stdout.write("all ready\n");
});
