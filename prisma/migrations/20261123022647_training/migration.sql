-- AlterTable
ALTER TABLE "Round" ADD COLUMN     "trainingVersion" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "RoundMember" ADD COLUMN     "trainingVersion" INTEGER;

-- CreateTable
CREATE TABLE "TrainingItem" (
    "id" UUID NOT NULL,
    "roundId" UUID NOT NULL,
    "itemId" UUID,
    "text" TEXT,
    "label" "DecisionLabel" NOT NULL,
    "explanation" TEXT NOT NULL DEFAULT '',
    "position" INTEGER NOT NULL,
    "addedIn" INTEGER NOT NULL,
    "removedIn" INTEGER,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "TrainingItem_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TrainingAnswer" (
    "trainingItemId" UUID NOT NULL,
    "personId" UUID NOT NULL,
    "label" "DecisionLabel" NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "TrainingAnswer_pkey" PRIMARY KEY ("trainingItemId","personId")
);

-- CreateIndex
CREATE INDEX "TrainingItem_roundId_position_idx" ON "TrainingItem"("roundId", "position");

-- CreateIndex
CREATE INDEX "TrainingItem_itemId_idx" ON "TrainingItem"("itemId");

-- CreateIndex
CREATE INDEX "TrainingAnswer_personId_idx" ON "TrainingAnswer"("personId");

-- AddForeignKey
ALTER TABLE "TrainingItem" ADD CONSTRAINT "TrainingItem_roundId_fkey" FOREIGN KEY ("roundId") REFERENCES "Round"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TrainingItem" ADD CONSTRAINT "TrainingItem_itemId_fkey" FOREIGN KEY ("itemId") REFERENCES "Item"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TrainingAnswer" ADD CONSTRAINT "TrainingAnswer_trainingItemId_fkey" FOREIGN KEY ("trainingItemId") REFERENCES "TrainingItem"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TrainingAnswer" ADD CONSTRAINT "TrainingAnswer_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema cannot say.

create trigger append_only before update or delete on "TrainingAnswer" for each row execute function refuse_change();
alter table "TrainingItem" add constraint "TrainingItem_one_text" check (("itemId" is null) <> ("text" is null));
alter table "TrainingItem" add constraint "TrainingItem_label" check ("label" <> 'unsure');
