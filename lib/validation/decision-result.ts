import type { DecisionResult } from "./schema";

type Sent = { idempotencyKey: string };

export const kept = ({ idempotencyKey }: Sent): DecisionResult => ({ idempotencyKey, status: "kept" });

/** It came after the round was closed: kept, not counted. */
export const keptLate = (sent: Sent): DecisionResult => ({ ...kept(sent), code: "round_closed" });

/** `code`: of errors.json. */
export const refused = ({ idempotencyKey }: Sent, code: string): DecisionResult => ({
  idempotencyKey,
  status: "refused",
  code,
});
