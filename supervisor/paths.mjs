// @ts-check
import { readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds package.json. */
export const repositoryRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Whether a module is the program that was started, also through a symbolic link.
 * @param {string} moduleUrl its `import.meta.url`
 */
export function isProgram(moduleUrl) {
  const program = process.argv[1];
  return program !== undefined && realpathSync(program) === fileURLToPath(moduleUrl);
}

/**
 * The path of a file in an installed npm package.
 * @param {string} specifier
 */
export function packageFile(specifier) {
  return createRequire(join(repositoryRoot, "package.json")).resolve(specifier);
}

/**
 * The path of an installed npm package's command, to be run by Node.
 * @param {string} packageName
 * @param {string} [command] its name where it is not the package's
 */
export function packageCommand(packageName, command = packageName) {
  const description = packageFile(`${packageName}/package.json`);
  const { bin } = JSON.parse(readFileSync(description, "utf8"));
  return join(dirname(description), typeof bin === "string" ? bin : bin[command]);
}
