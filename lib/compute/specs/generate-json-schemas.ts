/** Writes the runner's copies of the spec schemas: `npx tsx lib/compute/specs/generate-json-schemas.ts`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { jsonSchemaFiles } from "./json-schemas";

const folder = join(import.meta.dirname, "..", "..", "..", "runner", "src", "definemed_runner", "schemas");
for (const { name, content } of jsonSchemaFiles()) {
  writeFileSync(join(folder, name), content);
}
