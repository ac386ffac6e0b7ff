import { recordAudit } from "@/lib/audit/record";
import type { Actor } from "@/lib/auth/actor";
import { database, inTransaction } from "@/lib/platform/database/client";
import { environment } from "@/lib/platform/environment";
import { checkAllowedAddress } from "@/lib/platform/http/allowed-address";
import { newId } from "@/lib/platform/ids";
import { notFound } from "@/lib/platform/problem";
import { encryptSecret } from "@/lib/platform/secrets/encryption";
import { viewOfCheck } from "./checks/check-view";
import { ensureLocalBackend } from "./ensure-local-backend";
import { roomOf } from "./estimates/room";
import type { BackendLimits, BackendView, NewBackend, UsableBackend } from "./schema";

/** The installation's backends; tokens are never told. */
export async function listBackends(): Promise<BackendView[]> {
  await ensureLocalBackend();
  const rows = await database().backend.findMany({
    where: { archivedAt: null },
    orderBy: [{ local: "desc" }, { createdAt: "asc" }],
    include: {
      checks: { orderBy: { createdAt: "desc" }, take: 1 },
      _count: { select: { runs: { where: { state: { in: ["queued", "running"] } } } } },
    },
  });
  return rows.map(
    ({ id, name, local, address, tokenCiphertext, maxLiveRuns, gpuHourPrice, currency, checks, _count }) => ({
      id,
      name,
      local,
      address: local ? null : address,
      hasToken: local || tokenCiphertext !== null,
      liveRuns: _count.runs,
      maxLiveRuns,
      gpuHourPrice,
      currency,
      check: checks[0] ? viewOfCheck(checks[0]) : null,
    }),
  );
}

/** For who starts runs: names only, in the order in which one is taken where none is named. */
export async function listUsableBackends(): Promise<UsableBackend[]> {
  await ensureLocalBackend();
  const rows = await database().backend.findMany({
    where: { archivedAt: null, ...(environment().supervisor ? {} : { local: false }) },
    orderBy: [{ local: "desc" }, { createdAt: "asc" }],
  });
  return Promise.all(
    rows.map(async ({ id, name, local }) => ({
      id,
      name,
      local,
      gpus: (await roomOf(database(), { id, local })).gpusOfNode ?? 0,
    })),
  );
}

/** A Ray cluster by address and token; both are needed. Throws `address_invalid`, `address_not_allowed`. */
export async function createBackend(actor: Actor, input: NewBackend): Promise<{ id: string }> {
  const address = checkAllowedAddress(input.address).toString().replace(/\/+$/, "");
  const id = newId();
  await inTransaction(async (transaction) => {
    await transaction.backend.create({
      data: { id, name: input.name, address, tokenCiphertext: encryptSecret(input.token) },
    });
    await recordAudit(transaction, actor, {
      action: "backends.create",
      subject: "backend",
      subjectId: id,
      detail: { name: input.name, address },
    });
  });
  return { id };
}

/** How many runs may be at work there at once, and what a GPU hour costs. What runs already goes on. */
export async function changeBackend(actor: Actor, id: string, limits: BackendLimits): Promise<void> {
  await inTransaction(async (transaction) => {
    const changed = await transaction.backend.updateMany({ where: { id, archivedAt: null }, data: limits });
    if (changed.count === 0) throw notFound();
    await recordAudit(transaction, actor, {
      action: "backends.change",
      subject: "backend",
      subjectId: id,
      detail: limits,
    });
  });
}

/** No further run begins there; those under way go on. This machine's own stays. */
export async function archiveBackend(actor: Actor, id: string): Promise<void> {
  await inTransaction(async (transaction) => {
    const archived = await transaction.backend.updateMany({
      where: { id, local: false, archivedAt: null },
      data: { archivedAt: new Date() },
    });
    if (archived.count === 0) throw notFound();
    await recordAudit(transaction, actor, { action: "backends.archive", subject: "backend", subjectId: id });
  });
}
