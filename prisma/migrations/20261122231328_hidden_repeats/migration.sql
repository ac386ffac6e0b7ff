-- AlterTable
ALTER TABLE "Round" ADD COLUMN     "repeatShare" DOUBLE PRECISION NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "RoundMember" ADD COLUMN     "repeated" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "Repeat" (
    "id" UUID NOT NULL,
    "roundId" UUID NOT NULL,
    "roundItemId" UUID NOT NULL,
    "personId" UUID NOT NULL,
    "dueAt" INTEGER NOT NULL,
    "dueAtLast" INTEGER NOT NULL,
    "label" "DecisionLabel",

    CONSTRAINT "Repeat_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RepeatDecision" (
    "id" UUID NOT NULL,
    "repeatId" UUID NOT NULL,
    "personId" UUID NOT NULL,
    "label" "DecisionLabel",
    "flags" TEXT[],
    "note" TEXT NOT NULL DEFAULT '',
    "activeMs" INTEGER NOT NULL,
    "idempotencyKey" TEXT NOT NULL,
    "correctsId" UUID,
    "decidedAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RepeatDecision_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Repeat_roundId_personId_dueAt_idx" ON "Repeat"("roundId", "personId", "dueAt");

-- CreateIndex
CREATE UNIQUE INDEX "Repeat_roundItemId_personId_key" ON "Repeat"("roundItemId", "personId");

-- CreateIndex
CREATE UNIQUE INDEX "RepeatDecision_correctsId_key" ON "RepeatDecision"("correctsId");

-- CreateIndex
CREATE INDEX "RepeatDecision_repeatId_idx" ON "RepeatDecision"("repeatId");

-- CreateIndex
CREATE UNIQUE INDEX "RepeatDecision_personId_idempotencyKey_key" ON "RepeatDecision"("personId", "idempotencyKey");

-- AddForeignKey
ALTER TABLE "Repeat" ADD CONSTRAINT "Repeat_roundId_fkey" FOREIGN KEY ("roundId") REFERENCES "Round"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Repeat" ADD CONSTRAINT "Repeat_roundItemId_fkey" FOREIGN KEY ("roundItemId") REFERENCES "RoundItem"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Repeat" ADD CONSTRAINT "Repeat_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RepeatDecision" ADD CONSTRAINT "RepeatDecision_repeatId_fkey" FOREIGN KEY ("repeatId") REFERENCES "Repeat"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RepeatDecision" ADD CONSTRAINT "RepeatDecision_correctsId_fkey" FOREIGN KEY ("correctsId") REFERENCES "RepeatDecision"("id") ON DELETE SET NULL ON UPDATE CASCADE;
