import { recordAudit } from "@/lib/audit/record";
import type { Actor } from "@/lib/auth/actor";
import { database, inTransaction, Prisma } from "@/lib/platform/database/client";
import { environment } from "@/lib/platform/environment";
import { checkAllowedAddress } from "@/lib/platform/http/allowed-address";
import { conflict, notFound, unprocessable } from "@/lib/platform/problem";
import { encryptSecret } from "@/lib/platform/secrets/encryption";
import { askForLabel } from "./ask-endpoint";
import { connectEndpoint } from "./connect-endpoint";
import { defaultPrompts } from "./default-prompts";
import { EndpointBusy, EndpointRefused } from "./post-chat";
import { renderPrompt } from "./rules";
import { type EndpointSummary, type TokenPrice, tokenPriceSchema } from "./schema";

/** The model that the supervisor's endpoint serves. */
const localModel = "smollm2-135m-instruct";

/** Makes the row of the local endpoint once, where a supervisor can start it. */
export async function ensureLocalEndpoint(): Promise<void> {
  if (!environment().supervisor) return;
  await inTransaction(async (transaction) => {
    // Serialises two processes that start at the same moment.
    await transaction.$executeRaw`select pg_advisory_xact_lock(hashtext('local endpoint'))`;
    const existing = await transaction.llmEndpoint.findFirst({ where: { local: true, archivedAt: null } });
    if (existing) return;
    await transaction.llmEndpoint.create({
      data: { name: "SmolLM2-135M-Instruct", baseUrl: "", model: localModel, local: true },
    });
  });
}

export async function listEndpoints(): Promise<EndpointSummary[]> {
  const rows = await database().llmEndpoint.findMany({ where: { archivedAt: null }, orderBy: { createdAt: "asc" } });
  return rows.map(({ id, name, baseUrl, model, local, keyCiphertext, price }) => ({
    id,
    name,
    baseUrl,
    model,
    local,
    hasKey: keyCiphertext !== null,
    price: tokenPriceSchema.nullable().parse(price),
  }));
}

export async function createEndpoint(
  actor: Actor,
  input: { name: string; baseUrl: string; model: string; key: string },
): Promise<{ id: string }> {
  checkAllowedAddress(input.baseUrl);
  return inTransaction(async (transaction) => {
    const row = await transaction.llmEndpoint.create({
      data: {
        name: input.name,
        baseUrl: input.baseUrl.replace(/\/$/, ""),
        model: input.model,
        keyCiphertext: input.key ? encryptSecret(input.key) : null,
      },
    });
    await recordAudit(transaction, actor, {
      action: "endpoints.create",
      subject: "endpoint",
      subjectId: row.id,
      detail: { name: input.name, baseUrl: row.baseUrl, model: input.model },
    });
    return { id: row.id };
  });
}

/** What is under way keeps the price of its start. */
export async function changeEndpoint(actor: Actor, id: string, { price }: { price: TokenPrice | null }): Promise<void> {
  await inTransaction(async (transaction) => {
    const data = { price: price ?? Prisma.DbNull };
    const { count } = await transaction.llmEndpoint.updateMany({ where: { id, archivedAt: null }, data });
    if (count === 0) throw notFound();
    await recordAudit(transaction, actor, {
      action: "endpoints.change",
      subject: "endpoint",
      subjectId: id,
      detail: { price },
    });
  });
}

/** Runs that used it keep their reference; it can't be chosen any more. */
export async function archiveEndpoint(actor: Actor, endpointId: string): Promise<void> {
  await inTransaction(async (transaction) => {
    const row = await transaction.llmEndpoint.findFirst({ where: { id: endpointId, archivedAt: null } });
    if (!row) throw notFound();
    if (row.local) throw conflict("endpoint_is_local");
    await transaction.llmEndpoint.update({ where: { id: endpointId }, data: { archivedAt: new Date() } });
    await recordAudit(transaction, actor, { action: "endpoints.archive", subject: "endpoint", subjectId: endpointId });
  });
}

/** Asks for one label of a plain sentence. Throws `endpoint_*` problems that say what is wrong. */
export async function testEndpoint(endpointId: string): Promise<{ waiting: string | null; answer: string }> {
  const endpoint = await database().llmEndpoint.findFirst({ where: { id: endpointId, archivedAt: null } });
  if (!endpoint) throw notFound();
  const way = await connectEndpoint(endpoint);
  if ("waiting" in way) return { waiting: way.waiting, answer: "" };
  const message = renderPrompt(defaultPrompts.de, "Bluthochdruck wird mit Medikamenten behandelt.", 1000);
  try {
    const { rawAnswer } = await askForLabel(way.connection, message, {
      temperature: 0,
      maxTokens: 32,
      timeoutSeconds: 60,
    });
    return { waiting: null, answer: rawAnswer };
  } catch (error) {
    if (error instanceof EndpointRefused) throw unprocessable(`endpoint_${error.code}`, { detail: error.detail });
    if (error instanceof EndpointBusy) throw unprocessable("endpoint_unreachable", { detail: error.reason });
    throw error;
  }
}
