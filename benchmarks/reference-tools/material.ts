import { existsSync } from "node:fs";
import path from "node:path";
import { studioCacheFolder } from "../../supervisor/python/studio-cache.mjs";

const wordAfter = (name: string) => process.argv.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);

/** `name=12` after the second `--` of the command line. */
export const countAfter = (name: string, otherwise: number) => Number(wordAfter(name) ?? otherwise);

/**
 * The collection of real texts, which is other people's and no part of the repository: `texts=FOLDER`, else
 * ../shared/data. Says so and gives null where it is not there.
 */
export function realTexts(): string | null {
  const folder = path.resolve(wordAfter("texts") ?? path.join("..", "shared", "data"));
  if (existsSync(folder)) return folder;
  console.log(`Skipped: the collection of real texts is not in ${folder}. Name its folder with texts=FOLDER.`);
  return null;
}

/** A model that the demo prepares. Says so and gives null where it has not been prepared. */
export function exampleModel(name: string): string | null {
  const folder = path.join(studioCacheFolder(), "example-models", name);
  if (existsSync(`${folder}.complete.json`)) return folder;
  console.log(`Skipped: the example model ${name} is not prepared. Run: node supervisor/example-models.mjs`);
  return null;
}
