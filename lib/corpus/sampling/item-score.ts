/** Under this name an item's attributes hold the score that a classifier gave the document in a filtered corpus. */
export const scoreAttribute = "classifier_score";
