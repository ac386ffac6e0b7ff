import type { AnnotationFailureCode } from "./schema";

/** Why a file can't be imported as a whole. */
export class AnnotationFailure extends Error {
  constructor(readonly code: AnnotationFailureCode) {
    super(code);
    this.name = "AnnotationFailure";
  }
}
