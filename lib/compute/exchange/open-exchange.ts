import { type Bucket, openBucket } from "@/lib/platform/storage/bucket";
import { parseBucketAddress } from "@/lib/platform/storage/bucket-address";
import { StoreFault, type StoreFaultCode } from "@/lib/platform/storage/store-fault";
import type { AttemptPlace } from "../attempt-files";

/** The bucket through which a backend gets and brings files. Throws StoreFault. */
export function openExchange(exchangeAddress: string): Bucket {
  return openBucket(exchangeAddress);
}

/** Where an attempt's files lie in the exchange: as in the artifact store. */
export function attemptKey({ runId, number }: AttemptPlace, ...names: string[]): string {
  return ["runs", runId, "attempts", number, ...names].join("/");
}

/** Whether the exchange of that address can be used: an object is written, read and removed. null: it can. */
export async function checkExchange(exchangeAddress: string): Promise<StoreFaultCode | null> {
  if (!parseBucketAddress(exchangeAddress)) return "store_refused";
  try {
    const bucket = openExchange(exchangeAddress);
    const key = "checks/studio";
    await bucket.write(key, "The studio was here.\n");
    const found = await bucket.read(key, 1000);
    if (!found) return "store_refused";
    await bucket.names("checks/");
    await bucket.remove(key);
    return null;
  } catch (error) {
    if (error instanceof StoreFault) return error.code;
    throw error;
  }
}
