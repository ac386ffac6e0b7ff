-- CreateEnum
CREATE TYPE "EndpointGenerationState" AS ENUM ('queued', 'running', 'paused', 'succeeded', 'cancelled');

-- DropForeignKey
ALTER TABLE "AnswerSet" DROP CONSTRAINT "AnswerSet_checkpointId_fkey";

-- AlterTable
ALTER TABLE "AnswerSet" ADD COLUMN     "endpointGenerationId" UUID,
ALTER COLUMN "checkpointId" DROP NOT NULL,
ALTER COLUMN "madeByRunId" DROP NOT NULL;

-- CreateTable
CREATE TABLE "EndpointGeneration" (
    "id" UUID NOT NULL,
    "studyId" UUID NOT NULL,
    "promptSetId" UUID NOT NULL,
    "endpointId" UUID NOT NULL,
    "model" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "parameters" JSONB NOT NULL,
    "seed" INTEGER NOT NULL,
    "state" "EndpointGenerationState" NOT NULL DEFAULT 'queued',
    "total" INTEGER NOT NULL,
    "done" INTEGER NOT NULL DEFAULT 0,
    "promptTokens" BIGINT NOT NULL DEFAULT 0,
    "completionTokens" BIGINT NOT NULL DEFAULT 0,
    "activeMs" BIGINT NOT NULL DEFAULT 0,
    "failureCode" TEXT,
    "failureDetail" TEXT,
    "startKey" TEXT,
    "createdById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "EndpointGeneration_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "EndpointAnswer" (
    "generationId" UUID NOT NULL,
    "promptId" UUID NOT NULL,
    "text" TEXT NOT NULL,
    "tokens" INTEGER NOT NULL,
    "promptTokens" INTEGER NOT NULL,
    "finish" TEXT NOT NULL,
    "seed" INTEGER NOT NULL,
    "requests" INTEGER NOT NULL,
    "latencyMs" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "EndpointAnswer_pkey" PRIMARY KEY ("generationId","promptId")
);

-- CreateIndex
CREATE UNIQUE INDEX "EndpointGeneration_studyId_startKey_key" ON "EndpointGeneration"("studyId", "startKey");

-- CreateIndex
CREATE UNIQUE INDEX "AnswerSet_endpointGenerationId_key" ON "AnswerSet"("endpointGenerationId");

-- AddForeignKey
ALTER TABLE "AnswerSet" ADD CONSTRAINT "AnswerSet_checkpointId_fkey" FOREIGN KEY ("checkpointId") REFERENCES "Checkpoint"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AnswerSet" ADD CONSTRAINT "AnswerSet_endpointGenerationId_fkey" FOREIGN KEY ("endpointGenerationId") REFERENCES "EndpointGeneration"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "EndpointGeneration" ADD CONSTRAINT "EndpointGeneration_studyId_fkey" FOREIGN KEY ("studyId") REFERENCES "Study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "EndpointGeneration" ADD CONSTRAINT "EndpointGeneration_promptSetId_fkey" FOREIGN KEY ("promptSetId") REFERENCES "PromptSet"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "EndpointGeneration" ADD CONSTRAINT "EndpointGeneration_endpointId_fkey" FOREIGN KEY ("endpointId") REFERENCES "LlmEndpoint"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "EndpointAnswer" ADD CONSTRAINT "EndpointAnswer_generationId_fkey" FOREIGN KEY ("generationId") REFERENCES "EndpointGeneration"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "EndpointAnswer" ADD CONSTRAINT "EndpointAnswer_promptId_fkey" FOREIGN KEY ("promptId") REFERENCES "Prompt"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- A set of answers was made by a run of a checkpoint, or by a model behind an endpoint.
ALTER TABLE "AnswerSet" ADD CONSTRAINT "AnswerSet_made_by_one" CHECK (
    ("endpointGenerationId" IS NULL AND "checkpointId" IS NOT NULL AND "madeByRunId" IS NOT NULL)
    OR ("endpointGenerationId" IS NOT NULL AND "checkpointId" IS NULL AND "madeByRunId" IS NULL)
);

create trigger append_only before update or delete on "EndpointAnswer" for each row execute function refuse_change();
