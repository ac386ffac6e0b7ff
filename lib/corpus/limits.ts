/** Limits of what is read; every one has a reason code of its own. */
export const maxLineBytes = 16 * 1024 * 1024;
/** About four hundred printed pages; nobody judges more as one document. */
export const maxTextCharacters = 1_000_000;
/** PostgreSQL's index on (sample, document id) holds at most 2,704 bytes a row. */
export const maxIdCharacters = 500;
export const maxFieldCharacters = 2_000;
export const maxAttributesCharacters = 1_000_000;
export const maxRejectsKept = 1_000;
export const excerptCharacters = 200;
/**
 * What a gzip file may unpack to: so much in any case, and so many times its own size. Texts of web pages come to 3 to 10
 * times; a few kilobytes that unpack for hours are made to fill a disk.
 */
export const unpackedBytesAlwaysAllowed = 1024 ** 3;
export const maxUnpackedRatio = 200;
