-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "Locale" AS ENUM ('de', 'en');

-- CreateEnum
CREATE TYPE "Theme" AS ENUM ('system', 'light', 'dark');

-- CreateEnum
CREATE TYPE "LabelSource" AS ENUM ('people', 'llm');

-- CreateEnum
CREATE TYPE "DocumentRole" AS ENUM ('train', 'tune', 'test');

-- CreateEnum
CREATE TYPE "RunState" AS ENUM ('queued', 'running', 'succeeded', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "AttemptState" AS ENUM ('created', 'submitting', 'pending', 'running', 'stopping', 'succeeded', 'failed', 'cancelled', 'lost');

-- CreateEnum
CREATE TYPE "CorpusState" AS ENUM ('importing', 'ready', 'failed');

-- CreateEnum
CREATE TYPE "ImportState" AS ENUM ('queued', 'running', 'succeeded', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "SampleState" AS ENUM ('drawing', 'ready', 'failed');

-- CreateEnum
CREATE TYPE "ComparisonState" AS ENUM ('draft', 'open', 'closed');

-- CreateEnum
CREATE TYPE "VoteOutcome" AS ENUM ('first', 'second', 'tie', 'both_bad', 'cannot_judge');

-- CreateEnum
CREATE TYPE "LabellingState" AS ENUM ('queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "LlmOutcome" AS ENUM ('medical', 'non_medical', 'unusable');

-- CreateEnum
CREATE TYPE "CheckpointKind" AS ENUM ('base', 'pretrained', 'merged');

-- CreateEnum
CREATE TYPE "Role" AS ENUM ('clinician', 'adjudicator', 'researcher', 'owner');

-- CreateEnum
CREATE TYPE "RoundState" AS ENUM ('draft', 'open', 'closed');

-- CreateEnum
CREATE TYPE "DecisionLabel" AS ENUM ('medical', 'non_medical', 'unsure');

-- CreateEnum
CREATE TYPE "ClaimState" AS ENUM ('open', 'decided', 'lapsed', 'released');

-- CreateTable
CREATE TABLE "AuditEntry" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "personId" UUID,
    "tokenId" UUID,
    "studyId" UUID,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "subjectId" TEXT NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "AuditEntry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Person" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "passwordHash" TEXT,
    "locale" "Locale" NOT NULL DEFAULT 'de',
    "theme" "Theme" NOT NULL DEFAULT 'system',
    "administrator" BOOLEAN NOT NULL DEFAULT false,
    "simulated" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deactivatedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ExternalIdentity" (
    "provider" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "personId" UUID NOT NULL,

    CONSTRAINT "ExternalIdentity_pkey" PRIMARY KEY ("provider","subject")
);

-- CreateTable
CREATE TABLE "Session" (
    "id" UUID NOT NULL,
    "personId" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "revokedAt" TIMESTAMPTZ(3),
    "userAgent" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "Session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ApiToken" (
    "id" UUID NOT NULL,
    "personId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "scopes" TEXT[],
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "lastUsedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "ApiToken_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RateLimit" (
    "key" VARCHAR(255) NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" TIMESTAMP(3),

    CONSTRAINT "RateLimit_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "LabelSet" (
    "id" UUID NOT NULL,
    "studyId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "source" "LabelSource" NOT NULL,
    "roundId" UUID,
    "labellingRunId" UUID,
    "seed" INTEGER NOT NULL,
    "tuneShare" DOUBLE PRECISION NOT NULL,
    "testShare" DOUBLE PRECISION NOT NULL,
    "address" TEXT NOT NULL,
    "digest" TEXT,
    "documents" INTEGER NOT NULL DEFAULT 0,
    "createdById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "LabelSet_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "LabelSetItem" (
    "labelSetId" UUID NOT NULL,
    "itemId" UUID NOT NULL,
    "role" "DocumentRole" NOT NULL,
    "medical" BOOLEAN NOT NULL,
    "byPeople" BOOLEAN NOT NULL,
    "weight" DOUBLE PRECISION NOT NULL,
    "stratumId" UUID NOT NULL,

    CONSTRAINT "LabelSetItem_pkey" PRIMARY KEY ("labelSetId","itemId")
);

-- CreateTable
CREATE TABLE "Classifier" (
    "id" UUID NOT NULL,
    "studyId" UUID NOT NULL,
    "labelSetId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "madeByRunId" UUID NOT NULL,
    "modelAddress" TEXT NOT NULL,
    "modelDigest" TEXT NOT NULL,
    "onnxAddress" TEXT NOT NULL,
    "onnxDigest" TEXT NOT NULL,
    "threshold" DOUBLE PRECISION NOT NULL,
    "thresholdReason" TEXT NOT NULL DEFAULT '',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Classifier_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ClassifierScore" (
    "classifierId" UUID NOT NULL,
    "itemId" UUID NOT NULL,
    "role" "DocumentRole" NOT NULL,
    "score" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "ClassifierScore_pkey" PRIMARY KEY ("classifierId","itemId")
);

-- CreateTable
CREATE TABLE "Backend" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "tokenCiphertext" TEXT,
    "local" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archivedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Backend_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Run" (
    "id" UUID NOT NULL,
    "studyId" UUID NOT NULL,
    "backendId" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "state" "RunState" NOT NULL DEFAULT 'queued',
    "spec" JSONB NOT NULL,
    "specHash" TEXT NOT NULL,
    "seed" INTEGER NOT NULL,
    "maxAttempts" INTEGER NOT NULL DEFAULT 3,
    "currentAttempt" INTEGER NOT NULL DEFAULT 0,
    "cancelRequestedAt" TIMESTAMPTZ(3),
    "progressDone" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "progressTotal" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "progressUnit" TEXT NOT NULL DEFAULT '',
    "progressPhase" TEXT NOT NULL DEFAULT '',
    "summary" JSONB NOT NULL DEFAULT '{}',
    "failureCode" TEXT,
    "failureDetail" TEXT,
    "createdById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Attempt" (
    "id" UUID NOT NULL,
    "runId" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "state" "AttemptState" NOT NULL DEFAULT 'created',
    "submissionId" TEXT NOT NULL,
    "resumeAddress" TEXT,
    "resumeStep" INTEGER,
    "checkpointAddress" TEXT,
    "checkpointStep" INTEGER,
    "eventsIngested" INTEGER NOT NULL DEFAULT 0,
    "failureCode" TEXT,
    "failureDetail" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "submittedAt" TIMESTAMPTZ(3),
    "startedAt" TIMESTAMPTZ(3),
    "heartbeatAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Attempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RunEdge" (
    "runId" UUID NOT NULL,
    "direction" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "targetId" UUID NOT NULL,
    "role" TEXT NOT NULL,

    CONSTRAINT "RunEdge_pkey" PRIMARY KEY ("runId","direction","kind","targetId","role")
);

-- CreateTable
CREATE TABLE "Metric" (
    "runId" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "step" INTEGER NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,
    "time" TIMESTAMPTZ(3) NOT NULL,
    "superseded" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "Metric_pkey" PRIMARY KEY ("runId","name","attempt","step")
);

-- CreateTable
CREATE TABLE "RunLog" (
    "runId" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "file" INTEGER NOT NULL,
    "line" INTEGER NOT NULL,
    "level" TEXT NOT NULL,
    "code" TEXT,
    "message" TEXT NOT NULL,
    "time" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "RunLog_pkey" PRIMARY KEY ("runId","attempt","file","line")
);

-- CreateTable
CREATE TABLE "Artifact" (
    "runId" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,

    CONSTRAINT "Artifact_pkey" PRIMARY KEY ("runId","name")
);

-- CreateTable
CREATE TABLE "Corpus" (
    "id" UUID NOT NULL,
    "studyId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "state" "CorpusState" NOT NULL DEFAULT 'importing',
    "address" TEXT NOT NULL,
    "digest" TEXT,
    "documents" INTEGER NOT NULL DEFAULT 0,
    "characters" BIGINT NOT NULL DEFAULT 0,
    "bytes" BIGINT NOT NULL DEFAULT 0,
    "lengthHistogram" JSONB NOT NULL DEFAULT '[]',
    "sources" JSONB NOT NULL DEFAULT '[]',
    "languages" JSONB NOT NULL DEFAULT '[]',
    "duplicateTexts" INTEGER NOT NULL DEFAULT 0,
    "madeByRunId" UUID,
    "createdById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Corpus_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CorpusImport" (
    "id" UUID NOT NULL,
    "corpusId" UUID NOT NULL,
    "state" "ImportState" NOT NULL DEFAULT 'queued',
    "fileName" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "columns" JSONB NOT NULL DEFAULT '{}',
    "bytesTotal" BIGINT NOT NULL DEFAULT 0,
    "bytesRead" BIGINT NOT NULL DEFAULT 0,
    "documents" INTEGER NOT NULL DEFAULT 0,
    "rejected" INTEGER NOT NULL DEFAULT 0,
    "failureCode" TEXT,
    "failureDetail" TEXT,
    "startedAt" TIMESTAMPTZ(3),
    "heartbeatAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CorpusImport_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RejectedLine" (
    "importId" UUID NOT NULL,
    "line" BIGINT NOT NULL,
    "code" TEXT NOT NULL,
    "excerpt" TEXT NOT NULL,

    CONSTRAINT "RejectedLine_pkey" PRIMARY KEY ("importId","line")
);

-- CreateTable
CREATE TABLE "Sample" (
    "id" UUID NOT NULL,
    "studyId" UUID NOT NULL,
    "corpusId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "state" "SampleState" NOT NULL DEFAULT 'drawing',
    "seed" INTEGER NOT NULL,
    "failureCode" TEXT,
    "failureDetail" TEXT,
    "createdById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Sample_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Draw" (
    "id" UUID NOT NULL,
    "sampleId" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "design" JSONB NOT NULL,
    "size" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Draw_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Stratum" (
    "id" UUID NOT NULL,
    "drawId" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "populationSize" INTEGER NOT NULL,
    "sampleSize" INTEGER NOT NULL,

    CONSTRAINT "Stratum_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Item" (
    "id" UUID NOT NULL,
    "sampleId" UUID NOT NULL,
    "documentId" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "textHash" TEXT NOT NULL,
    "characters" INTEGER NOT NULL,
    "source" TEXT,
    "url" TEXT,
    "language" TEXT,
    "originFile" TEXT NOT NULL,
    "originRow" BIGINT NOT NULL,
    "permanentRandom" DOUBLE PRECISION NOT NULL,
    "duplicateGroup" TEXT NOT NULL,
    "attributes" JSONB NOT NULL DEFAULT '{}',
    "erasedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Item_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DrawItem" (
    "drawId" UUID NOT NULL,
    "itemId" UUID NOT NULL,
    "stratumId" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "inclusionProbability" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "DrawItem_pkey" PRIMARY KEY ("drawId","itemId")
);

-- CreateTable
CREATE TABLE "PromptSet" (
    "id" UUID NOT NULL,
    "studyId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "createdById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "PromptSet_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Prompt" (
    "id" UUID NOT NULL,
    "promptSetId" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "Prompt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AnswerSet" (
    "id" UUID NOT NULL,
    "studyId" UUID NOT NULL,
    "promptSetId" UUID NOT NULL,
    "checkpointId" UUID NOT NULL,
    "madeByRunId" UUID NOT NULL,
    "address" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "analysedByRunId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AnswerSet_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Answer" (
    "id" UUID NOT NULL,
    "answerSetId" UUID NOT NULL,
    "promptId" UUID NOT NULL,
    "text" TEXT NOT NULL,
    "tokens" INTEGER NOT NULL,
    "finish" TEXT NOT NULL,
    "characters" INTEGER,
    "words" INTEGER,
    "mixed" BOOLEAN,
    "germanShare" DOUBLE PRECISION,
    "englishShare" DOUBLE PRECISION,
    "englishSpans" JSONB,
    "repetition" DOUBLE PRECISION,

    CONSTRAINT "Answer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Comparison" (
    "id" UUID NOT NULL,
    "studyId" UUID NOT NULL,
    "promptSetId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "state" "ComparisonState" NOT NULL DEFAULT 'draft',
    "votesPerPair" INTEGER NOT NULL,
    "seed" INTEGER NOT NULL,
    "assignmentHash" TEXT,
    "salt" TEXT,
    "pairs" INTEGER NOT NULL DEFAULT 0,
    "wanted" INTEGER NOT NULL DEFAULT 0,
    "votesCast" INTEGER NOT NULL DEFAULT 0,
    "createdById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "openedAt" TIMESTAMPTZ(3),
    "closedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Comparison_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ComparisonEntry" (
    "comparisonId" UUID NOT NULL,
    "answerSetId" UUID NOT NULL,

    CONSTRAINT "ComparisonEntry_pkey" PRIMARY KEY ("comparisonId","answerSetId")
);

-- CreateTable
CREATE TABLE "ComparisonMember" (
    "comparisonId" UUID NOT NULL,
    "personId" UUID NOT NULL,
    "addedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ComparisonMember_pkey" PRIMARY KEY ("comparisonId","personId")
);

-- CreateTable
CREATE TABLE "Pair" (
    "id" UUID NOT NULL,
    "comparisonId" UUID NOT NULL,
    "promptId" UUID NOT NULL,
    "firstAnswerId" UUID NOT NULL,
    "secondAnswerId" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "wanted" INTEGER NOT NULL,
    "decided" INTEGER NOT NULL DEFAULT 0,
    "claimed" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Pair_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PairClaim" (
    "id" UUID NOT NULL,
    "pairId" UUID NOT NULL,
    "comparisonId" UUID NOT NULL,
    "personId" UUID NOT NULL,
    "state" "ClaimState" NOT NULL DEFAULT 'open',
    "claimedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lapsesAt" TIMESTAMPTZ(3) NOT NULL,
    "swapped" BOOLEAN NOT NULL,

    CONSTRAINT "PairClaim_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Vote" (
    "id" UUID NOT NULL,
    "comparisonId" UUID NOT NULL,
    "pairId" UUID NOT NULL,
    "personId" UUID NOT NULL,
    "outcome" "VoteOutcome",
    "swapped" BOOLEAN NOT NULL,
    "reasons" TEXT[],
    "note" TEXT NOT NULL DEFAULT '',
    "recognised" BOOLEAN NOT NULL DEFAULT false,
    "activeMs" INTEGER NOT NULL,
    "idempotencyKey" TEXT NOT NULL,
    "correctsId" UUID,
    "surplus" BOOLEAN NOT NULL DEFAULT false,
    "decidedAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Vote_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "VoteTally" (
    "comparisonId" UUID NOT NULL,
    "firstAnswerSetId" UUID NOT NULL,
    "secondAnswerSetId" UUID NOT NULL,
    "personId" UUID NOT NULL,
    "promptId" UUID NOT NULL,
    "firstWins" INTEGER NOT NULL DEFAULT 0,
    "secondWins" INTEGER NOT NULL DEFAULT 0,
    "ties" INTEGER NOT NULL DEFAULT 0,
    "bothBad" INTEGER NOT NULL DEFAULT 0,
    "cannotJudge" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "VoteTally_pkey" PRIMARY KEY ("comparisonId","firstAnswerSetId","secondAnswerSetId","personId","promptId")
);

-- CreateTable
CREATE TABLE "Leaderboard" (
    "id" UUID NOT NULL,
    "comparisonId" UUID NOT NULL,
    "votesCast" INTEGER NOT NULL,
    "bothBadAsTie" BOOLEAN NOT NULL,
    "result" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Leaderboard_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "LlmEndpoint" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "baseUrl" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "keyCiphertext" TEXT,
    "local" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archivedAt" TIMESTAMPTZ(3),

    CONSTRAINT "LlmEndpoint_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "LabellingPrompt" (
    "id" UUID NOT NULL,
    "studyId" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "language" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "note" TEXT NOT NULL DEFAULT '',
    "createdById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "LabellingPrompt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "LabellingRun" (
    "id" UUID NOT NULL,
    "studyId" UUID NOT NULL,
    "drawId" UUID NOT NULL,
    "endpointId" UUID NOT NULL,
    "promptId" UUID NOT NULL,
    "model" TEXT NOT NULL,
    "parameters" JSONB NOT NULL,
    "state" "LabellingState" NOT NULL DEFAULT 'queued',
    "total" INTEGER NOT NULL,
    "medical" INTEGER NOT NULL DEFAULT 0,
    "nonMedical" INTEGER NOT NULL DEFAULT 0,
    "unusable" INTEGER NOT NULL DEFAULT 0,
    "promptTokens" BIGINT NOT NULL DEFAULT 0,
    "completionTokens" BIGINT NOT NULL DEFAULT 0,
    "activeMs" BIGINT NOT NULL DEFAULT 0,
    "failureCode" TEXT,
    "failureDetail" TEXT,
    "createdById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "LabellingRun_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "LlmLabel" (
    "labellingRunId" UUID NOT NULL,
    "itemId" UUID NOT NULL,
    "outcome" "LlmOutcome" NOT NULL,
    "probability" DOUBLE PRECISION,
    "rawAnswer" TEXT NOT NULL,
    "requests" INTEGER NOT NULL DEFAULT 1,
    "latencyMs" INTEGER NOT NULL,
    "promptTokens" INTEGER NOT NULL DEFAULT 0,
    "completionTokens" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "LlmLabel_pkey" PRIMARY KEY ("labellingRunId","itemId")
);

-- CreateTable
CREATE TABLE "Checkpoint" (
    "id" UUID NOT NULL,
    "studyId" UUID,
    "kind" "CheckpointKind" NOT NULL,
    "name" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "digest" TEXT,
    "description" TEXT NOT NULL DEFAULT '',
    "madeByRunId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archivedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Checkpoint_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CheckpointParent" (
    "childId" UUID NOT NULL,
    "parentId" UUID NOT NULL,
    "role" TEXT NOT NULL,

    CONSTRAINT "CheckpointParent_pkey" PRIMARY KEY ("childId","parentId","role")
);

-- CreateTable
CREATE TABLE "QuestionSet" (
    "id" UUID NOT NULL,
    "studyId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "questions" INTEGER NOT NULL,
    "subjects" JSONB NOT NULL,
    "rejected" INTEGER NOT NULL DEFAULT 0,
    "createdById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "QuestionSet_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Evaluation" (
    "id" UUID NOT NULL,
    "studyId" UUID NOT NULL,
    "questionSetId" UUID NOT NULL,
    "checkpointId" UUID NOT NULL,
    "madeByRunId" UUID NOT NULL,
    "template" TEXT NOT NULL,
    "questions" INTEGER NOT NULL,
    "correct" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Evaluation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "EvaluationAnswer" (
    "evaluationId" UUID NOT NULL,
    "questionId" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "answer" TEXT NOT NULL,
    "chosen" TEXT NOT NULL,
    "correct" BOOLEAN NOT NULL,
    "logLikelihoods" JSONB NOT NULL,

    CONSTRAINT "EvaluationAnswer_pkey" PRIMARY KEY ("evaluationId","questionId")
);

-- CreateTable
CREATE TABLE "Study" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "example" BOOLEAN NOT NULL DEFAULT false,
    "createdById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archivedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Study_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Member" (
    "studyId" UUID NOT NULL,
    "personId" UUID NOT NULL,
    "role" "Role" NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Member_pkey" PRIMARY KEY ("studyId","personId")
);

-- CreateTable
CREATE TABLE "Invitation" (
    "id" UUID NOT NULL,
    "studyId" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "role" "Role" NOT NULL,
    "tokenHash" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "acceptedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Invitation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Round" (
    "id" UUID NOT NULL,
    "studyId" UUID NOT NULL,
    "drawId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "state" "RoundState" NOT NULL DEFAULT 'draft',
    "instructionsDe" TEXT NOT NULL,
    "instructionsEn" TEXT NOT NULL,
    "doubleShare" DOUBLE PRECISION NOT NULL,
    "seed" INTEGER NOT NULL,
    "assignmentHash" TEXT,
    "salt" TEXT,
    "items" INTEGER NOT NULL DEFAULT 0,
    "wanted" INTEGER NOT NULL DEFAULT 0,
    "decided" INTEGER NOT NULL DEFAULT 0,
    "createdById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "openedAt" TIMESTAMPTZ(3),
    "closedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Round_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RoundMember" (
    "roundId" UUID NOT NULL,
    "personId" UUID NOT NULL,
    "addedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RoundMember_pkey" PRIMARY KEY ("roundId","personId")
);

-- CreateTable
CREATE TABLE "RoundItem" (
    "id" UUID NOT NULL,
    "roundId" UUID NOT NULL,
    "itemId" UUID NOT NULL,
    "stratumId" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "wanted" INTEGER NOT NULL,
    "decided" INTEGER NOT NULL DEFAULT 0,
    "claimed" INTEGER NOT NULL DEFAULT 0,
    "gold" "DecisionLabel",
    "disputed" BOOLEAN NOT NULL DEFAULT false,
    "flagged" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "RoundItem_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Claim" (
    "id" UUID NOT NULL,
    "roundItemId" UUID NOT NULL,
    "roundId" UUID NOT NULL,
    "personId" UUID NOT NULL,
    "state" "ClaimState" NOT NULL DEFAULT 'open',
    "claimedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lapsesAt" TIMESTAMPTZ(3) NOT NULL,
    "skippedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Claim_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Decision" (
    "id" UUID NOT NULL,
    "roundId" UUID NOT NULL,
    "roundItemId" UUID NOT NULL,
    "personId" UUID NOT NULL,
    "label" "DecisionLabel",
    "flags" TEXT[],
    "note" TEXT NOT NULL DEFAULT '',
    "activeMs" INTEGER NOT NULL,
    "idempotencyKey" TEXT NOT NULL,
    "correctsId" UUID,
    "surplus" BOOLEAN NOT NULL DEFAULT false,
    "decidedAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Decision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "QualityTally" (
    "roundId" UUID NOT NULL,
    "labellingRunId" UUID NOT NULL,
    "stratumId" UUID NOT NULL,
    "outcome" "LlmOutcome" NOT NULL,
    "gold" TEXT NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "QualityTally_pkey" PRIMARY KEY ("roundId","labellingRunId","stratumId","outcome","gold")
);

-- CreateIndex
CREATE INDEX "AuditEntry_studyId_id_idx" ON "AuditEntry"("studyId", "id");

-- CreateIndex
CREATE INDEX "AuditEntry_subject_subjectId_idx" ON "AuditEntry"("subject", "subjectId");

-- CreateIndex
CREATE UNIQUE INDEX "Person_email_key" ON "Person"("email");

-- CreateIndex
CREATE INDEX "ExternalIdentity_personId_idx" ON "ExternalIdentity"("personId");

-- CreateIndex
CREATE INDEX "Session_personId_idx" ON "Session"("personId");

-- CreateIndex
CREATE UNIQUE INDEX "ApiToken_hash_key" ON "ApiToken"("hash");

-- CreateIndex
CREATE INDEX "ApiToken_personId_idx" ON "ApiToken"("personId");

-- CreateIndex
CREATE INDEX "LabelSet_studyId_idx" ON "LabelSet"("studyId");

-- CreateIndex
CREATE UNIQUE INDEX "Classifier_madeByRunId_key" ON "Classifier"("madeByRunId");

-- CreateIndex
CREATE INDEX "Classifier_studyId_idx" ON "Classifier"("studyId");

-- CreateIndex
CREATE INDEX "Run_studyId_createdAt_idx" ON "Run"("studyId", "createdAt");

-- CreateIndex
CREATE INDEX "Run_state_idx" ON "Run"("state");

-- CreateIndex
CREATE UNIQUE INDEX "Attempt_submissionId_key" ON "Attempt"("submissionId");

-- CreateIndex
CREATE INDEX "Attempt_state_idx" ON "Attempt"("state");

-- CreateIndex
CREATE UNIQUE INDEX "Attempt_runId_number_key" ON "Attempt"("runId", "number");

-- CreateIndex
CREATE INDEX "RunEdge_targetId_idx" ON "RunEdge"("targetId");

-- CreateIndex
CREATE INDEX "Corpus_studyId_idx" ON "Corpus"("studyId");

-- CreateIndex
CREATE INDEX "CorpusImport_corpusId_idx" ON "CorpusImport"("corpusId");

-- CreateIndex
CREATE INDEX "Sample_studyId_idx" ON "Sample"("studyId");

-- CreateIndex
CREATE UNIQUE INDEX "Draw_sampleId_number_key" ON "Draw"("sampleId", "number");

-- CreateIndex
CREATE UNIQUE INDEX "Stratum_drawId_key_key" ON "Stratum"("drawId", "key");

-- CreateIndex
CREATE UNIQUE INDEX "Item_sampleId_documentId_key" ON "Item"("sampleId", "documentId");

-- CreateIndex
CREATE INDEX "DrawItem_itemId_idx" ON "DrawItem"("itemId");

-- CreateIndex
CREATE INDEX "DrawItem_stratumId_idx" ON "DrawItem"("stratumId");

-- CreateIndex
CREATE UNIQUE INDEX "DrawItem_drawId_position_key" ON "DrawItem"("drawId", "position");

-- CreateIndex
CREATE INDEX "PromptSet_studyId_idx" ON "PromptSet"("studyId");

-- CreateIndex
CREATE UNIQUE INDEX "Prompt_promptSetId_key_key" ON "Prompt"("promptSetId", "key");

-- CreateIndex
CREATE UNIQUE INDEX "AnswerSet_madeByRunId_key" ON "AnswerSet"("madeByRunId");

-- CreateIndex
CREATE INDEX "AnswerSet_studyId_idx" ON "AnswerSet"("studyId");

-- CreateIndex
CREATE UNIQUE INDEX "Answer_answerSetId_promptId_key" ON "Answer"("answerSetId", "promptId");

-- CreateIndex
CREATE INDEX "Comparison_studyId_idx" ON "Comparison"("studyId");

-- CreateIndex
CREATE INDEX "ComparisonMember_personId_idx" ON "ComparisonMember"("personId");

-- CreateIndex
CREATE UNIQUE INDEX "Pair_comparisonId_position_key" ON "Pair"("comparisonId", "position");

-- CreateIndex
CREATE INDEX "PairClaim_comparisonId_personId_state_idx" ON "PairClaim"("comparisonId", "personId", "state");

-- CreateIndex
CREATE INDEX "PairClaim_state_lapsesAt_idx" ON "PairClaim"("state", "lapsesAt");

-- CreateIndex
CREATE UNIQUE INDEX "PairClaim_pairId_personId_key" ON "PairClaim"("pairId", "personId");

-- CreateIndex
CREATE UNIQUE INDEX "Vote_correctsId_key" ON "Vote"("correctsId");

-- CreateIndex
CREATE INDEX "Vote_pairId_idx" ON "Vote"("pairId");

-- CreateIndex
CREATE INDEX "Vote_comparisonId_personId_createdAt_idx" ON "Vote"("comparisonId", "personId", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "Vote_personId_idempotencyKey_key" ON "Vote"("personId", "idempotencyKey");

-- CreateIndex
CREATE UNIQUE INDEX "Leaderboard_comparisonId_votesCast_bothBadAsTie_key" ON "Leaderboard"("comparisonId", "votesCast", "bothBadAsTie");

-- CreateIndex
CREATE UNIQUE INDEX "LabellingPrompt_studyId_version_key" ON "LabellingPrompt"("studyId", "version");

-- CreateIndex
CREATE INDEX "LabellingRun_studyId_idx" ON "LabellingRun"("studyId");

-- CreateIndex
CREATE INDEX "LlmLabel_itemId_idx" ON "LlmLabel"("itemId");

-- CreateIndex
CREATE INDEX "Checkpoint_studyId_idx" ON "Checkpoint"("studyId");

-- CreateIndex
CREATE INDEX "QuestionSet_studyId_idx" ON "QuestionSet"("studyId");

-- CreateIndex
CREATE UNIQUE INDEX "Evaluation_madeByRunId_key" ON "Evaluation"("madeByRunId");

-- CreateIndex
CREATE INDEX "Evaluation_studyId_idx" ON "Evaluation"("studyId");

-- CreateIndex
CREATE INDEX "Member_personId_idx" ON "Member"("personId");

-- CreateIndex
CREATE UNIQUE INDEX "Invitation_tokenHash_key" ON "Invitation"("tokenHash");

-- CreateIndex
CREATE INDEX "Invitation_studyId_idx" ON "Invitation"("studyId");

-- CreateIndex
CREATE INDEX "Round_studyId_idx" ON "Round"("studyId");

-- CreateIndex
CREATE INDEX "RoundMember_personId_idx" ON "RoundMember"("personId");

-- CreateIndex
CREATE UNIQUE INDEX "RoundItem_roundId_itemId_key" ON "RoundItem"("roundId", "itemId");

-- CreateIndex
CREATE UNIQUE INDEX "RoundItem_roundId_position_key" ON "RoundItem"("roundId", "position");

-- CreateIndex
CREATE INDEX "Claim_roundId_personId_state_idx" ON "Claim"("roundId", "personId", "state");

-- CreateIndex
CREATE INDEX "Claim_state_lapsesAt_idx" ON "Claim"("state", "lapsesAt");

-- CreateIndex
CREATE UNIQUE INDEX "Claim_roundItemId_personId_key" ON "Claim"("roundItemId", "personId");

-- CreateIndex
CREATE UNIQUE INDEX "Decision_correctsId_key" ON "Decision"("correctsId");

-- CreateIndex
CREATE INDEX "Decision_roundItemId_idx" ON "Decision"("roundItemId");

-- CreateIndex
CREATE INDEX "Decision_roundId_personId_createdAt_idx" ON "Decision"("roundId", "personId", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "Decision_personId_idempotencyKey_key" ON "Decision"("personId", "idempotencyKey");

-- AddForeignKey
ALTER TABLE "ExternalIdentity" ADD CONSTRAINT "ExternalIdentity_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiToken" ADD CONSTRAINT "ApiToken_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LabelSet" ADD CONSTRAINT "LabelSet_studyId_fkey" FOREIGN KEY ("studyId") REFERENCES "Study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LabelSet" ADD CONSTRAINT "LabelSet_roundId_fkey" FOREIGN KEY ("roundId") REFERENCES "Round"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LabelSet" ADD CONSTRAINT "LabelSet_labellingRunId_fkey" FOREIGN KEY ("labellingRunId") REFERENCES "LabellingRun"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LabelSetItem" ADD CONSTRAINT "LabelSetItem_labelSetId_fkey" FOREIGN KEY ("labelSetId") REFERENCES "LabelSet"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LabelSetItem" ADD CONSTRAINT "LabelSetItem_itemId_fkey" FOREIGN KEY ("itemId") REFERENCES "Item"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Classifier" ADD CONSTRAINT "Classifier_studyId_fkey" FOREIGN KEY ("studyId") REFERENCES "Study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Classifier" ADD CONSTRAINT "Classifier_labelSetId_fkey" FOREIGN KEY ("labelSetId") REFERENCES "LabelSet"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ClassifierScore" ADD CONSTRAINT "ClassifierScore_classifierId_fkey" FOREIGN KEY ("classifierId") REFERENCES "Classifier"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_studyId_fkey" FOREIGN KEY ("studyId") REFERENCES "Study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_backendId_fkey" FOREIGN KEY ("backendId") REFERENCES "Backend"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Attempt" ADD CONSTRAINT "Attempt_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RunEdge" ADD CONSTRAINT "RunEdge_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Metric" ADD CONSTRAINT "Metric_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RunLog" ADD CONSTRAINT "RunLog_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Artifact" ADD CONSTRAINT "Artifact_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Corpus" ADD CONSTRAINT "Corpus_studyId_fkey" FOREIGN KEY ("studyId") REFERENCES "Study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CorpusImport" ADD CONSTRAINT "CorpusImport_corpusId_fkey" FOREIGN KEY ("corpusId") REFERENCES "Corpus"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RejectedLine" ADD CONSTRAINT "RejectedLine_importId_fkey" FOREIGN KEY ("importId") REFERENCES "CorpusImport"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Sample" ADD CONSTRAINT "Sample_studyId_fkey" FOREIGN KEY ("studyId") REFERENCES "Study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Sample" ADD CONSTRAINT "Sample_corpusId_fkey" FOREIGN KEY ("corpusId") REFERENCES "Corpus"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Draw" ADD CONSTRAINT "Draw_sampleId_fkey" FOREIGN KEY ("sampleId") REFERENCES "Sample"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Stratum" ADD CONSTRAINT "Stratum_drawId_fkey" FOREIGN KEY ("drawId") REFERENCES "Draw"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Item" ADD CONSTRAINT "Item_sampleId_fkey" FOREIGN KEY ("sampleId") REFERENCES "Sample"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DrawItem" ADD CONSTRAINT "DrawItem_drawId_fkey" FOREIGN KEY ("drawId") REFERENCES "Draw"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DrawItem" ADD CONSTRAINT "DrawItem_itemId_fkey" FOREIGN KEY ("itemId") REFERENCES "Item"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DrawItem" ADD CONSTRAINT "DrawItem_stratumId_fkey" FOREIGN KEY ("stratumId") REFERENCES "Stratum"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PromptSet" ADD CONSTRAINT "PromptSet_studyId_fkey" FOREIGN KEY ("studyId") REFERENCES "Study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Prompt" ADD CONSTRAINT "Prompt_promptSetId_fkey" FOREIGN KEY ("promptSetId") REFERENCES "PromptSet"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AnswerSet" ADD CONSTRAINT "AnswerSet_studyId_fkey" FOREIGN KEY ("studyId") REFERENCES "Study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AnswerSet" ADD CONSTRAINT "AnswerSet_promptSetId_fkey" FOREIGN KEY ("promptSetId") REFERENCES "PromptSet"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AnswerSet" ADD CONSTRAINT "AnswerSet_checkpointId_fkey" FOREIGN KEY ("checkpointId") REFERENCES "Checkpoint"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Answer" ADD CONSTRAINT "Answer_answerSetId_fkey" FOREIGN KEY ("answerSetId") REFERENCES "AnswerSet"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Answer" ADD CONSTRAINT "Answer_promptId_fkey" FOREIGN KEY ("promptId") REFERENCES "Prompt"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Comparison" ADD CONSTRAINT "Comparison_studyId_fkey" FOREIGN KEY ("studyId") REFERENCES "Study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Comparison" ADD CONSTRAINT "Comparison_promptSetId_fkey" FOREIGN KEY ("promptSetId") REFERENCES "PromptSet"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ComparisonEntry" ADD CONSTRAINT "ComparisonEntry_comparisonId_fkey" FOREIGN KEY ("comparisonId") REFERENCES "Comparison"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ComparisonEntry" ADD CONSTRAINT "ComparisonEntry_answerSetId_fkey" FOREIGN KEY ("answerSetId") REFERENCES "AnswerSet"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ComparisonMember" ADD CONSTRAINT "ComparisonMember_comparisonId_fkey" FOREIGN KEY ("comparisonId") REFERENCES "Comparison"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ComparisonMember" ADD CONSTRAINT "ComparisonMember_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Pair" ADD CONSTRAINT "Pair_comparisonId_fkey" FOREIGN KEY ("comparisonId") REFERENCES "Comparison"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PairClaim" ADD CONSTRAINT "PairClaim_pairId_fkey" FOREIGN KEY ("pairId") REFERENCES "Pair"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Vote" ADD CONSTRAINT "Vote_comparisonId_fkey" FOREIGN KEY ("comparisonId") REFERENCES "Comparison"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Vote" ADD CONSTRAINT "Vote_pairId_fkey" FOREIGN KEY ("pairId") REFERENCES "Pair"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Vote" ADD CONSTRAINT "Vote_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Vote" ADD CONSTRAINT "Vote_correctsId_fkey" FOREIGN KEY ("correctsId") REFERENCES "Vote"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "VoteTally" ADD CONSTRAINT "VoteTally_comparisonId_fkey" FOREIGN KEY ("comparisonId") REFERENCES "Comparison"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Leaderboard" ADD CONSTRAINT "Leaderboard_comparisonId_fkey" FOREIGN KEY ("comparisonId") REFERENCES "Comparison"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LabellingPrompt" ADD CONSTRAINT "LabellingPrompt_studyId_fkey" FOREIGN KEY ("studyId") REFERENCES "Study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LabellingRun" ADD CONSTRAINT "LabellingRun_studyId_fkey" FOREIGN KEY ("studyId") REFERENCES "Study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LabellingRun" ADD CONSTRAINT "LabellingRun_drawId_fkey" FOREIGN KEY ("drawId") REFERENCES "Draw"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LabellingRun" ADD CONSTRAINT "LabellingRun_endpointId_fkey" FOREIGN KEY ("endpointId") REFERENCES "LlmEndpoint"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LabellingRun" ADD CONSTRAINT "LabellingRun_promptId_fkey" FOREIGN KEY ("promptId") REFERENCES "LabellingPrompt"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LlmLabel" ADD CONSTRAINT "LlmLabel_labellingRunId_fkey" FOREIGN KEY ("labellingRunId") REFERENCES "LabellingRun"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LlmLabel" ADD CONSTRAINT "LlmLabel_itemId_fkey" FOREIGN KEY ("itemId") REFERENCES "Item"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Checkpoint" ADD CONSTRAINT "Checkpoint_studyId_fkey" FOREIGN KEY ("studyId") REFERENCES "Study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CheckpointParent" ADD CONSTRAINT "CheckpointParent_childId_fkey" FOREIGN KEY ("childId") REFERENCES "Checkpoint"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CheckpointParent" ADD CONSTRAINT "CheckpointParent_parentId_fkey" FOREIGN KEY ("parentId") REFERENCES "Checkpoint"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "QuestionSet" ADD CONSTRAINT "QuestionSet_studyId_fkey" FOREIGN KEY ("studyId") REFERENCES "Study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Evaluation" ADD CONSTRAINT "Evaluation_studyId_fkey" FOREIGN KEY ("studyId") REFERENCES "Study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Evaluation" ADD CONSTRAINT "Evaluation_questionSetId_fkey" FOREIGN KEY ("questionSetId") REFERENCES "QuestionSet"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Evaluation" ADD CONSTRAINT "Evaluation_checkpointId_fkey" FOREIGN KEY ("checkpointId") REFERENCES "Checkpoint"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "EvaluationAnswer" ADD CONSTRAINT "EvaluationAnswer_evaluationId_fkey" FOREIGN KEY ("evaluationId") REFERENCES "Evaluation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Member" ADD CONSTRAINT "Member_studyId_fkey" FOREIGN KEY ("studyId") REFERENCES "Study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Member" ADD CONSTRAINT "Member_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Invitation" ADD CONSTRAINT "Invitation_studyId_fkey" FOREIGN KEY ("studyId") REFERENCES "Study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Round" ADD CONSTRAINT "Round_studyId_fkey" FOREIGN KEY ("studyId") REFERENCES "Study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Round" ADD CONSTRAINT "Round_drawId_fkey" FOREIGN KEY ("drawId") REFERENCES "Draw"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RoundMember" ADD CONSTRAINT "RoundMember_roundId_fkey" FOREIGN KEY ("roundId") REFERENCES "Round"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RoundMember" ADD CONSTRAINT "RoundMember_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RoundItem" ADD CONSTRAINT "RoundItem_roundId_fkey" FOREIGN KEY ("roundId") REFERENCES "Round"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RoundItem" ADD CONSTRAINT "RoundItem_itemId_fkey" FOREIGN KEY ("itemId") REFERENCES "Item"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Claim" ADD CONSTRAINT "Claim_roundItemId_fkey" FOREIGN KEY ("roundItemId") REFERENCES "RoundItem"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Decision" ADD CONSTRAINT "Decision_roundId_fkey" FOREIGN KEY ("roundId") REFERENCES "Round"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Decision" ADD CONSTRAINT "Decision_roundItemId_fkey" FOREIGN KEY ("roundItemId") REFERENCES "RoundItem"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Decision" ADD CONSTRAINT "Decision_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Decision" ADD CONSTRAINT "Decision_correctsId_fkey" FOREIGN KEY ("correctsId") REFERENCES "Decision"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "QualityTally" ADD CONSTRAINT "QualityTally_roundId_fkey" FOREIGN KEY ("roundId") REFERENCES "Round"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "QualityTally" ADD CONSTRAINT "QualityTally_labellingRunId_fkey" FOREIGN KEY ("labellingRunId") REFERENCES "LabellingRun"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What Prisma's schema cannot say.

-- Append only: nothing that people decided is changed or taken away by a statement. Deleting a whole study cascades from
-- its parent and is refused here too; it is archived instead.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of "%" are append only', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;

create trigger append_only before update or delete on "Decision" for each row execute function refuse_change();
create trigger append_only before update or delete on "Vote" for each row execute function refuse_change();
create trigger append_only before update or delete on "LlmLabel" for each row execute function refuse_change();
create trigger append_only before update or delete on "AuditEntry" for each row execute function refuse_change();
create trigger append_only before update or delete on "LabellingPrompt" for each row execute function refuse_change();

-- The queue reads only what is still to be handed out, in its shuffled order.
create index "RoundItem_open" on "RoundItem" ("roundId", "position") where "decided" + "claimed" < "wanted";
create index "Pair_open" on "Pair" ("comparisonId", "position") where "decided" + "claimed" < "wanted";
create index "RoundItem_decided" on "RoundItem" ("roundId") where "decided" > 0;

-- No interleaving of claims and decisions may go beyond what was wanted; a fault shows here instead of in the figures.
alter table "RoundItem" add constraint "RoundItem_counts" check ("claimed" >= 0 and "decided" >= 0 and "decided" + "claimed" <= "wanted");
alter table "Pair" add constraint "Pair_counts" check ("claimed" >= 0 and "decided" >= 0 and "decided" + "claimed" <= "wanted");

alter table "Round" add constraint "Round_double_share" check ("doubleShare" between 0 and 1);
alter table "DrawItem" add constraint "DrawItem_probability" check ("inclusionProbability" > 0 and "inclusionProbability" <= 1);
alter table "Item" add constraint "Item_permanent_random" check ("permanentRandom" >= 0 and "permanentRandom" < 1);
alter table "Classifier" add constraint "Classifier_threshold" check ("threshold" between 0 and 1);
alter table "QualityTally" add constraint "QualityTally_count" check ("count" >= 0);
