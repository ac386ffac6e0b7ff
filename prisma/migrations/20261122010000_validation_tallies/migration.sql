-- AlterTable
ALTER TABLE "RoundMember" ADD COLUMN     "activeMs" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "decided" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "queueFrom" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "TalliedLabelling" (
    "roundId" UUID NOT NULL,
    "labellingRunId" UUID NOT NULL,
    "labels" INTEGER NOT NULL,
    "talliedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "TalliedLabelling_pkey" PRIMARY KEY ("roundId","labellingRunId")
);

-- CreateTable
CREATE TABLE "AgreementTally" (
    "roundId" UUID NOT NULL,
    "pattern" TEXT NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "AgreementTally_pkey" PRIMARY KEY ("roundId","pattern")
);

-- AddForeignKey
ALTER TABLE "TalliedLabelling" ADD CONSTRAINT "TalliedLabelling_roundId_fkey" FOREIGN KEY ("roundId") REFERENCES "Round"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TalliedLabelling" ADD CONSTRAINT "TalliedLabelling_labellingRunId_fkey" FOREIGN KEY ("labellingRunId") REFERENCES "LabellingRun"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AgreementTally" ADD CONSTRAINT "AgreementTally_roundId_fkey" FOREIGN KEY ("roundId") REFERENCES "Round"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot say.

alter table "AgreementTally" add constraint "AgreementTally_count" check ("count" >= 0);
alter table "RoundMember" add constraint "RoundMember_decided" check ("decided" >= 0);
