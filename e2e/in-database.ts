import { execFileSync } from "node:child_process";
import path from "node:path";
import { DataFolder } from "../supervisor/data-folder.mjs";
import { studioEnvironment } from "../supervisor/session/studio-environment.mjs";
import { dataFolder } from "./studio";

/** What a program of this folder answers that works in the database of the studio at `url`, whose folder is `data`. */
export function inDatabase<T>(program: string, words: string[], url: string, data = dataFolder): T {
  const folder = new DataFolder(data);
  const port = folder.read("ports.json")?.postgres;
  const databaseUrl = `postgresql://studio:${folder.secrets.postgresPassword}@127.0.0.1:${port}/studio`;
  const environment = studioEnvironment({ mode: "test", dataFolder: folder, databaseUrl, url });
  const file = path.join(import.meta.dirname, `${program}.ts`);
  const options = ["--conditions=react-server", "--import", "tsx", file, ...words];
  const printed = execFileSync(process.execPath, options, {
    cwd: path.join(import.meta.dirname, ".."),
    env: { ...process.env, ...environment },
    encoding: "utf8",
    maxBuffer: 1e8,
  });
  return JSON.parse(printed) as T;
}
