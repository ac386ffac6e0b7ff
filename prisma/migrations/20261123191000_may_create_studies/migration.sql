-- AlterTable
ALTER TABLE "Person" ADD COLUMN     "mayCreateStudies" BOOLEAN NOT NULL DEFAULT false;

-- Whoever could so far goes on.

update "Person" set "mayCreateStudies" = true where not "simulated" and not "external";
