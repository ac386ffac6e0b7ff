-- AlterTable
ALTER TABLE "Attempt" ADD COLUMN     "stoppingAt" TIMESTAMPTZ(3),
ADD COLUMN     "waitingCode" TEXT,
ADD COLUMN     "waitingSince" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "nextAttemptAt" TIMESTAMPTZ(3),
ADD COLUMN     "progressAt" TIMESTAMPTZ(3),
ADD COLUMN     "progressSince" TIMESTAMPTZ(3),
ADD COLUMN     "progressSinceDone" DOUBLE PRECISION NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "WorkerProcess" (
    "id" UUID NOT NULL,
    "workerIds" TEXT[],
    "startedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "heartbeatAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "WorkerProcess_pkey" PRIMARY KEY ("id")
);
