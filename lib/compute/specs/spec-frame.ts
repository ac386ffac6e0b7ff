import { z } from "zod";

/**
 * What every kind's spec shares. Every default is written out, so that the spec alone repeats the run: no field here or
 * in a kind is optional.
 */

/** `store:…`, `file:///…` or `hf:owner/name@revision`; see docs/runner-contract.md. */
const artifactAddress = z
  .string()
  .regex(
    /^(?:store:(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))[^\\]+|file:\/\/\/(?!(?:.*\/)?\.\.(?:\/|$)).+|hf:[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+@[A-Za-z0-9_.-]+)$/,
    'An address starts with store:, file:/// or hf:, and does not climb with "..".',
  );

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "A digest is sha256: and 64 hexadecimal digits.");

/** Where an input lies; its digest is verified before the run works, unless null. */
export const runInput = z.strictObject({ address: artifactAddress, digest: digest.nullable() });
export type RunInput = z.infer<typeof runInput>;

const runId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, "A run id has letters, digits, - and _.");

const checkpointAddress = z
  .string()
  .regex(/^store:runs\/[A-Za-z0-9_-]+\/attempts\/[0-9]+\/checkpoints\/step-[0-9]{8}$/, "Not a checkpoint of a run.");

const resources = {
  processes: z.int().min(1).max(4096),
  threads: z.int().min(1).max(1024),
};
export const mostNodes = 512;
/** Of kinds whose processes may lie on several nodes: each node has as many of them. Runs of old name no nodes. */
export const spreadResources = z.strictObject({ nodes: z.int().min(1).max(mostNodes).default(1), ...resources });
export type RunResources = z.infer<typeof spreadResources>;

/** The fields around `kind`, `inputs` and `parameters`. */
export const specFrame = {
  version: z.literal(1),
  runId,
  attempt: z.int().min(1).max(1_000_000),
  seed: z.int().min(0).max(4_294_967_295),
  resume: checkpointAddress.nullable(),
  resources: z.strictObject({ nodes: z.literal(1).default(1), ...resources }),
};

export const count = (largest: number) => z.int().min(1).max(largest);
export const share = z.number().min(0).max(1);
export const learningRate = z.number().gt(0).max(1);
export const warmupSteps = z.int().min(0).max(10_000_000);
export const weightDecay = z.number().min(0).max(1);
export const gradientClip = z.number().gt(0).max(1000);
