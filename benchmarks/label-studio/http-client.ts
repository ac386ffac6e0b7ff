import { createReadStream, createWriteStream, statSync } from "node:fs";
import { Agent, request } from "node:http";
import { Readable } from "node:stream";

/** One person's connection, kept open as a browser's is. */
export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(
    private readonly base: string,
    private readonly headers: Record<string, string>,
  ) {}

  /** The answer's status and body. Throws where it is an error other than those in `also`. */
  async json(
    method: string,
    path: string,
    body?: unknown,
    also: number[] = [],
  ): Promise<{ status: number; body: unknown }> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const length = Buffer.byteLength(text ?? "");
    const answer = await this.send(method, path, text, {
      "content-type": "application/json",
      "content-length": length,
    });
    if (answer.status >= 400 && !also.includes(answer.status)) {
      throw new Error(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 500)}`);
    }
    return { status: answer.status, body: answer.text && answer.status < 400 ? JSON.parse(answer.text) : null };
  }

  /** Sends a file as a form does, read while it is sent. */
  async upload(path: string, file: string): Promise<unknown> {
    const boundary = `measured-${process.pid}`;
    const head = Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="tasks.json"\r\n` +
        "content-type: application/json\r\n\r\n",
    );
    const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
    async function* form() {
      yield head;
      yield* createReadStream(file);
      yield tail;
    }
    const answer = await this.send("POST", path, Readable.from(form()), {
      "content-type": `multipart/form-data; boundary=${boundary}`,
      "content-length": head.length + statSync(file).size + tail.length,
    });
    if (answer.status >= 400) throw new Error(`POST ${path}: ${answer.status} ${answer.text.slice(0, 500)}`);
    return JSON.parse(answer.text);
  }

  /** How many bytes an answer has, which is read and thrown away, or written to `file`. */
  download(path: string, file?: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const asked = request(new URL(path, this.base), { headers: this.headers, agent: this.agent }, (response) => {
        let bytes = 0;
        response.on("data", (piece: Buffer) => {
          bytes += piece.length;
        });
        const ended = () =>
          response.statusCode === 200 ? resolve(bytes) : reject(new Error(`${path}: ${response.statusCode}`));
        response.on("error", reject);
        if (file === undefined) response.on("end", ended);
        else response.pipe(createWriteStream(file)).on("error", reject).on("finish", ended);
      });
      asked.on("error", reject);
      asked.end();
    });
  }

  close(): void {
    this.agent.destroy();
  }

  private send(
    method: string,
    path: string,
    body: string | Readable | undefined,
    own: Record<string, string | number>,
  ): Promise<{ status: number; text: string }> {
    const headers = { ...this.headers, ...own };
    return new Promise((resolve, reject) => {
      const asked = request(new URL(path, this.base), { method, headers, agent: this.agent }, (response) => {
        const pieces: Buffer[] = [];
        response.on("data", (piece: Buffer) => pieces.push(piece));
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(pieces).toString("utf8") }),
        );
      });
      asked.on("error", reject);
      if (body instanceof Readable) body.on("error", reject).pipe(asked);
      else asked.end(body);
    });
  }
}
