import { describe, expect, it } from "vitest";
import { newId } from "@/lib/platform/ids";
import { pathOf } from "@/lib/platform/storage/addresses";
import { writeWhole } from "@/lib/platform/storage/files";
import { scoreText } from "./onnx-model";

/** logits = [0, the sum of the ids]: 272 bytes of a real ONNX model. */
const model = Buffer.from(
  "CAg6hQIKIwoJaW5wdXRfaWRzCg5hdHRlbnRpb25fbWFzaxIBbSIDTXVsChcKAW0SAWYiBENhc3QqCQoCdG8YAaABAgooCgFmCgRheGVzEgFzIglSZWR1" +
    "Y2VTdW0qDwoIa2VlcGRpbXMYAaABAgoWCgFzCgF3EgZsb2dpdHMiBk1hdE11bBIBZyoNCAEQBzoBAUIEYXhlcyoTCAEIAhABIggAAAAAAACAP0IBd1od" +
    "CglpbnB1dF9pZHMSEAoOCAcSCgoDEgFiCgMSAXNaIgoOYXR0ZW50aW9uX21hc2sSEAoOCAcSCgoDEgFiCgMSAXNiGQoGbG9naXRzEg8KDQgBEgkKAxIB" +
    "YgoCCAJCBAoAEBE=",
  "base64",
);

/** A classifier as the runner leaves it, with words for tokens; `temperature` tells one from another. */
async function makeClassifier(temperature: number): Promise<string> {
  const address = `store:test-classifiers/${newId()}/onnx`;
  const description = {
    ...{ maxTokens: 4, temperature, prefix: "" },
    ...{ inputNames: ["input_ids", "attention_mask"], outputName: "logits" },
  };
  const tokenizer = {
    ...{ version: "1.0", truncation: null, padding: null, added_tokens: [], normalizer: null },
    ...{ pre_tokenizer: { type: "Whitespace" }, post_processor: null, decoder: null },
    model: { type: "WordLevel", vocab: { unk: 0, one: 1, two: 2 }, unk_token: "unk" },
  };
  await writeWhole(pathOf(`${address}/model.onnx`), model);
  await writeWhole(pathOf(`${address}/classifier.json`), JSON.stringify(description));
  await writeWhole(pathOf(`${address}/tokenizer.json`), JSON.stringify(tokenizer));
  return address;
}

const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));

describe("a text that is tried", () => {
  it("is scored as far as the classifier reads, at its temperature", async () => {
    const address = await makeClassifier(2);
    const short = await scoreText(address, "one two");
    expect(short).toMatchObject({ tokens: 2, clipped: false });
    expect(short.score).toBeCloseTo(sigmoid(3 / 2), 6);
    const long = await scoreText(address, "one one one one two two");
    expect(long).toMatchObject({ tokens: 4, clipped: true });
    expect(long.score).toBeCloseTo(sigmoid(4 / 2), 6);
  });

  it("is scored by its own classifier though others try theirs at the same time", async () => {
    const classifiers = await Promise.all([1, 2, 4].map(makeClassifier));
    const asked = Array.from({ length: 30 }, (_, index) => classifiers[index % 3] ?? "");
    const scores = await Promise.all(asked.map(async (address) => (await scoreText(address, "one two")).score));
    for (const [index, score] of scores.entries()) {
      expect(score).toBeCloseTo(sigmoid(3 / ([1, 2, 4][index % 3] ?? 1)), 6);
    }
  });

  it("is not kept from its turn by a classifier whose files are gone", async () => {
    const address = await makeClassifier(1);
    const answers = await Promise.allSettled([scoreText(`${address}-gone`, "one"), scoreText(address, "one")]);
    expect(answers.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  });
});
