import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import type { Annotator } from "./annotate-loop";
import { HttpClient } from "./http-client";
import { choice, taskConfig } from "./made-tasks";

export const labelStudioVersion = "1.23.2";

/** Runs a program to its end; its output goes to `log`. Throws where it fails. */
export async function runToEnd(
  command: string,
  args: string[],
  environment: Record<string, string>,
  log: string,
): Promise<void> {
  const output = openSync(log, "a");
  const child = spawn(command, args, { env: { ...process.env, ...environment }, stdio: ["ignore", output, output] });
  closeSync(output);
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  if (code !== 0) throw new Error(`${path.basename(command)} ended with ${code}; see ${log}`);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("no free port");
  return address.port;
}

/** Until `url` answers below 500; throws after ten minutes (Label Studio makes its tables first), or when the process has ended. */
export async function untilReady(url: string, child: ChildProcess, log: string): Promise<void> {
  const until = Date.now() + 600_000;
  while (Date.now() < until && child.exitCode === null) {
    const status = await fetch(url, { redirect: "manual" }).then(
      (response) => response.status,
      () => 599,
    );
    if (status < 500) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`${url} does not answer; see ${log}`);
}

/** Ends a process that was started here, by force after 15 seconds. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), 15_000);
  await ended;
  clearTimeout(force);
}

/**
 * Installs Label Studio from PyPI into a Python environment of its own in `folder`, unless it is there already. $PYTHON
 * names the Python (3.10 or later) that makes it.
 */
async function install(folder: string, log: string): Promise<string> {
  const environment = path.join(folder, `label-studio-${labelStudioVersion}`);
  const done = path.join(environment, "installed");
  const program = (name: string) => path.join(environment, "bin", name);
  if (!existsSync(done)) {
    rmSync(environment, { recursive: true, force: true });
    await runToEnd(process.env.PYTHON ?? "python3", ["-m", "venv", environment], {}, log);
    await runToEnd(program("pip"), ["install", "--quiet", `label-studio==${labelStudioVersion}`], {}, log);
    writeFileSync(done, "");
  }
  return path.join(environment, "bin");
}

const tokenOf = (person: number) => person.toString(16).padStart(40, "0");

/** Makes people with tokens, as an administrator would by hand: the programming interface has no way to do it. */
const makePeople = (people: number) => `
import os, sys, django, label_studio
os.environ["DJANGO_SETTINGS_MODULE"] = "core.settings.label_studio"
sys.path.insert(0, os.path.dirname(label_studio.__file__))
django.setup()
from organizations.models import Organization
from rest_framework.authtoken.models import Token
from users.models import User
organization = Organization.objects.first()
for number in range(${people}):
    user = User.objects.create(email=f"person-{number}@example.org", username=f"person-{number}")
    organization.add_user(user)
    user.active_organization = organization
    user.save()
    Token.objects.filter(user=user).delete()
    Token.objects.create(user=user, key=f"{number:040x}")
`;

/** Label Studio on 127.0.0.1 with SQLite, as `label-studio start` begins for whoever tries it. */
export class LabelStudio {
  private constructor(
    readonly base: string,
    private readonly child: ChildProcess,
    private readonly administrator: HttpClient,
  ) {}

  static async start(installed: string, scratch: string, people: number): Promise<LabelStudio> {
    const log = path.join(scratch, "label-studio.log");
    mkdirSync(installed, { recursive: true });
    const bin = await install(installed, log);
    const data = path.join(scratch, "label-studio");
    mkdirSync(data, { recursive: true });
    const environment = {
      ...{ COLLECT_ANALYTICS: "0", LATEST_VERSION_CHECK: "0", SENTRY_DSN: "", FRONTEND_SENTRY_DSN: "" },
      ...{ SECRET_KEY: "measured", LABEL_STUDIO_BASE_DATA_DIR: data },
    };
    const port = await freePort();
    const token = tokenOf(0xfff);
    const output = openSync(log, "a");
    const child = spawn(
      path.join(bin, "label-studio"),
      [
        ...["start", "--no-browser", "--data-dir", data, "--port", String(port), "--internal-host", "127.0.0.1"],
        ...["--username", "administrator@example.org", "--password", "measured", "--user-token", token],
        ...["--enable-legacy-api-token", "--log-level", "ERROR"],
      ],
      { env: { ...process.env, ...environment }, stdio: ["ignore", output, output] },
    );
    closeSync(output);
    const base = `http://127.0.0.1:${port}`;
    try {
      await untilReady(`${base}/health`, child, log);
      await runToEnd(path.join(bin, "python"), ["-c", makePeople(people)], environment, log);
    } catch (error) {
      await end(child);
      throw error;
    }
    return new LabelStudio(base, child, new HttpClient(base, { authorization: `Token ${token}` }));
  }

  get processId(): number {
    return this.child.pid ?? 0;
  }

  async createProject(config = taskConfig): Promise<number> {
    const { body } = await this.administrator.json("POST", "/api/projects/", {
      title: "Measured",
      label_config: config,
    });
    return (body as { id: number }).id;
  }

  /** Sends a file of tasks and waits until they are all there; returns how many. */
  async importTasks(project: number, file: string): Promise<number> {
    const answer = await this.administrator.upload(`/api/projects/${project}/import`, file);
    return (answer as { task_count: number }).task_count;
  }

  /** Bytes of the export as JSON; written to `file` where one is named. */
  exportTasks(project: number, file?: string): Promise<number> {
    return this.administrator.download(`/api/projects/${project}/export?exportType=JSON`, file);
  }

  annotators(project: number, people: number): Annotator[] {
    return Array.from({ length: people }, (_, person) => {
      const client = new HttpClient(this.base, { authorization: `Token ${tokenOf(person)}` });
      return {
        next: async () => {
          const { status, body } = await client.json("GET", `/api/projects/${project}/next`, undefined, [404]);
          return status === 404 ? null : String((body as { id: number }).id);
        },
        submit: async (task) => {
          const annotation = { result: choice("medical"), lead_time: 4.5 };
          await client.json("POST", `/api/tasks/${task}/annotations/`, annotation);
        },
      };
    });
  }

  async end(): Promise<void> {
    this.administrator.close();
    await end(this.child);
  }
}
