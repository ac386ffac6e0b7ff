import * as audit from "@/lib/audit/api";
import * as auth from "@/lib/auth/api";
import * as classifiers from "@/lib/classifiers/api";
import * as compute from "@/lib/compute/api";
import * as corpus from "@/lib/corpus/api";
import * as samples from "@/lib/corpus/sampling/api";
import * as generations from "@/lib/generations/api";
import * as judging from "@/lib/judging/api";
import * as labelling from "@/lib/labelling/api";
import * as models from "@/lib/models/api";
import * as multipleChoice from "@/lib/multiple-choice/api";
import type { Operation } from "@/lib/platform/http/operation";
import * as studies from "@/lib/studies/api";
import * as adjudication from "@/lib/validation/adjudication/api";
import * as validation from "@/lib/validation/api";
import * as training from "@/lib/validation/training/api";

// biome-ignore lint/suspicious/noExplicitAny: a list of operations of every type
export type AnyOperation = Operation<any, any, any, any>;

/** Every room's operations; a room's api.ts exports operations only, so that this list needs no other. */
export const operations: AnyOperation[] = [
  auth,
  audit,
  studies,
  corpus,
  samples,
  classifiers,
  compute,
  labelling,
  models,
  multipleChoice,
  generations,
  validation,
  adjudication,
  training,
  judging,
].flatMap((room) => Object.values(room) as AnyOperation[]);
