-- CreateTable
CREATE TABLE "PredictionTally" (
    "roundId" UUID NOT NULL,
    "labellingRunId" UUID NOT NULL,
    "stratumId" UUID NOT NULL,
    "outcome" "LlmOutcome" NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "PredictionTally_pkey" PRIMARY KEY ("roundId","labellingRunId","stratumId","outcome")
);

-- AddForeignKey
ALTER TABLE "PredictionTally" ADD CONSTRAINT "PredictionTally_roundId_fkey" FOREIGN KEY ("roundId") REFERENCES "Round"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PredictionTally" ADD CONSTRAINT "PredictionTally_labellingRunId_fkey" FOREIGN KEY ("labellingRunId") REFERENCES "LabellingRun"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Labellings that were tallied before: what tally-labels.ts would have written.
INSERT INTO "PredictionTally" ("roundId", "labellingRunId", "stratumId", "outcome", "count")
SELECT tallied."roundId", tallied."labellingRunId", item."stratumId", label."outcome", count(*)
FROM "TalliedLabelling" tallied
JOIN "LlmLabel" label ON label."labellingRunId" = tallied."labellingRunId"
JOIN "RoundItem" item ON item."roundId" = tallied."roundId" AND item."itemId" = label."itemId"
GROUP BY tallied."roundId", tallied."labellingRunId", item."stratumId", label."outcome";
