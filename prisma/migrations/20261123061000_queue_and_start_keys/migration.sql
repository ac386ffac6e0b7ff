-- CreateEnum
CREATE TYPE "RunPriority" AS ENUM ('low', 'normal', 'high');

-- AlterTable
ALTER TABLE "Backend" ADD COLUMN     "currency" TEXT NOT NULL DEFAULT 'EUR',
ADD COLUMN     "gpuHourPrice" DOUBLE PRECISION,
ADD COLUMN     "maxLiveRuns" INTEGER;

-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "priority" "RunPriority" NOT NULL DEFAULT 'normal',
ADD COLUMN     "startKey" UUID;

-- CreateIndex
CREATE UNIQUE INDEX "Run_studyId_startKey_key" ON "Run"("studyId", "startKey");
