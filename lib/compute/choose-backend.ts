import type { Database } from "@/lib/platform/database/client";
import { environment } from "@/lib/platform/environment";
import { unprocessable } from "@/lib/platform/problem";
import { ensureLocalBackend } from "./ensure-local-backend";

/** The backend of that id, else this machine's own, else the oldest. Throws `backend_unknown` or `backend_missing`. */
export async function chooseBackend(transaction: Database, backendId: string | undefined) {
  const select = { id: true, local: true } as const;
  if (backendId) {
    const chosen = await transaction.backend.findFirst({ where: { id: backendId, archivedAt: null }, select });
    if (!chosen) throw unprocessable("backend_unknown", {}, [{ path: "backendId", message: backendId }]);
    return chosen;
  }
  await ensureLocalBackend(transaction);
  const backend = await transaction.backend.findFirst({
    // This machine's own can only be started by a supervisor.
    where: { archivedAt: null, ...(environment().supervisor ? {} : { local: false }) },
    orderBy: [{ local: "desc" }, { createdAt: "asc" }],
    select,
  });
  if (!backend) throw unprocessable("backend_missing");
  return backend;
}
