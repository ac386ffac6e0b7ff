// @ts-check

/** An expected failure: its message is a sentence for the person at the terminal, and no stack is shown. */
export class Refusal extends Error {
  /**
   * @param {string} sentence what is wrong, and what to do
   * @param {{ cause?: unknown }} [options]
   */
  constructor(sentence, options) {
    super(sentence, options);
    this.name = "Refusal";
  }
}

/**
 * Errors of the file system that a person can do something about, as a sentence; others as they are.
 * @param {unknown} error
 * @param {string} folder
 */
export function explainFileError(error, folder) {
  const code = error && typeof error === "object" && "code" in error ? error.code : undefined;
  if (code === "ENOSPC")
    return new Refusal(`The disk that holds ${folder} is full. Free some space and start again.`, { cause: error });
  if (code === "EROFS")
    return new Refusal(`${folder} is on a read-only file system. Choose another folder with --data.`, { cause: error });
  if (code === "ENOTDIR" || code === "EEXIST") {
    return new Refusal(`A part of ${folder} is not a folder. Choose another one with --data.`, { cause: error });
  }
  if (code === "EACCES" || code === "EPERM") {
    return new Refusal(
      `This user may not write in ${folder}. Choose another folder with --data, or change its owner.`,
      { cause: error },
    );
  }
  return error;
}
