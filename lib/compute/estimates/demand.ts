import type { ModelFacts } from "./model-facts";

/** What the run is given, as far as it is known. */
export type RunFacts = {
  model: ModelFacts | null;
  /** of a corpus or label set */
  documents: number | null;
  characters: number | null;
  corpusBytes: number | null;
  questions: number | null;
  prompts: number | null;
  /** of a text that a classifier reads at most */
  maxTokens: number | null;
};

export type Part = { name: PartName; bytes: number };
export const partNames = [
  "weights",
  "gradients",
  "optimizer",
  "activations",
  "logits",
  "cache",
  "tensors",
  "checkpoints",
  "model",
  "exports",
  "documents",
  "tokens",
] as const;
export type PartName = (typeof partNames)[number];

export type Demand = {
  /** floating point operations, or bytes read and written where those take the time; null: not known */
  work: { amount: number; unit: "flop" | "byte" } | null;
  /** of one process on its device */
  memory: Part[];
  disk: Part[];
};

/** Characters a token, of German web text by the tokenizers of the models that are used. */
const charactersPerToken = 4;
/** Tokens that a question with its options has, in the mean of MMLU-de's medical subjects, rounded up. */
const tokensPerQuestion = 200;
const promptTokens = 100;
/** Tokens of one forward pass in pre-training, where a sequence is shorter (pretraining/settings.py). */
const microBatchTokens = 2048;
/** The activations of a decoder layer: 34 bytes × tokens × width in 16 bits (Korthikanti et al. 2022, equation 1, without the attention's square, which fused attention does not keep). */
const activationBytes = 34;

/** Kept of a layer for the backward pass, in 16 bits: all; the results of products and attention; the input alone. */
const keptBytes = { none: activationBytes, selective: 20, full: 2 };

/** A boolean, in runs of old, is all or nothing. */
function checkpointingOf(setting: unknown): keyof typeof keptBytes {
  return setting === true || setting === "full" ? "full" : setting === "selective" ? "selective" : "none";
}

type Settings = { parameters: Record<string, unknown>; processes: number; threads: number };

/**
 * What a run needs by first principles; docs/compute-backends.md tells them to administrators. Bytes and operations.
 */
export function demandOf(kind: string, facts: RunFacts, settings: Settings): Demand {
  const { model } = facts;
  const nothing: Demand = { work: null, memory: [], disk: [] };
  if (kind === "analyse-answers" || !model) return nothing;
  if (kind === "pretrain") return ofPretraining(model, facts, settings);
  if (kind === "train-classifier") return ofTraining(model, facts, settings);
  if (kind === "classify-corpus") return ofClassifying(model, facts, settings);
  if (kind === "merge") return ofMerge(model, settings);
  if (kind === "evaluate") return ofEvaluation(model, facts, settings);
  if (kind === "generate") return ofGeneration(model, facts, settings);
  return nothing;
}

const numberOf = (parameters: Record<string, unknown>, name: string): number => {
  const value = parameters[name];
  return typeof value === "number" ? value : 0;
};

const times = (count: number | null, each: number) => (count === null ? null : count * each);
const flop = (amount: number | null): Demand["work"] => (amount === null ? null : { amount, unit: "flop" });

function ofPretraining(model: ModelFacts, facts: RunFacts, { parameters, processes }: Settings): Demand {
  const n = model.parameters;
  const sequence = numberOf(parameters, "sequenceLength");
  const sequencesPerStep = numberOf(parameters, "sequencesPerStep");
  const checkpointing = checkpointingOf(parameters.activationCheckpointing);
  const epochs = parameters.epochs;
  const tokens =
    typeof epochs === "number"
      ? times(facts.characters, epochs / charactersPerToken)
      : numberOf(parameters, "maxSteps") * sequencesPerStep * sequence;
  // Forward 2 and backward 4 operations a parameter and token (Kaplan et al. 2020), and causal attention over whole
  // sequences (Chowdhery et al. 2022, appendix B, halved by the mask); full checkpointing goes forward twice.
  const perToken = 6 * n + 6 * model.layers * model.hidden * sequence;
  const work = flop(times(tokens, (checkpointing === "full" ? 4 / 3 : 1) * perToken));
  // Short sequences go through together.
  const together = Math.max(1, Math.min(Math.floor(microBatchTokens / sequence), sequencesPerStep / processes));
  const atOnce = together * sequence;
  const width = parameters.bf16 === true ? 1 : 2;
  // Of each layer what is kept, and of the one that is being computed all.
  const kept = width * keptBytes[checkpointing] * atOnce * model.hidden * model.layers;
  const inside = checkpointing === "none" ? 0 : width * activationBytes * atOnce * model.hidden;
  return {
    work,
    memory: [
      // In fp32, shared by the ranks (FSDP2).
      { name: "weights", bytes: (4 * n) / processes },
      { name: "gradients", bytes: (4 * n) / processes },
      { name: "optimizer", bytes: (8 * n) / processes },
      { name: "activations", bytes: kept + inside },
      // The logits and their gradient.
      { name: "logits", bytes: 8 * atOnce * model.vocabulary },
    ],
    disk: [
      // The newest two stay while a third is being written: weights and both moments of AdamW, fp32.
      { name: "checkpoints", bytes: 3 * 12 * n },
      { name: "model", bytes: model.bytes },
      // Of the corpus once, four bytes each, kept for the next attempt.
      ...(facts.characters === null
        ? []
        : [{ name: "tokens" as const, bytes: (4 * facts.characters) / charactersPerToken }]),
    ],
  };
}

function ofTraining(model: ModelFacts, facts: RunFacts, { parameters, processes }: Settings): Demand {
  const n = model.parameters;
  const maxTokens = numberOf(parameters, "maxTokens");
  // Each process has the whole model and its share of a batch (DDP).
  const batch = Math.ceil(numberOf(parameters, "batchSize") / processes);
  const trainedShare = 1 - Math.min(1, numberOf(parameters, "frozenLayers") / model.layers);
  const embeddings = model.vocabulary * model.hidden;
  const body = Math.max(0, n - embeddings);
  const tokensEach =
    facts.characters && facts.documents
      ? Math.min(maxTokens, facts.characters / facts.documents / charactersPerToken)
      : maxTokens;
  const tokens = times(facts.documents, tokensEach);
  // What is frozen is computed once and kept; what is trained, in every epoch.
  const each = 2 * body * (1 - trainedShare) + numberOf(parameters, "epochs") * 6 * body * trainedShare;
  const trained = trainedShare === 0 ? 0 : trainedShare < 1 ? body * trainedShare : n;
  return {
    work: flop(times(tokens, each)),
    memory: [
      { name: "weights", bytes: 4 * n },
      { name: "gradients", bytes: 4 * trained },
      { name: "optimizer", bytes: 8 * trained },
      // In fp32: twice the formula for 16 bits.
      {
        name: "activations",
        bytes: 2 * activationBytes * batch * maxTokens * model.hidden * Math.max(1, model.layers * trainedShare),
      },
    ],
    disk: [
      { name: "checkpoints", bytes: 3 * (4 * n + 8 * trained) },
      { name: "model", bytes: 4 * n },
      // fp32 and int8.
      { name: "exports", bytes: 5 * n },
    ],
  };
}

/** Bytes a weight: in int8 and bf16 the fp32 model comes too, for what lies close to the threshold. */
const classifierBytes: Record<string, number> = { int8: 5, bf16: 6, fp32: 4 };

function ofClassifying(model: ModelFacts, facts: RunFacts, { parameters }: Settings): Demand {
  const maxTokens = numberOf(parameters, "maxTokens") || (facts.maxTokens ?? 512);
  const body = Math.max(0, model.parameters - model.vocabulary * model.hidden);
  const tokensEach =
    facts.characters && facts.documents
      ? Math.min(maxTokens, facts.characters / facts.documents / charactersPerToken)
      : maxTokens;
  return {
    work: flop(times(facts.documents, tokensEach * 2 * body)),
    memory: [
      { name: "weights", bytes: (classifierBytes[String(parameters.precision)] ?? 4) * model.parameters },
      { name: "activations", bytes: 8 * 4 * numberOf(parameters, "batchSize") * maxTokens * model.hidden },
    ],
    // All scores, and in the worst case every document once more.
    disk: facts.corpusBytes === null ? [] : [{ name: "documents", bytes: 1.1 * facts.corpusBytes }],
  };
}

/** Pieces of tensors that each thread of a merge has in hand at once, and their elements (language_models/merge.py). */
const mergePieces = { ahead: 4, elements: 2 ** 19 };

function ofMerge(model: ModelFacts, { threads }: Settings): Demand {
  return {
    // Both are read twice, one is written.
    work: { amount: 5 * model.bytes, unit: "byte" },
    // Of a piece: both inputs, the result, and two copies in fp64; whatever the model's size.
    memory: [{ name: "tensors", bytes: threads * mergePieces.ahead * mergePieces.elements * (3 * 4 + 2 * 8) }],
    disk: [{ name: "model", bytes: model.bytes }],
  };
}

function ofEvaluation(model: ModelFacts, facts: RunFacts, { parameters }: Settings): Demand {
  const options = parameters.template === "text-de" ? 4 : 1;
  const batchTokens = numberOf(parameters, "batchSize") * 2 * tokensPerQuestion;
  const examples = parameters.examples as { count: number } | null | undefined;
  const exampleTokens = (examples?.count ?? 0) * tokensPerQuestion;
  // What stands before the questions is computed once and kept beside each of a batch, in 16 bits.
  const kept: Part = {
    name: "cache",
    bytes: 2 * numberOf(parameters, "batchSize") * exampleTokens * model.layers * model.cacheWidth,
  };
  return {
    work: flop(times(facts.questions, options * tokensPerQuestion * 2 * model.parameters)),
    memory: [
      { name: "weights", bytes: model.bytes },
      { name: "activations", bytes: activationBytes * batchTokens * model.hidden },
      { name: "logits", bytes: 4 * batchTokens * model.vocabulary },
      ...(exampleTokens > 0 ? [kept] : []),
    ],
    disk: [],
  };
}

/** Prompts answered side by side (language_models/generate.py). */
const answersAtOnce = 8;

function ofGeneration(model: ModelFacts, facts: RunFacts, { parameters }: Settings): Demand {
  const newTokens = numberOf(parameters, "maxNewTokens");
  const batches = facts.prompts === null ? null : Math.ceil(facts.prompts / answersAtOnce);
  return {
    // Each further token reads all weights once a batch.
    work: batches === null ? null : { amount: batches * newTokens * model.bytes, unit: "byte" },
    memory: [
      { name: "weights", bytes: model.bytes },
      { name: "cache", bytes: 2 * answersAtOnce * (newTokens + promptTokens) * model.layers * model.cacheWidth },
    ],
    disk: [],
  };
}
