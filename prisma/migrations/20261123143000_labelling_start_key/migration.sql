-- AlterTable
ALTER TABLE "LabellingRun" ADD COLUMN     "startKey" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "LabellingRun_studyId_startKey_key" ON "LabellingRun"("studyId", "startKey");
