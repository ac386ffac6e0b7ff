/** Mulberry32: the same numbers each time, from 0 up to 1. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const wordsOf = (text: string) => text.split(/\s+/).filter(Boolean);
const medical =
  wordsOf(`Patientin Hausarzt Befund Anamnese Diagnose Therapie Dosis Blutdruck Infusion Pneumonie Niere Leber
  Lunge Herzinsuffizienz Fieber Schmerzen Narkose Wunde Fraktur Kreatinin Insulin Hypertonie Thrombose Ödem Impfung Labor`);
const general =
  wordsOf(`Garten Straße Bahnhof Rathaus Urteil Vertrag Mannschaft Trainer Konzert Museum Roman Partei Wahl Steuer
  Aktie Umsatz Motor Fahrrad Wetter Regen Küste Hafen Schiff Rezept Kuchen Urlaub Hotel Versand Rechnung Spiel Verein`);
const small =
  wordsOf(`der die das und ist war wurde mit ohne nach vor bei seit unter über auf in an aus nicht auch nur sehr
  wieder noch schon dann weil dass wenn aber oder ein eine einer eines kein mehr zunächst deutlich leicht zeigte ergab`);

export const taskLabels = ["medical", "non_medical"] as const;
export type MadeTask = { number: number; text: string; label: (typeof taskLabels)[number] };

/** Texts of 25 to 64 German words, one in three of medicine, each labelled. */
export function* makeTasks(count: number): Generator<MadeTask> {
  const random = seeded(7);
  const oneOf = (words: readonly string[]) => words[Math.floor(random() * words.length)];
  for (let number = 1; number <= count; number++) {
    const own = random() < 1 / 3;
    const words = Array.from({ length: 25 + Math.floor(random() * 40) }, () => {
      if (random() < 0.6) return oneOf(small);
      return oneOf(random() < 0.95 === own ? medical : general);
    });
    yield { number, text: `${words.join(" ")}.`, label: own ? "medical" : "non_medical" };
  }
}

/** The labelling configuration of the tasks in Label Studio. */
export const taskConfig = `<View><Text name="text" value="$text"/><Choices name="label" toName="text">
  <Choice value="medical"/><Choice value="non_medical"/></Choices></View>`;

export const choice = (label: string) => [
  { from_name: "label", to_name: "text", type: "choices", value: { choices: [label] } },
];

/** Tasks as a file of Label Studio: with one annotation each, or with a prediction only. */
export function* taskFile(count: number, labelled: boolean): Generator<string> {
  yield "[";
  for (const { number, text, label } of makeTasks(count)) {
    const made = { result: choice(label) };
    const task = {
      data: { text, number },
      ...(labelled ? { annotations: [{ ...made, lead_time: 4.5 }] } : { predictions: [made] }),
    };
    yield `${number === 1 ? "" : ",\n"}${JSON.stringify(task)}`;
  }
  yield "]\n";
}
