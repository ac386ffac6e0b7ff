-- AlterTable
ALTER TABLE "Evaluation" ADD COLUMN     "examples" JSONB,
ADD COLUMN     "examplesDigest" TEXT,
ADD COLUMN     "templateVersion" INTEGER NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "QuestionSet" ADD COLUMN     "examples" INTEGER NOT NULL DEFAULT 0;
