-- AlterTable
ALTER TABLE "Study" ADD COLUMN     "showPace" BOOLEAN NOT NULL DEFAULT false;
