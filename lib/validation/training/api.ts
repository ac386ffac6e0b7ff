import { operation } from "@/lib/platform/http/operation";
import { roundParams } from "../schema";
import {
  answerTrainingSchema,
  candidatesQuery,
  candidatesSchema,
  changeTrainingSchema,
  ownTrainingSchema,
  trainingFeedbackSchema,
  trainingSchema,
} from "./schema";

const path = "/studies/{studyId}/rounds/{roundId}/training";

export const readTrainingOperation = operation({
  id: "training.read",
  method: "GET",
  path,
  summary: "The training documents of a round with their right labels, and how people did; names for owners only",
  access: { kind: "study", permission: "rounds.read" },
  params: roundParams,
  response: trainingSchema,
});

export const changeTrainingOperation = operation({
  id: "training.change",
  method: "PUT",
  path,
  summary:
    "Change the training documents of a round that is not closed; who has begun keeps those with which they began",
  access: { kind: "study", permission: "rounds.change" },
  params: roundParams,
  body: changeTrainingSchema,
  maxBodyBytes: 4 * 1024 * 1024,
  response: trainingSchema,
});

export const listCandidatesOperation = operation({
  id: "training.candidates",
  method: "GET",
  path: `${path}/candidates`,
  summary:
    "Documents that may be trained on: settled in a closed round, or of the sample; none that the round decides on",
  access: { kind: "study", permission: "rounds.change" },
  params: roundParams,
  query: candidatesQuery,
  response: candidatesSchema,
});

export const readOwnTrainingOperation = operation({
  id: "training.own",
  method: "GET",
  path: `${path}/own`,
  summary: "The caller's next training document, without its right label",
  access: { kind: "study", permission: "rounds.decide" },
  params: roundParams,
  response: ownTrainingSchema,
});

export const answerTrainingOperation = operation({
  id: "training.answer",
  method: "POST",
  path: `${path}/own`,
  summary: "Answer a training document, once, and learn what is right; it counts for no figure",
  access: { kind: "study", permission: "rounds.decide" },
  params: roundParams,
  body: answerTrainingSchema,
  response: trainingFeedbackSchema,
});
