-- AlterTable
ALTER TABLE "Round" ADD COLUMN     "deadline" DATE,
ADD COLUMN     "quota" INTEGER,
ADD COLUMN     "stopCheckedAt" TIMESTAMPTZ(3),
ADD COLUMN     "stopDocuments" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "stopHalfWidth" DOUBLE PRECISION,
ADD COLUMN     "stopLabellingRunId" UUID,
ADD COLUMN     "stopLower" DOUBLE PRECISION,
ADD COLUMN     "stopUpper" DOUBLE PRECISION,
ADD COLUMN     "stoppedAt" TIMESTAMPTZ(3);

-- AddForeignKey
ALTER TABLE "Round" ADD CONSTRAINT "Round_stopLabellingRunId_fkey" FOREIGN KEY ("stopLabellingRunId") REFERENCES "LabellingRun"("id") ON DELETE SET NULL ON UPDATE CASCADE;
