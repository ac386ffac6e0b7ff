import type { DecisionResult } from "./schema";

type Sent = { idempotencyKey: string };

export const kept = ({ idempotencyKey }: Sent): DecisionResult => ({ idempotencyKey, status: "kept" });

/** `code`: of errors.json. */
export const refused = ({ idempotencyKey }: Sent, code: string): DecisionResult => ({
  idempotencyKey,
  status: "refused",
  code,
});
