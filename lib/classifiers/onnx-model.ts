import { readFile } from "node:fs/promises";
import path from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { z } from "zod";
import { pathOf } from "@/lib/platform/storage/addresses";

/** `classifier.json` of an exported classifier; what the runner writes, so that the studio classifies as it does. */
const descriptionSchema = z.object({
  maxTokens: z.number().int().positive(),
  temperature: z.number().positive(),
  inputNames: z.tuple([z.string(), z.string()]),
  outputName: z.string(),
  prefix: z.string(),
});
type Description = z.infer<typeof descriptionSchema>;

/** Of its `onnx` folder, or of its `model` folder. */
export async function readClassifierDescription(address: string): Promise<Description> {
  const text = await readFile(path.join(pathOf(address), "classifier.json"), "utf8");
  return descriptionSchema.parse(JSON.parse(text));
}

type Model = { session: InferenceSession; tokenizer: Tokenizer; description: Description };

/** Models are half a gigabyte: the one used last stays loaded, no more. */
let loaded: { address: string; model: Promise<Model> } | null = null;

function modelAt(onnxAddress: string): Promise<Model> {
  if (loaded?.address === onnxAddress) return loaded.model;
  const last = loaded;
  const model = load(onnxAddress);
  loaded = { address: onnxAddress, model };
  model.catch(() => {
    loaded = null;
  });
  void last?.model.then(({ session }) => session.release()).catch(() => {});
  return model;
}

async function load(onnxAddress: string): Promise<Model> {
  const folder = pathOf(onnxAddress);
  const json = async (name: string) => JSON.parse(await readFile(path.join(folder, name), "utf8")) as object;
  const [description, tokenizerJson, tokenizerConfig] = await Promise.all([
    readClassifierDescription(onnxAddress),
    json("tokenizer.json"),
    json("tokenizer_config.json").catch(() => ({})),
  ]);
  const session = await InferenceSession.create(path.join(folder, "model.onnx"), {
    intraOpNumThreads: 2,
    interOpNumThreads: 1,
    // Threads that spin while they wait take the cores from the web server.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  });
  return { session, tokenizer: new Tokenizer(tokenizerJson, tokenizerConfig), description };
}

/** Long texts only cost time: nothing beyond the classifier's tokens is read, and none is longer than 50 characters. */
const longestTokenCharacters = 50;

type Scored = { score: number; tokens: number; clipped: boolean };

let before: Promise<unknown> = Promise.resolve();

/**
 * The probability of "medical" of a text, as the runner computes it: prefix, tokenizer, clip on the right with the special
 * tokens kept, fp32 model, softmax in double precision. One text after the other: a model that gives way to another is at
 * work for nobody then, and computing blocks this process anyhow.
 */
export function scoreText(onnxAddress: string, text: string): Promise<Scored> {
  const scored = before.then(() => score(onnxAddress, text));
  before = scored.catch(() => {});
  return scored;
}

async function score(onnxAddress: string, text: string): Promise<Scored> {
  const { session, tokenizer, description } = await modelAt(onnxAddress);
  const { maxTokens, prefix, inputNames, outputName, temperature } = description;
  const readable = text.slice(0, maxTokens * longestTokenCharacters);
  const plain = tokenizer.encode(prefix + readable, { add_special_tokens: false }).ids;
  const whole = tokenizer.encode(prefix + readable).ids;
  const special = whole.length - plain.length;
  const leading = special > 0 && whole[0] !== plain[0] ? 1 : 0;
  const kept = maxTokens - special;
  const clipped = plain.length > kept || readable.length < text.length;
  const ids =
    plain.length > kept
      ? [...whole.slice(0, leading + kept), ...whole.slice(whole.length - (special - leading))]
      : whole;
  const shape = [1, ids.length];
  const [idsName, maskName] = inputNames;
  const outputs = await session.run({
    [idsName]: new Tensor("int64", BigInt64Array.from(ids, BigInt), shape),
    [maskName]: new Tensor("int64", new BigInt64Array(ids.length).fill(1n), shape),
  });
  const logits = Array.from(outputs[outputName]?.data as Float32Array, (logit) => logit / temperature);
  const largest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return { score: (exponentials.at(-1) ?? 0) / sum, tokens: ids.length, clipped };
}
