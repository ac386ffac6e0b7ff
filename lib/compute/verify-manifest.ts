import { createHash } from "node:crypto";
import { z } from "zod";
import { damageOf } from "@/lib/platform/text-damage";
import { type AttemptPlace, attemptFile, FileTooLarge, readText, sizeOf } from "./attempt-files";
import { type Manifest, manifestSchema } from "./manifest";

export const largestManifestBytes = 64 * 1024 * 1024;

export type VerifiedManifest = { manifest: Manifest } | { invalid: string };

/**
 * Reads an attempt's manifest and checks that it is of this attempt and spec, that every file is there in its size, and
 * that every output lies in the attempt's outputs. Digests were taken by the runner and are recorded, not taken again.
 * null: there is none.
 */
export async function verifyManifest(place: AttemptPlace, kind: string): Promise<VerifiedManifest | null> {
  let text: string | null;
  try {
    text = await readText(attemptFile(place, "manifest.json"), largestManifestBytes);
  } catch (error) {
    if (error instanceof FileTooLarge) return { invalid: error.message };
    throw error;
  }
  if (text === null) return null;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { invalid: "manifest.json is no JSON" };
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) return { invalid: z.prettifyError(parsed.error).slice(0, 1000) };
  const manifest = parsed.data;
  // No path has such characters, and no summary with them could be kept.
  if (damageOf(manifest)) return { invalid: "it holds NUL characters or halves of characters" };
  const invalid =
    (await wrongIdentity(manifest, place, kind)) ??
    wrongOutputs(manifest, place) ??
    (await wrongFiles(manifest, place));
  return invalid === null ? { manifest } : { invalid };
}

async function wrongIdentity(manifest: Manifest, place: AttemptPlace, kind: string): Promise<string | null> {
  if (manifest.runId !== place.runId || manifest.attempt !== place.number || manifest.kind !== kind) {
    return `it is of ${manifest.kind} run ${manifest.runId}, attempt ${manifest.attempt}`;
  }
  const spec = await readText(attemptFile(place, "spec.json"), largestManifestBytes);
  const digest = spec === null ? "" : `sha256:${createHash("sha256").update(spec).digest("hex")}`;
  return digest === manifest.specDigest ? null : "it was made from another spec";
}

function wrongOutputs(manifest: Manifest, { runId, number }: AttemptPlace): string | null {
  const within = `store:runs/${runId}/attempts/${number}/outputs/`;
  const outside = manifest.outputs.find(({ address }) => !address.startsWith(within) || climbs(address));
  return outside ? `the output ${outside.name} lies outside of the attempt` : null;
}

async function wrongFiles(manifest: Manifest, place: AttemptPlace): Promise<string | null> {
  for (const { path, bytes } of manifest.files) {
    const size = climbs(path) ? null : await sizeOf(attemptFile(place, path));
    if (size === null) return `${path} is missing`;
    if (size !== bytes) return `${path} has ${size} bytes instead of ${bytes}`;
  }
  return null;
}

const climbs = (path: string) => path.split("/").includes("..");
