-- AlterTable
ALTER TABLE "Adjudication" ADD COLUMN     "highlighted" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "Decision" ADD COLUMN     "highlighted" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "RepeatDecision" ADD COLUMN     "highlighted" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "Round" ADD COLUMN     "highlighted" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "Study" ADD COLUMN     "highlightWords" TEXT[] DEFAULT ARRAY[]::TEXT[];
