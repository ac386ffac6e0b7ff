-- AlterEnum
ALTER TYPE "SampleState" ADD VALUE 'extending';

-- AlterTable
ALTER TABLE "Draw" ADD COLUMN     "extendsDrawId" UUID,
ADD COLUMN     "parentDrawId" UUID,
ADD COLUMN     "pending" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "Stratum" ADD COLUMN     "phaseOneStratumId" UUID;

-- CreateIndex
CREATE INDEX "Draw_parentDrawId_idx" ON "Draw"("parentDrawId");

-- CreateIndex
CREATE INDEX "Draw_extendsDrawId_idx" ON "Draw"("extendsDrawId");

-- CreateIndex
CREATE INDEX "Stratum_phaseOneStratumId_idx" ON "Stratum"("phaseOneStratumId");

-- AddForeignKey
ALTER TABLE "Draw" ADD CONSTRAINT "Draw_parentDrawId_fkey" FOREIGN KEY ("parentDrawId") REFERENCES "Draw"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Draw" ADD CONSTRAINT "Draw_extendsDrawId_fkey" FOREIGN KEY ("extendsDrawId") REFERENCES "Draw"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Stratum" ADD CONSTRAINT "Stratum_phaseOneStratumId_fkey" FOREIGN KEY ("phaseOneStratumId") REFERENCES "Stratum"("id") ON DELETE SET NULL ON UPDATE CASCADE;
