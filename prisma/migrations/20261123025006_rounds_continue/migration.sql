-- AlterTable
ALTER TABLE "Round" ADD COLUMN     "carried" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "continuesRoundId" UUID;

-- AddForeignKey
ALTER TABLE "Round" ADD CONSTRAINT "Round_continuesRoundId_fkey" FOREIGN KEY ("continuesRoundId") REFERENCES "Round"("id") ON DELETE SET NULL ON UPDATE CASCADE;
