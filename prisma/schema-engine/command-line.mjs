// @ts-check

/**
 * @typedef {object} EngineOptions
 * @property {string[]} schemaFiles paths of the Prisma schema's files
 * @property {string} [databaseUrl]
 * @property {string} [databaseCommand] `can-connect-to-database` or `create-database`
 * @property {boolean} versionWanted
 */

/**
 * What Prisma's command line passes to a schema engine. Options that this engine has no use for are skipped.
 * @param {string[]} words
 * @returns {EngineOptions}
 */
export function parseArguments(words) {
  /** @type {EngineOptions} */
  const options = { schemaFiles: [], versionWanted: false };
  for (let index = 0; index < words.length; index += 1) {
    const value = words[index + 1];
    if (words[index] === "--version") options.versionWanted = true;
    else if (value === undefined) continue;
    else if (words[index] === "--datamodels") options.schemaFiles.push(value);
    else if (words[index] === "--datasource") options.databaseUrl = JSON.parse(value).url;
    else if (words[index] === "cli") options.databaseCommand = value;
  }
  return options;
}
