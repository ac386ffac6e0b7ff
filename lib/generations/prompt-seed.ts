import { createHash } from "node:crypto";

/** The seed of one prompt's answer, in 31 bits: the same in whatever order or attempt it is asked. */
export const promptSeed = (seed: number, key: string): number =>
  createHash("sha256").update(`${seed}:${key}`).digest().readUInt32BE(0) >>> 1;
