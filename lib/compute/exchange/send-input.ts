import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import path from "node:path";
import type { Bucket } from "@/lib/platform/storage/bucket";
import { filesBelow, sha256OfFile } from "@/lib/platform/storage/files";

type IndexFile = { path: string; bytes: number; sha256: string };
type Index = { version: 1; kind: "file" | "folder"; files: IndexFile[] };

/** The input is no longer what the run was planned with. */
export class InputChanged extends Error {
  override name = "InputChanged";
}

/** Where the input of that digest lies in the exchange; docs/runner-contract.md. */
export const inputKey = (digest: string, ...names: string[]) =>
  ["inputs", digest.replace(/^sha256:/, ""), ...names].join("/");

const largestIndexBytes = 256 * 1024 ** 2;
const sideBySide = 4;

/** Bytes of a file or of all files of a folder. */
export async function bytesOfInput(local: string): Promise<number> {
  const info = await stat(local);
  if (!info.isDirectory()) return info.size;
  let bytes = 0;
  for (const name of await filesBelow(local)) bytes += (await stat(path.join(local, name))).size;
  return bytes;
}

/**
 * Sends a file or folder to where its digest says, unless it lies there already, and answers the digest. The index comes
 * last: what it names is then there. Throws InputChanged where the digest is not the wanted one.
 */
export async function sendInput(
  bucket: Bucket,
  local: string,
  wanted: string | null,
  onBytes: (more: number) => void,
  signal: AbortSignal,
): Promise<string> {
  if (wanted !== null && (await isWhole(bucket, wanted, signal))) {
    onBytes(await bytesOfInput(local));
    return wanted;
  }
  const isFolder = (await stat(local)).isDirectory();
  const index = await describe(local, isFolder, signal);
  const digest = digestOf(index);
  if (wanted !== null && digest !== wanted) throw new InputChanged(`its digest is ${digest} instead of ${wanted}`);
  const there = await bucket.names(inputKey(digest, "files/"), signal);
  const waiting = [...index.files];
  const lane = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      signal.throwIfAborted();
      const key = inputKey(digest, "files", file.path);
      if (there.get(key) === file.bytes) onBytes(file.bytes);
      else {
        const source = isFolder ? path.join(local, file.path) : local;
        await bucket.sendFile(key, { ...file, path: source }, { onBytes, signal });
      }
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, lane));
  await bucket.write(inputKey(digest, "index.json"), JSON.stringify(index));
  return digest;
}

/** Whether everything that the index of this digest names is still there: a clean-up may have taken some of it. */
async function isWhole(bucket: Bucket, digest: string, signal: AbortSignal): Promise<boolean> {
  const content = await bucket.read(inputKey(digest, "index.json"), largestIndexBytes);
  if (content === null || content === "too_large") return false;
  const there = await bucket.names(inputKey(digest, "files/"), signal);
  try {
    const index = JSON.parse(Buffer.from(content).toString()) as Index;
    if (digestOf(index) !== digest) return false;
    return index.files.every((file) => there.get(inputKey(digest, "files", file.path)) === file.bytes);
  } catch {
    return false;
  }
}

async function describe(local: string, isFolder: boolean, signal: AbortSignal): Promise<Index> {
  const names = isFolder ? await filesBelow(local) : [""];
  names.sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  const files: IndexFile[] = [];
  for (const name of names) {
    signal.throwIfAborted();
    const file = path.join(local, name);
    files.push({ path: name || "content", bytes: (await stat(file)).size, sha256: await sha256OfFile(file) });
  }
  return { version: 1, kind: isFolder ? "folder" : "file", files };
}

function digestOf({ kind, files }: Index): string {
  if (kind === "file") return `sha256:${files[0]?.sha256}`;
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file.path}\t${file.bytes}\t${file.sha256}\n`);
  return `sha256:${hash.digest("hex")}`;
}
