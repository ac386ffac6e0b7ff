import type { BackendCheck } from "@/lib/platform/database/generated/client";
import { type BackendCheckView, checkOutcomes, findingsSchema, waitingCodes } from "../schema";

export function viewOfCheck(check: BackendCheck): BackendCheckView {
  return {
    ...findingsSchema.parse(check.findings),
    id: check.id,
    outcome: checkOutcomes.find((each) => each === check.outcome) ?? null,
    waitingCode: waitingCodes.find((each) => each === check.waitingCode) ?? null,
    release: check.release,
    createdAt: check.createdAt.toISOString(),
    finishedAt: check.finishedAt?.toISOString() ?? null,
  };
}
