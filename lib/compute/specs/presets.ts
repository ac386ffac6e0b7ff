/** A kind's ready-made parameters. */
export interface Presets<Parameters> {
  /** As in the paper; what it doesn't tell is our default. */
  paper: Parameters;
  /** Small enough for two CPU cores. */
  example: Parameters;
  /** Which of the paper preset's parameters the paper itself tells; all others are ours. */
  published: readonly (keyof Parameters)[];
}
