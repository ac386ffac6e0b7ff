-- A correction moves the tallies but not the number of votes, so that this number does not tell which tallies a leaderboard
-- was computed from. Those that are stored may be of tallies that were corrected since: they are computed again.
DELETE FROM "Leaderboard";

DROP INDEX "Leaderboard_comparisonId_votesCast_bothBadAsTie_key";

ALTER TABLE "Leaderboard" ADD COLUMN "revision" INTEGER NOT NULL;

ALTER TABLE "Comparison" ADD COLUMN "revision" INTEGER NOT NULL DEFAULT 0;

CREATE UNIQUE INDEX "Leaderboard_comparisonId_revision_bothBadAsTie_key" ON "Leaderboard"("comparisonId", "revision", "bothBadAsTie");
