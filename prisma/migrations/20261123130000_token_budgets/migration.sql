-- AlterTable
ALTER TABLE "Answer" ALTER COLUMN "tokens" DROP NOT NULL;

-- AlterTable
ALTER TABLE "EndpointAnswer" ALTER COLUMN "tokens" DROP NOT NULL,
ALTER COLUMN "promptTokens" DROP NOT NULL;

-- AlterTable
ALTER TABLE "EndpointGeneration" ADD COLUMN     "price" JSONB,
ADD COLUMN     "tokenBudget" BIGINT,
ADD COLUMN     "uncounted" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "LabellingRun" ADD COLUMN     "price" JSONB,
ADD COLUMN     "tokenBudget" BIGINT,
ADD COLUMN     "uncounted" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "LlmEndpoint" ADD COLUMN     "price" JSONB;

-- AlterTable
ALTER TABLE "LlmLabel" ALTER COLUMN "promptTokens" DROP NOT NULL,
ALTER COLUMN "promptTokens" DROP DEFAULT,
ALTER COLUMN "completionTokens" DROP NOT NULL,
ALTER COLUMN "completionTokens" DROP DEFAULT;
