/** What keeps the studio from an object store; each has a sentence in messages/LOCALE/runs.json under "waiting". */
export const storeFaultCodes = [
  "store_unreachable",
  "store_access_denied",
  "store_bucket_missing",
  "store_clock_differs",
  "store_full",
  "store_refused",
  "store_not_configured",
  "store_not_allowed",
] as const;
export type StoreFaultCode = (typeof storeFaultCodes)[number];

export class StoreFault extends Error {
  override name = "StoreFault";
  constructor(
    readonly code: StoreFaultCode,
    detail: string,
  ) {
    super(`${code}: ${detail}`);
  }
}

const full = new Set(["QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "XMinioAdminBucketQuotaExceeded"]);
const denied = new Set([
  "AccessDenied",
  "ExpiredToken",
  "InvalidAccessKeyId",
  "InvalidToken",
  "SignatureDoesNotMatch",
  "UnauthorizedAccess",
]);
const passing = new Set(["SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable", "BadDigest"]);

type Answered = { name?: string; $metadata?: { httpStatusCode?: number } };

/** What an error of the S3 client means; no sentence of it holds a credential. */
export function asStoreFault(error: unknown): StoreFault {
  if (error instanceof StoreFault) return error;
  const { name = "", $metadata } = error as Answered;
  const status = $metadata?.httpStatusCode ?? 0;
  const detail = `${name} ${status || ""}`.trim();
  if (name === "RequestTimeTooSkewed") return new StoreFault("store_clock_differs", detail);
  if (name === "NoSuchBucket") return new StoreFault("store_bucket_missing", detail);
  if (full.has(name) || status === 507) return new StoreFault("store_full", detail);
  // 501: it does not know the request, and won't know it later.
  if (passing.has(name) || status === 0 || (status >= 500 && status !== 501) || status === 429) {
    return new StoreFault("store_unreachable", detail);
  }
  if (denied.has(name) || status === 401 || status === 403) return new StoreFault("store_access_denied", detail);
  return new StoreFault("store_refused", detail);
}

/** Whether the answer means that there is no such object or upload. */
export function isMissing(error: unknown): boolean {
  const { name = "" } = error as Answered;
  return name === "NotFound" || name === "NoSuchKey" || name === "NoSuchUpload";
}
