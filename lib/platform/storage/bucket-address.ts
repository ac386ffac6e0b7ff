/** `s3://bucket/prefix`, the prefix of plain characters so that a key never has to be escaped. */
const pattern = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/((?:[A-Za-z0-9._-][A-Za-z0-9._/-]*)?))?$/;

export type BucketAddress = { bucket: string; prefix: string };

/** The parts of an address of a bucket; null for what is none. The runner reads it alike (run/exchange/bucket.py). */
export function parseBucketAddress(address: string): BucketAddress | null {
  const [whole, bucket, prefix = ""] = pattern.exec(address) ?? [];
  if (whole === undefined || bucket === undefined || /\.\.|\/\//.test(address.slice("s3://".length))) return null;
  return { bucket, prefix: prefix.replace(/\/+$/, "") };
}
