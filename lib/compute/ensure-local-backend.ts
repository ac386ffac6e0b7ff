import { type Database, database } from "@/lib/platform/database/client";
import { environment } from "@/lib/platform/environment";

/** One row with a fixed id: however many processes ask at once, there is one. */
const localBackendId = "00000000-0000-7000-8000-000000000001";

/** Makes the row of this machine's own backend where a supervisor can start it; its address comes from the supervisor. */
export async function ensureLocalBackend(transaction: Database = database()): Promise<void> {
  if (!environment().supervisor) return;
  await transaction.$executeRaw`
    insert into "Backend" ("id", "name", "address", "local")
    values (${localBackendId}::uuid, 'Local', 'supervisor:ray', true)
    on conflict ("id") do nothing`;
}
