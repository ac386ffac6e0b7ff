import { type Bucket, openBucket } from "@/lib/platform/storage/bucket";
import type { AttemptPlace } from "../attempt-files";

/** The bucket through which a backend gets and brings files. Throws StoreFault. */
export function openExchange(exchangeAddress: string): Bucket {
  return openBucket(exchangeAddress);
}

/** Where an attempt's files lie in the exchange: as in the artifact store. */
export function attemptKey({ runId, number }: AttemptPlace, ...names: string[]): string {
  return ["runs", runId, "attempts", number, ...names].join("/");
}
