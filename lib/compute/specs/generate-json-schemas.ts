/** Writes the runner's copies of the spec schemas: `npx tsx lib/compute/specs/generate-json-schemas.ts`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type RunKind, runKinds, specSchemas } from "./index";

function jsonSchemaOf(kind: RunKind) {
  return {
    ...z.toJSONSchema(specSchemas[kind], { target: "draft-2020-12", io: "input" }),
    title: `Spec of a ${kind} run`,
    $comment: "Generated from lib/compute/specs by generate-json-schemas.ts; not edited by hand.",
  };
}

/** File name and content of every kind's schema, as the runner validates it. */
export function jsonSchemaFiles() {
  return runKinds.map((kind) => ({
    name: `${kind}.json`,
    content: `${JSON.stringify(jsonSchemaOf(kind), null, 2)}\n`,
  }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(import.meta.dirname, "..", "..", "..", "runner", "src", "definemed_runner", "schemas");
  for (const { name, content } of jsonSchemaFiles()) {
    writeFileSync(join(folder, name), content);
  }
}
