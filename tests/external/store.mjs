// A store that many scans write to at once, and one that has grown large.

import { spawnSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";

import { builtTests, command } from "./command.mjs";
import { start } from "./reports.mjs";
import { serve } from "./server.mjs";
import { ensure } from "./steps.mjs";
import { busy } from "./workspaces.mjs";

/** How long twelve processes write, in seconds. */
const SECONDS = 60;

/** How many runs the large store has, and how many findings each of them. */
const RUNS = 1_000;
const FINDINGS = 200;

/** What keeping a run may add to a scan, and how long a question may take, in milliseconds; how large the store may be. */
const KEEPING = 50;
const ANSWER = 200;
const BYTES = 60_000_000;

/** How many times slower a build without optimization may be. */
const UNOPTIMIZED = 4;

/** How often each is measured; the median counts. */
const TIMES = 9;

/** Checks both. */
export async function checkStore(run, program, out) {
  await run.step(`twelve processes write to one store for ${SECONDS} seconds: all their runs are there`, () => {
    const script = `INTERCOM_HARDEN_STORE_SECONDS=${SECONDS} exec "$0" store::twelve_processes --nocapture 2>&1`;
    const said = command("bash", ["-c", script, builtTests("--test", "it")]);
    const [, kept] = said.match(/(\d+) runs of 12 processes/) ?? [];
    ensure(Number(kept) >= 100, `${kept} runs were kept`, said);
  });
  await run.step(`a store of ${RUNS} runs of ${FINDINGS} findings is small and quick`, () => large(program, `${out}/store`));
}

async function large(program, folder) {
  mkdirSync(folder, { recursive: true });
  const [snapshot, store] = [`${folder}/busy.snapshot`, `${folder}/posture.db`];
  const server = await serve(busy(RUNS + FINDINGS + 50));
  try {
    const { code, stderr } = await start(program, ["collect", "--no-config", "--since", "200d", "--base-url", server.origin, "-o", snapshot]);
    ensure([0, 3].includes(code), `collect ended with ${code}:`, stderr);
  } finally {
    server.close();
  }
  const newest = Math.floor(Date.now() / 3_600_000) * 3_600 - 3_600;
  // Each run has one finding that is new, and one that has aged out.
  const scan = (hoursAgo, ...options) => {
    const now = new Date((newest - hoursAgo * 3_600) * 1000).toISOString();
    const words = ["scan", "--no-config", "--fail-on", "never", "--allow-incomplete", "--format", "none", "-q"];
    return timed(program, [...words, "--since", `${FINDINGS}h`, "--snapshot", snapshot, "--now", now, ...options]);
  };
  for (let run = RUNS; run > 0; run -= 1) scan(run, "--store", store);
  const [, ...runs] = timed(program, ["history", "list", "--store", store, "--format", "csv"]).stdout.trim().split("\n");
  ensure(runs.length === RUNS && runs.every((row) => row.includes(",good,")), `${runs.length} runs are there`, runs);
  const { stdout } = timed(program, ["history", "findings", "--open", "--store", store, "--format", "json"]);
  ensure(JSON.parse(stdout).findings.length >= FINDINGS, "findings are missing", stdout);

  // The new runs are those of half hours.
  const kept = median((time) => scan(0.9 - time / 20, "--store", store));
  const alone = median((time) => scan(0.9 - time / 20));
  const answered = median(() => timed(program, ["history", "findings", "--store", store]));
  const bytes = statSync(store).size;
  const slower = program.includes("/debug/") ? UNOPTIMIZED : 1;
  console.log(`         --store adds ${kept - alone} ms, history findings takes ${answered} ms, the store has ${bytes} bytes`);
  ensure(kept - alone <= KEEPING * slower, `--store adds ${kept - alone} ms to a scan of ${alone} ms`);
  ensure(answered <= ANSWER * slower, `history findings takes ${answered} ms`);
  ensure(bytes < BYTES, `the store has ${bytes} bytes`);
}

/** The median of what an action takes. */
function median(action) {
  const taken = Array.from({ length: TIMES }, (_, time) => action(time).took);
  return taken.sort((one, other) => one - other)[Math.floor(TIMES / 2)];
}

/** Runs the program, which has to succeed, and says how long it took. */
function timed(program, args) {
  const began = process.hrtime.bigint();
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28, env: { PATH: process.env.PATH } });
  const took = Math.round(Number(process.hrtime.bigint() - began) / 1e6);
  ensure(status === 0, `${args.slice(0, 2).join(" ")} ended with ${status}:`, stderr.split("\n"));
  return { stdout, took };
}
