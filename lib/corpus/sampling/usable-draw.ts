import type { Prisma } from "@/lib/platform/database/client";

/** Draws of a study whose items are all there; a sample that is being extended keeps its earlier ones. */
export const usableDraw = (studyId: string) =>
  ({ pending: false, sample: { studyId, state: { in: ["ready", "extending"] } } }) satisfies Prisma.DrawWhereInput;
