import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { environment } from "../environment";

/** AES-256-GCM; the answer is base64 of nonce (12 bytes), tag (16), ciphertext. */
export function encryptSecret(plain: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", Buffer.from(environment().encryptionKey, "hex"), nonce);
  const ciphertext = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString("base64");
}

/** Throws where the key has changed or the text was tampered with. */
export function decryptSecret(encrypted: string): string {
  const bytes = Buffer.from(encrypted, "base64");
  const decipher = createDecipheriv(
    "aes-256-gcm",
    Buffer.from(environment().encryptionKey, "hex"),
    bytes.subarray(0, 12),
  );
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8");
}
