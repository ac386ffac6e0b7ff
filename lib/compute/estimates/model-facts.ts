import { open, readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { pathOf } from "@/lib/platform/storage/addresses";

/** What of a model decides about time and memory. */
export type ModelFacts = {
  /** all of them, tied ones once */
  parameters: number;
  /** of the weights as they are stored */
  bytes: number;
  hidden: number;
  layers: number;
  vocabulary: number;
  /** keys and values of one token in one layer: 2 × heads × width of a head */
  cacheWidth: number;
};

const size = z.number().int().min(1).max(1e9);
const configSchema = z.object({
  hidden_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  vocab_size: size,
});
const tensorSchema = z.object({
  shape: z.array(z.number().int().min(0)).max(8),
  data_offsets: z.tuple([z.number(), z.number()]),
});
/** Headers of real models have some hundred kilobytes. */
const largestHeader = 64 * 1024 * 1024;

/**
 * Read from the model's config.json and the headers of its safetensors files; the weights themselves are not. null where
 * the studio can't see the folder (a hub, another machine's disk) or does not know its kind.
 */
export async function readModelFacts(address: string): Promise<ModelFacts | null> {
  if (address.startsWith("hf:")) return null;
  try {
    const folder = pathOf(address);
    const config = configSchema.parse(JSON.parse(await readFile(path.join(folder, "config.json"), "utf8")));
    const names = (await readdir(folder)).filter((name) => name.endsWith(".safetensors"));
    const tensors = (await Promise.all(names.map((name) => readHeader(path.join(folder, name))))).flat();
    if (tensors.length === 0) return null;
    const heads = config.num_key_value_heads ?? config.num_attention_heads;
    const width = config.head_dim ?? config.hidden_size / config.num_attention_heads;
    return {
      parameters: tensors.reduce((sum, { elements }) => sum + elements, 0),
      bytes: tensors.reduce((sum, { bytes }) => sum + bytes, 0),
      hidden: config.hidden_size,
      layers: config.num_hidden_layers,
      vocabulary: config.vocab_size,
      cacheWidth: 2 * heads * width,
    };
  } catch {
    // An estimate that can't be made keeps no run from being started: the runner looks at the model itself.
    return null;
  }
}

/** A safetensors file begins with the length of its header (8 bytes, little endian) and the header in JSON. */
async function readHeader(file: string): Promise<{ elements: number; bytes: number }[]> {
  const handle = await open(file);
  try {
    const start = await handle.read(Buffer.alloc(8), 0, 8, 0);
    const length = Number(start.buffer.readBigUInt64LE());
    if (length > Math.min(largestHeader, (await stat(file)).size)) throw new Error("no safetensors file");
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, 8);
    const { __metadata__, ...tensors } = JSON.parse(buffer.toString("utf8"));
    return Object.values(z.record(z.string(), tensorSchema).parse(tensors)).map(({ shape, data_offsets }) => ({
      elements: shape.reduce((product, each) => product * each, 1),
      bytes: data_offsets[1] - data_offsets[0],
    }));
  } finally {
    await handle.close();
  }
}
