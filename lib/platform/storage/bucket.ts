import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { environment } from "../environment";
import { checkAllowedAddress } from "../http/allowed-address";
import { parseBucketAddress } from "./bucket-address";
import { asStoreFault, isMissing, StoreFault } from "./store-fault";

/** A part is repeated whole when its connection breaks; S3 takes 5 MiB at least and 10,000 parts at most. */
const defaultPartBytes = 16 * 1024 ** 2;
const mostParts = 10_000;

export type StoredObject = { bytes: number; etag: string; sha256: string | null };
type Watch = { onBytes?: (more: number) => void; signal?: AbortSignal };

/** The objects below the prefix of `s3://bucket/prefix`; keys are relative to it. Every method throws StoreFault. */
export type Bucket = ReturnType<typeof openBucket>;

let client: { of: string; client: S3Client } | undefined;

/** One client, with its connections, for all buckets: endpoint and credentials are the installation's. */
function sharedClient(): S3Client {
  const { s3 } = environment();
  if (!s3) throw new StoreFault("store_not_configured", "STUDIO_S3_ACCESS_KEY_ID and STUDIO_S3_SECRET_ACCESS_KEY");
  const { endpoint } = s3;
  try {
    checkAllowedAddress(endpoint);
  } catch {
    throw new StoreFault("store_not_allowed", new URL(endpoint).host);
  }
  if (client?.of === endpoint) return client.client;
  client = {
    of: endpoint,
    client: new S3Client({
      endpoint,
      region: s3.region,
      credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
      // The address that is asked is then the one that was allowed.
      forcePathStyle: true,
      followRegionRedirects: false,
      maxAttempts: 2,
      requestHandler: {
        connectionTimeout: 4_000,
        socketTimeout: 60_000,
        requestTimeout: 300_000,
        throwOnRequestTimeout: true,
      },
      // Not every store knows the newer checksums; Content-MD5 and our own SHA-256 are understood by all.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    }),
  };
  return client.client;
}

/** Small requests are made within ticks: a store that takes longer for one counts as away. */
const soon = (signal?: AbortSignal) => {
  const timeout = AbortSignal.timeout(10_000);
  return { abortSignal: signal ? AbortSignal.any([signal, timeout]) : timeout };
};

const md5 = (content: Uint8Array) => createHash("md5").update(content).digest();

/** Throws StoreFault where the address is none, the installation has no credentials, or the endpoint is not allowed. */
export function openBucket(address: string, partBytes = defaultPartBytes) {
  const place = parseBucketAddress(address);
  if (!place) throw new StoreFault("store_refused", "no address of a bucket");
  const s3 = sharedClient();
  const { bucket: Bucket, prefix } = place;
  const full = (key: string) => (prefix ? `${prefix}/${key}` : key);
  const relative = (key = "") => (prefix ? key.slice(prefix.length + 1) : key);
  const at = (key: string) => ({ Bucket, Key: full(key) });
  const told = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    try {
      return await work();
    } catch (error) {
      throw asStoreFault(error);
    }
  };
  const orNull = async <Value>(work: () => Promise<Value>): Promise<Value | null> => {
    try {
      return await work();
    } catch (error) {
      if (isMissing(error)) return null;
      throw asStoreFault(error);
    }
  };

  /** What is known of an object without reading it; null where there is none. */
  const look = (key: string, signal?: AbortSignal): Promise<StoredObject | null> =>
    orNull(async () => {
      const answer = await s3.send(new HeadObjectCommand(at(key)), soon(signal));
      return {
        bytes: answer.ContentLength ?? 0,
        etag: answer.ETag ?? "",
        sha256: answer.Metadata?.sha256 ?? null,
      };
    });

  /** A small object's bytes, of some MiB; null where there is none, "too_large" beyond the limit. */
  const read = (key: string, limitBytes: number): Promise<Uint8Array | "too_large" | null> =>
    orNull(async () => {
      const answer = await s3.send(new GetObjectCommand(at(key)), soon());
      if ((answer.ContentLength ?? 0) > limitBytes) {
        (answer.Body as { destroy?: () => void } | undefined)?.destroy?.();
        return "too_large";
      }
      return (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
    });

  /** A small object whole, with its SHA-256 for who fetches it. */
  const write = (key: string, content: string | Uint8Array): Promise<void> =>
    told(async () => {
      const body = typeof content === "string" ? Buffer.from(content) : content;
      const sha256 = createHash("sha256").update(body).digest("hex");
      await s3.send(
        new PutObjectCommand({
          ...at(key),
          Body: body,
          ContentMD5: md5(body).toString("base64"),
          Metadata: { sha256 },
        }),
      );
    });

  /** Key and bytes of every object whose key begins so. */
  const names = (start: string, signal?: AbortSignal): Promise<Map<string, number>> =>
    told(async () => {
      const found = new Map<string, number>();
      let ContinuationToken: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({ Bucket, Prefix: full(start), ContinuationToken }),
          soon(signal),
        );
        for (const { Key, Size = 0 } of page.Contents ?? []) found.set(relative(Key), Size);
        ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (ContinuationToken);
      return found;
    });

  /** Removes an object; one that is not there is fine. */
  const remove = (key: string): Promise<void> =>
    told(async () => {
      await s3.send(new DeleteObjectCommand(at(key)), soon());
    });

  /** The uploads in parts that are under way below a key, the newest last. */
  const uploads = (start: string): Promise<{ key: string; id: string }[]> =>
    told(async () => {
      const found: { key: string; id: string; since: number }[] = [];
      let KeyMarker: string | undefined;
      let UploadIdMarker: string | undefined;
      do {
        const page = await s3.send(
          new ListMultipartUploadsCommand({ Bucket, Prefix: full(start), KeyMarker, UploadIdMarker }),
        );
        for (const { Key, UploadId = "", Initiated } of page.Uploads ?? []) {
          found.push({ key: relative(Key), id: UploadId, since: Initiated?.getTime() ?? 0 });
        }
        KeyMarker = page.IsTruncated ? page.NextKeyMarker : undefined;
        UploadIdMarker = page.IsTruncated ? page.NextUploadIdMarker : undefined;
      } while (KeyMarker);
      return found.sort((one, other) => one.since - other.since).map(({ key, id }) => ({ key, id }));
    });

  /** Gives an upload up; its parts are freed. */
  const dropUpload = async (key: string, id: string): Promise<void> => {
    await orNull(() => s3.send(new AbortMultipartUploadCommand({ ...at(key), UploadId: id })));
  };

  const partsOf = (key: string, UploadId: string) =>
    told(async () => {
      const found = new Map<number, { bytes: number; etag: string }>();
      let PartNumberMarker: string | undefined;
      do {
        const page = await s3.send(new ListPartsCommand({ ...at(key), UploadId, PartNumberMarker }));
        for (const { PartNumber = 0, Size = 0, ETag = "" } of page.Parts ?? []) {
          found.set(PartNumber, { bytes: Size, etag: ETag.replaceAll('"', "") });
        }
        PartNumberMarker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
      } while (PartNumberMarker);
      return found;
    });

  async function sendParts(key: string, file: string, UploadId: string, { onBytes, signal }: Watch): Promise<void> {
    const there = await partsOf(key, UploadId);
    const handle = await open(file, "r");
    try {
      const { size } = await handle.stat();
      const length = Math.max(partBytes, Math.ceil(size / mostParts));
      const buffer = Buffer.allocUnsafe(length);
      const Parts: { PartNumber: number; ETag: string }[] = [];
      for (let start = 0, PartNumber = 1; start < size; start += length, PartNumber++) {
        signal?.throwIfAborted();
        const { bytesRead } = await handle.read(buffer, 0, Math.min(length, size - start), start);
        const content = buffer.subarray(0, bytesRead);
        const digest = md5(content);
        const known = there.get(PartNumber);
        let etag = digest.toString("hex");
        // A part that arrived before is not sent again; the ETag is its MD5, except under some encryptions.
        if (known?.bytes !== bytesRead || known.etag !== etag) {
          const answer = await told(() =>
            s3.send(
              new UploadPartCommand({
                ...at(key),
                UploadId,
                PartNumber,
                Body: content,
                ContentMD5: digest.toString("base64"),
              }),
              { abortSignal: signal },
            ),
          );
          etag = answer.ETag?.replaceAll('"', "") ?? etag;
        }
        Parts.push({ PartNumber, ETag: `"${etag}"` });
        onBytes?.(bytesRead);
      }
      await told(() =>
        s3.send(new CompleteMultipartUploadCommand({ ...at(key), UploadId, MultipartUpload: { Parts } })),
      );
    } finally {
      await handle.close();
    }
  }

  /**
   * Sends a file of that size and hex SHA-256; it is visible when this resolves, and never in part. One that was
   * interrupted goes on behind the parts that the store has.
   */
  async function sendFile(
    key: string,
    file: { path: string; bytes: number; sha256: string },
    watch: Watch = {},
  ): Promise<void> {
    if (file.bytes <= partBytes) {
      const handle = await open(file.path, "r");
      try {
        await write(key, await handle.readFile());
      } finally {
        await handle.close();
      }
      watch.onBytes?.(file.bytes);
      return;
    }
    const begin = async () => {
      const command = new CreateMultipartUploadCommand({ ...at(key), Metadata: { sha256: file.sha256 } });
      return (await told(() => s3.send(command))).UploadId ?? "";
    };
    const underWay = (await uploads(key)).filter((each) => each.key === key).at(-1);
    await sendParts(key, file.path, underWay?.id ?? (await begin()), watch);
    if ((await look(key))?.sha256 === file.sha256) return;
    if (!underWay) throw new StoreFault("store_refused", "the store does not keep the metadata of objects");
    // What was taken up had been begun for another content of this name.
    await sendParts(key, file.path, await begin(), { signal: watch.signal });
  }

  /** The object's bytes from `start` on, while it is still the one with that ETag. */
  async function* stream(key: string, start: number, etag: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      const Range = start > 0 ? `bytes=${start}-` : undefined;
      const answer = await s3.send(new GetObjectCommand({ ...at(key), Range, IfMatch: etag }), { abortSignal: signal });
      yield* answer.Body as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw asStoreFault(error);
    }
  }

  return { look, read, write, names, remove, uploads, dropUpload, sendFile, stream };
}
