/** State of a station or run: the shape differs as well as the colour. */
export type StateDotState = "waits" | "next" | "active" | "done" | "failed";

const symbols: Record<StateDotState, { text: string; className: string }> = {
  waits: { text: "○", className: "text-muted" },
  next: { text: "◌", className: "text-accent" },
  active: { text: "◐", className: "text-accent" },
  done: { text: "●", className: "text-done" },
  failed: { text: "✕", className: "text-danger" },
};

export function StateDot(props: { state: StateDotState; label: string }) {
  const symbol = symbols[props.state];
  return (
    <span role="img" aria-label={props.label} title={props.label} className={`inline-block w-4 ${symbol.className}`}>
      {symbol.text}
    </span>
  );
}
