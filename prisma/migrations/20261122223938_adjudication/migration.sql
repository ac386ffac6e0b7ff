-- AlterTable
ALTER TABLE "RoundItem" ADD COLUMN     "adjudicationLapsesAt" TIMESTAMPTZ(3),
ADD COLUMN     "adjudicationSkippedAt" TIMESTAMPTZ(3),
ADD COLUMN     "adjudicatorId" UUID,
ADD COLUMN     "agreed" "DecisionLabel",
ADD COLUMN     "contested" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "settled" "DecisionLabel";

-- CreateTable
CREATE TABLE "Adjudication" (
    "id" UUID NOT NULL,
    "roundId" UUID NOT NULL,
    "roundItemId" UUID NOT NULL,
    "personId" UUID NOT NULL,
    "label" "DecisionLabel",
    "note" TEXT NOT NULL DEFAULT '',
    "activeMs" INTEGER NOT NULL,
    "idempotencyKey" TEXT NOT NULL,
    "correctsId" UUID,
    "surplus" BOOLEAN NOT NULL DEFAULT false,
    "decidedAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Adjudication_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Adjudication_correctsId_key" ON "Adjudication"("correctsId");

-- CreateIndex
CREATE INDEX "Adjudication_roundItemId_personId_idx" ON "Adjudication"("roundItemId", "personId");

-- CreateIndex
CREATE UNIQUE INDEX "Adjudication_personId_idempotencyKey_key" ON "Adjudication"("personId", "idempotencyKey");

-- AddForeignKey
ALTER TABLE "Adjudication" ADD CONSTRAINT "Adjudication_roundId_fkey" FOREIGN KEY ("roundId") REFERENCES "Round"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Adjudication" ADD CONSTRAINT "Adjudication_roundItemId_fkey" FOREIGN KEY ("roundItemId") REFERENCES "RoundItem"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Adjudication" ADD CONSTRAINT "Adjudication_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Adjudication" ADD CONSTRAINT "Adjudication_correctsId_fkey" FOREIGN KEY ("correctsId") REFERENCES "Adjudication"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What Prisma's schema cannot say.

update "RoundItem" set "agreed" = "gold", "contested" = "decided" > 0 and ("gold" is null or "flagged");

-- What waits for adjudication, in the order of the queue.
create index "RoundItem_contested" on "RoundItem" ("roundId", "position") where "contested" and "settled" is null;
-- What adjudication has settled.
create index "RoundItem_settled" on "RoundItem" ("roundId") where "settled" is not null;
