-- CreateTable
CREATE TABLE "BackendCheck" (
    "id" UUID NOT NULL,
    "backendId" UUID NOT NULL,
    "liveFor" UUID,
    "askedById" UUID,
    "release" TEXT NOT NULL,
    "mark" TEXT NOT NULL,
    "waitingCode" TEXT,
    "outcome" TEXT,
    "findings" JSONB NOT NULL DEFAULT '{}',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "probedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "BackendCheck_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "BackendCheck_backendId_createdAt_idx" ON "BackendCheck"("backendId", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "BackendCheck_liveFor_key" ON "BackendCheck"("liveFor");

-- AddForeignKey
ALTER TABLE "BackendCheck" ADD CONSTRAINT "BackendCheck_backendId_fkey" FOREIGN KEY ("backendId") REFERENCES "Backend"("id") ON DELETE CASCADE ON UPDATE CASCADE;
