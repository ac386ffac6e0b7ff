/** `npm run start -- administrator EMAIL`: makes an administrator's account, or gives it back, and prints its password once. */
import { closeDatabase } from "@/lib/platform/database/client";
import { makeAdministrator } from "./make-administrator";

try {
  const { email, password, made } = await makeAdministrator(process.argv[2] ?? "");
  const what = made
    ? "The account was made."
    : "The account has a new password; what was signed in to it is not any more.";
  process.stdout.write(
    `${what} Sign in as ${email} with the password ${password} and change it in the settings. It is not shown again.\n`,
  );
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  await closeDatabase();
}
