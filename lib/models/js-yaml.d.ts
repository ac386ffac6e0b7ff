/** The package brings no types. */
declare module "js-yaml" {
  /** The only document of a text, by the safe schema. Throws YAMLException. */
  export function load(text: string): unknown;
  export class YAMLException extends Error {}
}
