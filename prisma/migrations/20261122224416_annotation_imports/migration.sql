-- AlterTable
ALTER TABLE "DrawItem" ALTER COLUMN "inclusionProbability" DROP NOT NULL;

-- AlterTable
ALTER TABLE "Person" ADD COLUMN     "external" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "AnnotationImport" (
    "id" UUID NOT NULL,
    "studyId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "fileName" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "mapping" JSONB NOT NULL,
    "state" "ImportState" NOT NULL DEFAULT 'queued',
    "corpusId" UUID NOT NULL,
    "sampleId" UUID NOT NULL,
    "roundId" UUID,
    "bytesTotal" BIGINT NOT NULL DEFAULT 0,
    "bytesRead" BIGINT NOT NULL DEFAULT 0,
    "documents" INTEGER NOT NULL DEFAULT 0,
    "decisions" INTEGER NOT NULL DEFAULT 0,
    "people" INTEGER NOT NULL DEFAULT 0,
    "rejected" INTEGER NOT NULL DEFAULT 0,
    "rejectedByCode" JSONB NOT NULL DEFAULT '{}',
    "rejectedLines" JSONB NOT NULL DEFAULT '[]',
    "failureCode" TEXT,
    "startedAt" TIMESTAMPTZ(3),
    "heartbeatAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),
    "createdById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AnnotationImport_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "AnnotationImport_roundId_key" ON "AnnotationImport"("roundId");

-- CreateIndex
CREATE INDEX "AnnotationImport_studyId_createdAt_idx" ON "AnnotationImport"("studyId", "createdAt");

-- CreateIndex
CREATE INDEX "AnnotationImport_state_idx" ON "AnnotationImport"("state");

-- AddForeignKey
ALTER TABLE "AnnotationImport" ADD CONSTRAINT "AnnotationImport_studyId_fkey" FOREIGN KEY ("studyId") REFERENCES "Study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AnnotationImport" ADD CONSTRAINT "AnnotationImport_roundId_fkey" FOREIGN KEY ("roundId") REFERENCES "Round"("id") ON DELETE SET NULL ON UPDATE CASCADE;
