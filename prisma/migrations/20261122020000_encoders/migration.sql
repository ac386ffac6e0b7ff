-- Encoders that classifiers are fine-tuned from stand beside the base language models.
ALTER TYPE "CheckpointKind" ADD VALUE 'encoder';
