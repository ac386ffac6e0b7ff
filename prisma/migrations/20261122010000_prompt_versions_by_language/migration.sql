-- German and English prompts each count their own versions.
DROP INDEX "LabellingPrompt_studyId_version_key";
CREATE UNIQUE INDEX "LabellingPrompt_studyId_language_version_key" ON "LabellingPrompt"("studyId", "language", "version");
