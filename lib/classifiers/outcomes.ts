import { z } from "zod";
import { outputOf } from "@/lib/compute/manifest";
import { addOutputEdge, registerRunOutcome } from "@/lib/compute/outcomes";
import { type DescribedCorpus, describeFilteredCorpus, registerFilteredCorpus } from "@/lib/corpus/filtered-corpus";
import { newId } from "@/lib/platform/ids";
import { scanParquet } from "@/lib/platform/storage/parquet";
import { chooseThreshold } from "./rules";

const scoreRow = z.object({
  id: z.string(),
  split: z.enum(["tune", "test"]),
  label: z.number(),
  weight: z.number(),
  score: z.number(),
});
type ScoreRow = z.infer<typeof scoreRow>;

export function registerClassifierOutcomes(): void {
  registerRunOutcome<ScoreRow[]>("train-classifier", {
    async prepare(_, manifest) {
      const rows: ScoreRow[] = [];
      for await (const chunk of scanParquet(outputOf(manifest, "scores").address, scoreRow)) rows.push(...chunk);
      return rows;
    },
    async commit(transaction, run, manifest, rows) {
      const edge = await transaction.runEdge.findFirstOrThrow({
        where: { runId: run.id, direction: "input", kind: "label-set" },
      });
      const model = outputOf(manifest, "model");
      const onnx = outputOf(manifest, "onnx");
      const tune = rows.filter(({ split }) => split === "tune");
      const id = newId();
      await transaction.classifier.create({
        data: {
          id,
          studyId: run.studyId,
          labelSetId: edge.targetId,
          name: run.name,
          madeByRunId: run.id,
          modelAddress: model.address,
          modelDigest: model.digest,
          onnxAddress: onnx.address,
          onnxDigest: onnx.digest,
          threshold: chooseThreshold(tune.map(({ score, label, weight }) => ({ score, medical: label === 1, weight }))),
        },
      });
      for (let start = 0; start < rows.length; start += 5000) {
        await transaction.classifierScore.createMany({
          data: rows
            .slice(start, start + 5000)
            .map(({ id: itemId, split, score }) => ({ classifierId: id, itemId, role: split, score })),
        });
      }
      await addOutputEdge(transaction, run.id, { kind: "classifier", targetId: id, role: "classifier" });
    },
  });
  registerRunOutcome<DescribedCorpus>("classify-corpus", {
    prepare: (_, manifest) => {
      const { address, digest } = outputOf(manifest, "filtered");
      return describeFilteredCorpus(address, digest);
    },
    async commit(transaction, run, _, described) {
      const { id } = await registerFilteredCorpus(transaction, run, described);
      await addOutputEdge(transaction, run.id, { kind: "corpus", targetId: id, role: "filtered" });
    },
  });
}
