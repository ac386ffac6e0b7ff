/**
 * Makes the accounts and the study of the example, once per database. What the study holds comes about afterwards, by
 * the same code and on the same parts as any study's: see walk-example-study.ts, which the worker carries out.
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { createPerson } from "@/lib/auth/create-person";
import { createPromptSet } from "@/lib/generations/prompt-sets";
import { createQuestionSet } from "@/lib/multiple-choice/question-sets";
import { closeDatabase, database } from "@/lib/platform/database/client";
import type { Role } from "@/lib/platform/database/generated/enums";
import { environment } from "@/lib/platform/environment";
import { enterStudy } from "@/lib/studies/actor";

const accounts: { email: string; name: string; role: Role; administrator?: boolean; mayCreateStudies?: boolean }[] = [
  { email: "leitung@example.org", name: "Leitung", role: "owner", administrator: true },
  { email: "forschung@example.org", name: "Forschung", role: "researcher", mayCreateStudies: true },
  { email: "klinik@example.org", name: "Klinik", role: "clinician" },
];
const simulated: { email: string; name: string; role: Role }[] = [
  { email: "simuliert-1@example.org", name: "Person 1 (simuliert)", role: "clinician" },
  { email: "simuliert-2@example.org", name: "Person 2 (simuliert)", role: "clinician" },
  { email: "simuliert-3@example.org", name: "Person 3 (simuliert)", role: "adjudicator" },
];

const password = process.env.STUDIO_DEMO_PASSWORD ?? "";
const folder = import.meta.dirname;

async function ensurePerson(input: Parameters<typeof createPerson>[1]): Promise<string> {
  const known = await database().person.findUnique({ where: { email: input.email } });
  return known?.id ?? (await createPerson(null, input)).id;
}

const owner = accounts[0];
if (!owner) throw new Error("the example needs an owner");
const people = await Promise.all(
  accounts.map(async (account) => ({ ...account, id: await ensurePerson({ ...account, password }) })),
);
const machines = await Promise.all(
  simulated.map(async (person) => ({
    role: person.role,
    id: await ensurePerson({ ...person, password: null, simulated: true }),
  })),
);
const existing = await database().study.findFirst({ where: { example: true } });
if (!existing) {
  const ownerId = people.find(({ role }) => role === "owner")?.id ?? "";
  const study = await database().study.create({
    data: {
      name: "Beispielstudie",
      description: "Der ganze Weg im Kleinen: vom Webdokument bis zum beurteilten Modell.",
      example: true,
      createdById: ownerId,
      members: { create: [...people, ...machines].map(({ id, role }) => ({ personId: id, role })) },
    },
  });
  const person = await database().person.findUniqueOrThrow({ where: { id: ownerId } });
  const { id: personId, name, email, administrator, locale, theme } = person;
  const actor = await enterStudy({ personId, name, email, administrator, locale, theme, token: null }, study.id);
  const text = (file: string) => readFile(path.join(folder, file), "utf8");
  await createQuestionSet(actor, { name: "Medizinische Fragen", text: await text("questions/medical_de.jsonl") });
  await createPromptSet(actor, {
    name: "Medizinische Aufgaben",
    text: await text("prompts/medical_instructions_de.jsonl"),
  });
}
await writeFile(
  path.join(environment().dataFolder, "demo-accounts.json"),
  `${JSON.stringify({ accounts: people.map(({ email, role }) => ({ email, role })) }, null, 2)}\n`,
);
await closeDatabase();
