import { z } from "zod";

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** What the runner writes last of all; docs/runner-contract.md. Fields that later runners add are let through. */
export const manifestSchema = z.object({
  version: z.literal(1),
  runId: z.string(),
  attempt: z.int().positive(),
  kind: z.string(),
  specDigest: digest,
  startedAt: z.number(),
  finishedAt: z.number(),
  wallSeconds: z.number(),
  outputs: z.array(
    z.object({ name: z.string().min(1), address: z.string().startsWith("store:"), digest, bytes: z.int().min(0) }),
  ),
  files: z.array(
    z.object({
      path: z.string().startsWith("outputs/"),
      bytes: z.int().min(0),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
  summary: z.record(z.string(), z.json()),
  packages: z.record(z.string(), z.string()),
  hardware: z.record(z.string(), z.json()),
  seed: z.int(),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestOutput = Manifest["outputs"][number];

/** The output of that name; a manifest that lacks it is the runner's fault, and the run fails with it. */
export function outputOf(manifest: Manifest, name: string): ManifestOutput {
  const output = manifest.outputs.find((each) => each.name === name);
  if (!output) throw new Error(`the manifest of run ${manifest.runId} has no output "${name}"`);
  return output;
}
