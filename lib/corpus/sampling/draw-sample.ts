import { z } from "zod";
import { defineJob } from "@/lib/jobs/define";
import { enqueue } from "@/lib/jobs/enqueue";
import { database, inTransaction } from "@/lib/platform/database/client";
import { log } from "@/lib/platform/log";
import { isDatabaseAway } from "../database-away";
import { convenienceDesignSchema, type SampleDesign, sampleDesignSchema } from "../schema";
import { ClaimLost, claimDrawing, type DrawingClaim, heartbeatMs, keepClaim, updateClaimed } from "./drawing-claim";
import { planStrata } from "./strata";
import { writeItems } from "./write-items";

/**
 * Draws a sample, or more of it: from each stratum the documents with the smallest permanent random numbers. Items are
 * written in parts, so that progress shows; a worker that dies on the way starts over, which gives the same sample.
 */
export const drawSampleJob = defineJob({
  name: "samples.draw",
  payload: z.object({ sampleId: z.uuid() }),
  async run({ sampleId }, { signal }) {
    const claim = await claimDrawing(sampleId);
    if (!claim) return;
    // Counting and choosing may take longer than a claim lives; whether it was lost, the next batch tells.
    const heartbeat = setInterval(() => void keepClaim(claim).catch(() => {}), heartbeatMs);
    try {
      await draw(claim, signal);
    } catch (error) {
      if (error instanceof ClaimLost) return;
      if (signal.aborted) return giveBack(claim);
      // The job is tried again when the claim has gone stale.
      if (isDatabaseAway(error)) throw error;
      log().error({ sampleId, error: error instanceof Error ? error.stack : error }, "drawing failed");
      await fail(claim, { failureCode: "drawing_failed", failureDetail: String(error).slice(0, 500) });
    } finally {
      clearInterval(heartbeat);
    }
  },
});

async function draw(claim: DrawingClaim, signal: AbortSignal): Promise<void> {
  const sample = await database().sample.findUniqueOrThrow({
    where: { id: claim.sampleId },
    include: {
      corpus: true,
      draws: { where: drawingOf(claim), include: { extendsDraw: { include: { strata: true } } } },
    },
  });
  const [drawn] = sample.draws;
  if (!drawn) throw new Error(`sample ${sample.id} has no draw`);
  await forgetItems(sample.id, drawn.id);
  const { convenience, design } = designOf(drawn.design);
  const { address } = sample.corpus;
  const earlier = new Map(drawn.extendsDraw?.strata.map(({ key, sampleSize }) => [key, sampleSize]));
  const strata = await planStrata(address, design, signal, earlier);
  const target = { sampleId: sample.id, seed: sample.seed, drawId: drawn.id, address, convenience };
  const size = await writeItems(target, design, strata, claim, signal);
  await inTransaction(async (transaction) => {
    if (!(await updateClaimed(transaction, claim, { state: "ready", failureCode: null, failureDetail: null }))) {
      throw new ClaimLost();
    }
    await transaction.draw.update({ where: { id: drawn.id }, data: { size, pending: false } });
  });
}

/** A convenience sample takes all documents of its corpus; how likely each was to come into it nobody knows. */
function designOf(stored: unknown): { convenience: boolean; design: SampleDesign } {
  const given = convenienceDesignSchema.safeParse(stored);
  if (given.success) return { convenience: true, design: { kind: "simple", size: given.data.size } };
  return { convenience: false, design: sampleDesignSchema.parse(stored) };
}

/** The draw that is being drawn: a new sample's first one, or its extension. */
const drawingOf = ({ extending }: DrawingClaim) => (extending ? { pending: true } : { number: 1 });

type Failure = { failureCode: string; failureDetail: string };

/** What was drawn before stays as it was when an extension fails. */
async function fail(claim: DrawingClaim, failure: Failure): Promise<void> {
  if (!claim.extending) {
    await updateClaimed(database(), claim, { state: "failed", ...failure });
    return;
  }
  const { sampleId } = claim;
  const pending = await database().draw.findFirst({ where: { sampleId, pending: true }, select: { id: true } });
  if (pending) await forgetItems(sampleId, pending.id);
  await inTransaction(async (transaction) => {
    if (!(await updateClaimed(transaction, claim, { state: "ready", ...failure }))) return;
    await transaction.draw.deleteMany({ where: { sampleId, pending: true } });
  });
}

/** The worker stops: the next one, or the next start, draws. */
async function giveBack(claim: DrawingClaim): Promise<void> {
  await inTransaction(async (transaction) => {
    const kept = await updateClaimed(transaction, claim, { startedAt: null, heartbeatAt: null });
    const { sampleId } = claim;
    if (kept) await enqueue(transaction, drawSampleJob, { sampleId }, { key: `sample:${sampleId}` });
  });
}

/** What an earlier try of the same drawing left; items that other draws have stay. */
async function forgetItems(sampleId: string, drawId: string): Promise<void> {
  await database().drawItem.deleteMany({ where: { drawId } });
  await database().stratum.deleteMany({ where: { drawId } });
  await database().$executeRaw`
    delete from "Item" item where item."sampleId" = ${sampleId}::uuid
      and not exists (select 1 from "DrawItem" drawn where drawn."itemId" = item."id")`;
}
