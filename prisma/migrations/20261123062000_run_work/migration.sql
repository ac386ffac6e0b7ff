-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "work" DOUBLE PRECISION,
ADD COLUMN     "workGpus" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "workUnit" TEXT;

-- CreateIndex
CREATE INDEX "Run_backendId_kind_finishedAt_idx" ON "Run"("backendId", "kind", "finishedAt");
