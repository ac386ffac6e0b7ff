-- AlterTable
ALTER TABLE "Attempt" ADD COLUMN     "transferHolder" UUID,
ADD COLUMN     "transferUntil" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "Backend" ADD COLUMN     "exchangeAddress" TEXT;
