import { z } from "zod";
import { type RunKind, runKinds, specSchemas } from "./index";

/** The JSON Schema of a kind's spec, as the runner validates it. */
export function jsonSchemaOf(kind: RunKind) {
  return {
    ...z.toJSONSchema(specSchemas[kind], { target: "draft-2020-12" }),
    title: `Spec of a ${kind} run`,
    $comment: "Generated from lib/compute/specs by generate-json-schemas.ts; not edited by hand.",
  };
}

/** File name and content of every schema. */
export function jsonSchemaFiles() {
  return runKinds.map((kind) => ({
    name: `${kind}.json`,
    content: `${JSON.stringify(jsonSchemaOf(kind), null, 2)}\n`,
  }));
}
