import { z } from "zod";
import { operation } from "@/lib/platform/http/operation";
import {
  createDrawSchema,
  createSampleSchema,
  sampleItemSchema,
  samplePlanSchema,
  samplePreviewSchema,
  sampleSchema,
  stratumSchema,
} from "../schema";

const studyParams = z.object({ studyId: z.uuid() });
const drawNumber = z.coerce.number().int().min(1).max(1_000_000).default(1);
const sampleParams = studyParams.extend({ sampleId: z.uuid() });

export const listSamplesOperation = operation({
  id: "samples.list",
  method: "GET",
  path: "/studies/{studyId}/samples",
  summary: "Samples, newest first",
  access: { kind: "study", permission: "samples.read" },
  params: studyParams,
  response: z.object({ samples: z.array(sampleSchema) }),
});

export const createSampleOperation = operation({
  id: "samples.create",
  method: "POST",
  path: "/studies/{studyId}/samples",
  summary: "Draw a sample from a corpus",
  access: { kind: "study", permission: "samples.draw" },
  params: studyParams,
  body: createSampleSchema,
  response: z.object({ id: z.uuid() }),
  status: 201,
});

export const previewSampleOperation = operation({
  id: "samples.preview",
  method: "POST",
  path: "/studies/{studyId}/samples/preview",
  summary: "How many a design would draw of each stratum; with `plan`, what precision and work that means",
  access: { kind: "study", permission: "samples.draw" },
  params: studyParams,
  body: samplePreviewSchema,
  response: z.object({ strata: z.array(stratumSchema), plan: samplePlanSchema.nullable() }),
});

export const createDrawOperation = operation({
  id: "samples.draws.create",
  method: "POST",
  path: "/studies/{studyId}/samples/{sampleId}/draws",
  summary: "Draw from an earlier draw's documents (second phase), or extend an earlier draw by its own design",
  access: { kind: "study", permission: "samples.draw" },
  params: sampleParams,
  body: createDrawSchema,
  response: z.object({ id: z.uuid(), number: z.number().int() }),
  status: 201,
});

export const readSampleOperation = operation({
  id: "samples.read",
  method: "GET",
  path: "/studies/{studyId}/samples/{sampleId}",
  summary: "A sample with its draws, and design and strata of one of them (of the first, unless told otherwise)",
  access: { kind: "study", permission: "samples.read" },
  params: sampleParams,
  query: z.object({ draw: drawNumber }),
  response: sampleSchema,
});

export const listSampleItemsOperation = operation({
  id: "samples.items",
  method: "GET",
  path: "/studies/{studyId}/samples/{sampleId}/items",
  summary: "Drawn documents in the order of the draw",
  access: { kind: "study", permission: "samples.read" },
  params: sampleParams,
  query: z.object({ draw: drawNumber, after: z.coerce.number().int().min(-1).default(-1) }),
  response: z.object({ items: z.array(sampleItemSchema), next: z.number().int().nullable() }),
});
