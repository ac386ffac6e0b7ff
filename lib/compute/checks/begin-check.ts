import { randomBytes } from "node:crypto";
import type { Database } from "@/lib/platform/database/client";
import type { BackendCheck } from "@/lib/platform/database/generated/client";
import { newId } from "@/lib/platform/ids";
import { runnerRelease } from "../runner-release";
import { enqueueCheck } from "./check-job";

/** A new look at a backend, or the one that is under way: there is one at a time. */
export async function beginCheck(
  transaction: Database,
  backendId: string,
  askedById: string | null,
): Promise<{ check: BackendCheck; begun: boolean }> {
  const id = newId();
  const release = await runnerRelease();
  const begun = await transaction.$executeRaw`
    insert into "BackendCheck" ("id", "backendId", "liveFor", "askedById", "release", "mark")
    values (${id}::uuid, ${backendId}::uuid, ${backendId}::uuid, ${askedById}::uuid, ${release},
      ${randomBytes(16).toString("hex")})
    on conflict ("liveFor") do nothing`;
  const check = await transaction.backendCheck.findFirstOrThrow({
    where: { backendId },
    orderBy: [{ liveFor: { sort: "asc", nulls: "last" } }, { createdAt: "desc" }],
  });
  await enqueueCheck(transaction, check.id);
  return { check, begun: begun === 1 };
}
