import { createTranslator } from "next-intl";
import { drawDesignSchema } from "@/lib/corpus/schema";
import { database } from "@/lib/platform/database/client";
import type { Locale } from "@/lib/platform/i18n/locale";
import type { StudyActor } from "@/lib/studies/actor";
import { messagesOf } from "@/messages";
import { version } from "@/package.json";
import { readQuality } from "../quality/read-quality";
import { shownEstimate } from "../quality/rules";
import { coefficients, type EstimateView, type FigureProblem, measures } from "../quality/schema";
import { isConvenience } from "../rules";
import type { ExportHead } from "./read-head";
import { exportColumns, goldOrigins } from "./schema";
import { labelStudioConfig } from "./write-formats";

type Translate = ReturnType<typeof cardTranslator>;

const cardTranslator = (locale: Locale) =>
  createTranslator({ locale, messages: messagesOf(locale), namespace: "export.card", timeZone: "UTC" });

/** Markdown that tells a reader who has only the files how they came about and what they may say. */
export async function writeDataCard(actor: StudyActor, head: ExportHead, locale: Locale): Promise<string> {
  const t = cardTranslator(locale);
  const sections = [
    title(t, head),
    choice(t, head, locale),
    await people(t, head, locale),
    labels(t, head),
    await figures(t, actor, head, locale),
    assignment(t, head),
    reproduce(t),
    caution(t, head),
    columns(t),
    formats(t),
  ];
  return `${sections.flat().join("\n\n")}\n`;
}

function title(t: Translate, { round, interim }: ExportHead): string[] {
  return [
    `# ${t("title", { round: plain(round.name) })}`,
    ...(interim ? [`**${t("interim")}**`] : []),
    ...(round.study.example ? [`**${t("example")}**`] : []),
    list([
      t("study", { name: plain(round.study.name) }),
      t("roundId", { id: round.id }),
      t("opened", { date: dateOf(round.openedAt) }),
      t("closed", { date: dateOf(round.closedAt) }),
      t("exported", { date: new Date().toISOString(), version }),
    ]),
    t(round.annotationImport ? "whatImported" : "what"),
  ];
}

function choice(t: Translate, { round }: ExportHead, locale: Locale): string[] {
  const { draw } = round;
  const { sample } = draw;
  const { corpus } = sample;
  const title = `## ${t("choiceTitle")}`;
  const origin = [
    t("corpus", { name: plain(corpus.name), documents: corpus.documents, digest: corpus.digest ?? "–" }),
    ...(corpus.description ? [plain(corpus.description)] : []),
  ];
  if (isConvenience(draw.design)) return [title, list([...origin, t("designConvenience", { size: draw.size })])];
  const drawn = t("sample", { name: plain(sample.name), number: draw.number, size: draw.size, seed: sample.seed });
  const strata = strataTable(t, draw.strata, locale);
  const facts = list([
    ...origin,
    drawn,
    t(designName(draw.design)),
    t("design", { design: code(JSON.stringify(draw.design)) }),
  ]);
  if (!draw.parentDraw) return [title, facts, t("probability"), strata];
  const first = new Map(draw.strata.flatMap(({ phaseOneStratum: one }) => (one ? [[one.id, one] as const] : [])));
  return [
    title,
    facts,
    t("probability"),
    `### ${t("phaseOne", { number: draw.parentDraw.number, size: draw.parentDraw.size })}`,
    strataTable(t, [...first.values()], locale),
    `### ${t("phaseTwo")}`,
    t("phaseTwoHint"),
    strata,
  ];
}

function designName(design: unknown) {
  const kind = drawDesignSchema.safeParse(design).data?.kind;
  if (kind === "stratified") return "designStratified";
  return kind === "subsample" ? "designSubsample" : "designSimple";
}

type StratumRow = { key: string; populationSize: number; sampleSize: number };

function strataTable(t: Translate, strata: StratumRow[], locale: Locale): string {
  const number = numbers(locale);
  const rows = [...strata]
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ key, populationSize, sampleSize }) => [
      code(key),
      number(populationSize),
      number(sampleSize),
      number(sampleSize / populationSize, 6),
    ]);
  return table([t("stratum"), t("population"), t("drawn"), t("inclusion")], rows);
}

async function people(t: Translate, { round, interim }: ExportHead, locale: Locale): Promise<string[]> {
  const [counts] = await database().$queryRaw<{ documents: number; disputed: number; unsettled: number }[]>`
    select count(*)::int as "documents", count(*) filter (where "disputed")::int as "disputed",
      count(*) filter (where "gold" is null)::int as "unsettled"
    from "RoundItem" where "roundId" = ${round.id}::uuid and "decided" > 0`;
  const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  return [
    `## ${t("peopleTitle")}`,
    list([
      t("people", { count: round.members.length }),
      ...(round.continues ? [t("continues", { name: plain(round.continues.name), decisions: round.carried })] : []),
      ...(round.annotationImport ? [] : [t("doubles", { share: share.format(round.doubleShare) })]),
      t("decisions", { decided: round.decided, wanted: round.wanted, items: round.items }),
      ...(round.annotationImport ? [] : [t("highlighted", { highlighted: round.highlighted, decided: round.decided })]),
      ...(round.repeatShare > 0 ? [t("repeats", { share: share.format(round.repeatShare) })] : []),
      ...(round._count.trainingItems > 0 ? [t("training", { count: round._count.trainingItems })] : []),
      ...(round._count.lateDecisions > 0 ? [t("late", { count: round._count.lateDecisions })] : []),
      ...(round.stopHalfWidth === null ? [] : [t("stopRule", stopValues(round, locale))]),
      t("settled", { documents: 0, disputed: 0, unsettled: 0, ...counts }),
    ]),
    t("gold"),
    list(goldOrigins.map((origin) => `${code(origin)}: ${t(`goldFrom.${origin}`)}`)),
    t(round.annotationImport ? "imported" : "versions"),
    ...(interim ? [t("interimRows")] : []),
    `### ${t("instructions")}`,
    quote(locale === "de" ? round.instructionsDe : round.instructionsEn),
  ];
}

function stopValues(round: ExportHead["round"], locale: Locale) {
  const number = numbers(locale);
  const { stopHalfWidth, stopLower, stopUpper, stopDocuments, stopLabellingRunId, stoppedAt } = round;
  return {
    halfWidth: number(stopHalfWidth ?? 0, 4),
    run: stopLabellingRunId ?? "–",
    lower: stopLower === null ? "–" : number(stopLower, 4),
    upper: stopUpper === null ? "–" : number(stopUpper, 4),
    documents: stopDocuments,
    date: dateOf(stoppedAt),
  };
}

function labels(t: Translate, { labellings }: ExportHead): string[] {
  if (labellings.length === 0) return [`## ${t("labelsTitle")}`, t("noLabels")];
  return [
    `## ${t("labelsTitle")}`,
    ...labellings.flatMap((run) => [
      `### ${plain(run.model)}, prompt ${run.prompt.language} ${run.prompt.version}`,
      list([
        t("run", { id: run.id, date: dateOf(run.createdAt), state: run.state }),
        t("outcomes", { medical: run.medical, nonMedical: run.nonMedical, unusable: run.unusable }),
        t("parameters", { parameters: code(JSON.stringify(run.parameters)) }),
      ]),
      fence(run.prompt.text),
    ]),
  ];
}

async function figures(t: Translate, actor: StudyActor, { round }: ExportHead, locale: Locale): Promise<string[]> {
  const { labelQuality, agreement, labelling } = await readQuality(actor, round.id, { target: "like_these" });
  const messages = createTranslator({ locale, messages: messagesOf(locale), namespace: "quality" });
  const head = [t("figure"), t("value"), t("interval"), "n", t("method")];
  const number = numbers(locale);
  const range = ({ lower, upper }: { lower: number; upper: number }) => `${number(lower, 4)} – ${number(upper, 4)}`;
  type Bounds = { lower: number; upper: number } | undefined;
  const row = (name: string, estimate: EstimateView | null, problem: FigureProblem | null, bounds?: Bounds) =>
    estimate
      ? [name, number(estimate.value, 4), range(estimate.interval), number(estimate.n), estimate.method]
      : [
          name,
          "–",
          bounds ? range(bounds) : "–",
          "–",
          [problem && code([problem.code, ...problem.strata].join(" ")), bounds && t("boundsOnly")]
            .filter(Boolean)
            .join("; ") || "–",
        ];
  return [
    `## ${t("figuresTitle")}`,
    ...(labelQuality
      ? [
          t("figuresOf", { run: labelling ?? "–" }),
          table(
            head,
            measures.map((name) => {
              const limits = labelQuality.figures[name].unsettled?.limits;
              return row(messages(`measures.${name}`), shownEstimate(labelQuality, name), labelQuality.problem, limits);
            }),
          ),
        ]
      : [t("noFigures")]),
    `### ${messages("agreement")}`,
    table(
      head,
      coefficients.map((name) => {
        const { estimate, problem } = agreement.figures[name];
        return row(messages(`coefficients.${name}`), estimate, problem);
      }),
    ),
  ];
}

function assignment(t: Translate, { round, interim }: ExportHead): string[] {
  if (!round.assignmentHash) return [`## ${t("assignmentTitle")}`, t("noAssignment")];
  const facts = [t("hash", { hash: round.assignmentHash })];
  if (interim || !round.salt) return [`## ${t("assignmentTitle")}`, list(facts), t("saltLater")];
  return [
    `## ${t("assignmentTitle")}`,
    list([...facts, t("salt", { salt: round.salt }), t("seed", { seed: round.seed })]),
    t("verify"),
    fence(
      `(printf '%s' ${round.salt}; jq -r '"\\(.queue_position) \\(.item_id) \\(.wanted)"' FILE.jsonl) | sha256sum`,
      "sh",
    ),
  ];
}

const reproduce = (t: Translate) => [
  `## ${t("reproduceTitle")}`,
  t("reproduce"),
  fence("npm run --silent quality -- FILE.jsonl", "sh"),
  t("reproduceMore"),
];

const caution = (t: Translate, { round }: ExportHead) => [
  `## ${t("cautionTitle")}`,
  list([
    t("rights"),
    t("personal"),
    t("pseudonyms", { count: round.members.length }),
    t(round.study.showPace ? "paceShown" : "paceHidden"),
    t("erased"),
    t("notes"),
  ]),
];

const columns = (t: Translate) => [
  `## ${t("columnsTitle")}`,
  table(
    [t("column"), t("meaning")],
    exportColumns.map((name) => [code(name), t(`columns.${name}`)]),
  ),
  t("decisionColumns"),
];

const formats = (t: Translate) => [
  `## ${t("formatsTitle")}`,
  list([t("formatCsv"), t("formatParquet"), t("formatLabelStudio"), t("formatDoccano")]),
  fence(labelStudioConfig, "xml"),
];

const dateOf = (date: Date | null) => date?.toISOString() ?? "–";

function numbers(locale: Locale) {
  return (value: number, digits = 0) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
}

/** Names that people gave, and text from the web, stay text: no markup, no HTML, on one line. */
const plain = (text: string) => text.replace(/\s+/g, " ").replace(/[\\`*_{}[\]<>#|!~&]/g, (one) => `\\${one}`);
const code = (text: string) => {
  const line = text.replace(/\s+/g, " ").replaceAll("|", "\\|");
  const marks = "`".repeat(longestRun(line) + 1);
  const space = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${marks}${space}${line}${space}${marks}`;
};
const quote = (text: string) =>
  text
    .split(/\r?\n/)
    .map((line) => `> ${line.replace(/[<&]/g, (one) => `\\${one}`)}`)
    .join("\n");
const fence = (text: string, language = "text") => {
  const marks = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${marks}${language}\n${text}\n${marks}`;
};
const longestRun = (text: string) => Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
const list = (lines: string[]) => lines.map((line) => `- ${line}`).join("\n");
const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
