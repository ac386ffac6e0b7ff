import { type Database, database, type Prisma } from "@/lib/platform/database/client";

/** Who draws. Two workers never write one sample: the second's claim ends the first's. */
export type DrawingClaim = { sampleId: string; extending: boolean; startedAt: Date; heardAt: number };

/** Who has not been heard of for so long is dead. */
export const staleSeconds = 60;
export const heartbeatMs = 3_000;

export class ClaimLost extends Error {}

/** Null where the sample is drawn already, or somebody draws it now. */
export async function claimDrawing(sampleId: string): Promise<DrawingClaim | null> {
  const startedAt = new Date();
  const stale = new Date(startedAt.getTime() - staleSeconds * 1000);
  for (const state of ["drawing", "extending"] as const) {
    const claimed = await database().sample.updateMany({
      where: { id: sampleId, state, OR: [{ heartbeatAt: null }, { heartbeatAt: { lt: stale } }] },
      data: { startedAt, heartbeatAt: startedAt },
    });
    if (claimed.count === 1) {
      return { sampleId, extending: state === "extending", startedAt, heardAt: startedAt.getTime() };
    }
  }
  return null;
}

/** False where the claim has passed to another. */
export async function updateClaimed(
  transaction: Database,
  claim: DrawingClaim,
  data: Prisma.SampleUpdateManyMutationInput,
): Promise<boolean> {
  const { sampleId, startedAt } = claim;
  const state = claim.extending ? "extending" : "drawing";
  const updated = await transaction.sample.updateMany({ where: { id: sampleId, state, startedAt }, data });
  return updated.count === 1;
}

/** Says every few seconds that the work goes on. Throws ClaimLost. */
export async function keepClaim(claim: DrawingClaim): Promise<void> {
  if (Date.now() - claim.heardAt < heartbeatMs) return;
  claim.heardAt = Date.now();
  if (!(await updateClaimed(database(), claim, { heartbeatAt: new Date() }))) throw new ClaimLost();
}
