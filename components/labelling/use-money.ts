import { useFormatter } from "next-intl";

/** An amount in the person's language; tokens are cheap, so less than one has four digits after the point. */
export function useMoney(): (amount: number, currency: string) => string {
  const format = useFormatter();
  return (amount, currency) =>
    format.number(amount, { style: "currency", currency, maximumFractionDigits: amount < 1 ? 4 : 2 });
}
