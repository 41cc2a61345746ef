// Has the program write every format it knows, of the sample workspace and of two that this file's neighbour serves.

import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";

import { configuration, hostile, large } from "./workspaces.mjs";
import { serve } from "./server.mjs";
import { ensure } from "./steps.mjs";

/** Exit codes of a scan that wrote its reports: the gate passed, or failed. */
const WRITTEN = [0, 1];

/** The reports by name, each with the path of every format. */
export async function makeReports(program, out) {
  const formats = await formatsOf(program);
  const reports = [await write(program, out, "demo", formats, ["--demo", "--no-config", "--fail-on", "l1"])];
  for (const [name, workspace] of [["hostile", hostile()], ["large", large()]]) {
    const server = await serve(workspace);
    try {
      const config = `${out}/${name}.toml`;
      writeFileSync(config, configuration(name));
      reports.push(await write(program, out, name, formats, ["--base-url", server.origin, "--config", config]));
    } finally {
      server.close();
    }
  }
  return reports;
}

/** The program's formats, as its error lists them for an unknown format. */
async function formatsOf(program) {
  const { stderr } = await start(program, ["scan", "--demo", "-o", "no-such-format=x"]);
  const listed = /the formats are ([a-z, ]+)/.exec(stderr);
  ensure(listed, "the program does not say which formats there are:", stderr);
  return listed[1].trim().split(", ").filter((format) => format !== "none");
}

async function write(program, out, name, formats, options) {
  const folder = `${out}/${name}`;
  mkdirSync(folder, { recursive: true });
  const files = Object.fromEntries(formats.map((format) => [format, `${folder}/report.${format}`]));
  const outputs = formats.flatMap((format) => ["-o", `${format}=${files[format]}`]);
  const { code, stderr } = await start(program, ["scan", ...options, ...outputs]);
  ensure(WRITTEN.includes(code), `scan of the ${name} workspace ended with ${code}:`, stderr);
  return { name, files };
}

/** Runs the program with nothing of this process's environment but the path; the server has to go on answering. */
export function start(program, args, variables = {}) {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env.PATH, INTERCOM_ACCESS_TOKEN: "dG9rOmV4dGVybmFsLWNoZWNrcw==", ...variables };
    const child = spawn(program, args, { env, stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (data) => { stderr += data; });
    child.on("error", (error) => reject(new Error(`${program} cannot be run (cargo build makes it): ${error.message}`)));
    child.on("close", (code) => resolve({ code, stderr }));
  });
}
