-- CreateTable
CREATE TABLE "LateDecision" (
    "id" UUID NOT NULL,
    "roundId" UUID NOT NULL,
    "roundItemId" UUID NOT NULL,
    "repeatId" UUID,
    "personId" UUID NOT NULL,
    "label" "DecisionLabel",
    "flags" TEXT[],
    "note" TEXT NOT NULL DEFAULT '',
    "activeMs" INTEGER NOT NULL,
    "highlighted" BOOLEAN NOT NULL DEFAULT false,
    "idempotencyKey" TEXT NOT NULL,
    "decidedAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "LateDecision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "LateVote" (
    "id" UUID NOT NULL,
    "comparisonId" UUID NOT NULL,
    "pairId" UUID NOT NULL,
    "personId" UUID NOT NULL,
    "outcome" "VoteOutcome",
    "swapped" BOOLEAN NOT NULL,
    "reasons" TEXT[],
    "note" TEXT NOT NULL DEFAULT '',
    "recognised" BOOLEAN NOT NULL DEFAULT false,
    "activeMs" INTEGER NOT NULL,
    "idempotencyKey" TEXT NOT NULL,
    "decidedAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "LateVote_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "LateDecision_roundId_idx" ON "LateDecision"("roundId");

-- CreateIndex
CREATE INDEX "LateDecision_roundItemId_idx" ON "LateDecision"("roundItemId");

-- CreateIndex
CREATE UNIQUE INDEX "LateDecision_personId_idempotencyKey_key" ON "LateDecision"("personId", "idempotencyKey");

-- CreateIndex
CREATE INDEX "LateVote_comparisonId_idx" ON "LateVote"("comparisonId");

-- CreateIndex
CREATE UNIQUE INDEX "LateVote_personId_idempotencyKey_key" ON "LateVote"("personId", "idempotencyKey");

-- AddForeignKey
ALTER TABLE "LateDecision" ADD CONSTRAINT "LateDecision_roundId_fkey" FOREIGN KEY ("roundId") REFERENCES "Round"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LateDecision" ADD CONSTRAINT "LateDecision_roundItemId_fkey" FOREIGN KEY ("roundItemId") REFERENCES "RoundItem"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LateDecision" ADD CONSTRAINT "LateDecision_repeatId_fkey" FOREIGN KEY ("repeatId") REFERENCES "Repeat"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LateDecision" ADD CONSTRAINT "LateDecision_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LateVote" ADD CONSTRAINT "LateVote_comparisonId_fkey" FOREIGN KEY ("comparisonId") REFERENCES "Comparison"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LateVote" ADD CONSTRAINT "LateVote_pairId_fkey" FOREIGN KEY ("pairId") REFERENCES "Pair"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LateVote" ADD CONSTRAINT "LateVote_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema cannot say.

create trigger append_only before update or delete on "LateDecision" for each row execute function refuse_change();
create trigger append_only before update or delete on "LateVote" for each row execute function refuse_change();
