-- AlterTable
ALTER TABLE "CorpusImport" ADD COLUMN     "rejectedByCode" JSONB NOT NULL DEFAULT '{}';

-- AlterTable
ALTER TABLE "Sample" ADD COLUMN     "heartbeatAt" TIMESTAMPTZ(3),
ADD COLUMN     "startedAt" TIMESTAMPTZ(3);
