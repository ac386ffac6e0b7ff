// @ts-check
import { explainFileError } from "../refusal.mjs";
import { Session } from "./session.mjs";
import { showFailure } from "./terminal.mjs";

/**
 * Runs a command that opens a session; what goes wrong becomes a sentence, ends what was started, and gives exit code 1.
 * @param {(open: typeof Session.open) => Promise<void>} command
 */
export async function runCommand(command) {
  /** @type {Session | undefined} */
  let session;
  try {
    await command(async (dataFolder, options) => {
      try {
        session = await Session.open(dataFolder, options);
      } catch (error) {
        throw explainFileError(error, dataFolder.path);
      }
      return session;
    });
  } catch (error) {
    if (session) return session.fail(error);
    showFailure(error);
    process.exitCode = 1;
  }
}
