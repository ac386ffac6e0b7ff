import { z } from "zod";
import { operation } from "@/lib/platform/http/operation";
import { createStudySchema, studySchema } from "./schema";

export const listStudiesOperation = operation({
  id: "studies.list",
  method: "GET",
  path: "/studies",
  summary: "The studies of which the caller is a member",
  access: { kind: "signed-in" },
  response: z.object({ studies: z.array(studySchema) }),
});

export const createStudyOperation = operation({
  id: "studies.create",
  method: "POST",
  path: "/studies",
  summary: "Make a study; the caller becomes its owner",
  access: { kind: "signed-in" },
  body: createStudySchema,
  response: studySchema,
  status: 201,
});
