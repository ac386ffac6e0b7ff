import { recordAudit } from "@/lib/audit/record";
import type { Actor } from "@/lib/auth/actor";
import { database, inTransaction } from "@/lib/platform/database/client";
import { environment } from "@/lib/platform/environment";
import { checkAllowedAddress } from "@/lib/platform/http/allowed-address";
import { newId } from "@/lib/platform/ids";
import { notFound, unprocessable } from "@/lib/platform/problem";
import { encryptSecret } from "@/lib/platform/secrets/encryption";
import { StoreFault } from "@/lib/platform/storage/store-fault";
import { viewOfCheck } from "./checks/check-view";
import { ensureLocalBackend } from "./ensure-local-backend";
import { mostGpusOf, roomOf } from "./estimates/room";
import { openExchange } from "./exchange/open-exchange";
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
    ({
      id,
      name,
      local,
      address,
      exchangeAddress,
      tokenCiphertext,
      maxLiveRuns,
      gpuHourPrice,
      currency,
      checks,
      _count,
    }) => ({
      id,
      name,
      local,
      address: local ? null : address,
      exchangeAddress,
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
    rows.map(async ({ id, name, local }) => {
      const room = await roomOf(database(), { id, local });
      return { id, name, local, gpus: mostGpusOf(room) ?? 0, nodes: room.gpusOfNodes?.length ?? 1 };
    }),
  );
}

/**
 * A Ray cluster by address and token; both are needed. Throws `address_invalid`, `address_not_allowed`, and for a bucket
 * that the installation can't use `store_not_configured`, `store_not_allowed`.
 */
export async function createBackend(actor: Actor, input: NewBackend): Promise<{ id: string }> {
  const address = checkAllowedAddress(input.address).toString().replace(/\/+$/, "");
  const exchangeAddress = input.exchangeAddress?.replace(/\/+$/, "") ?? null;
  if (exchangeAddress !== null) checkConfigured(exchangeAddress);
  const id = newId();
  await inTransaction(async (transaction) => {
    await transaction.backend.create({
      data: { id, name: input.name, address, exchangeAddress, tokenCiphertext: encryptSecret(input.token) },
    });
    await recordAudit(transaction, actor, {
      action: "backends.create",
      subject: "backend",
      subjectId: id,
      detail: { name: input.name, address, exchangeAddress },
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

/** Whether it answers is for the test of the connection to say: it may be away just now. */
function checkConfigured(exchangeAddress: string): void {
  try {
    openExchange(exchangeAddress);
  } catch (error) {
    if (error instanceof StoreFault) throw unprocessable(error.code);
    throw error;
  }
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
