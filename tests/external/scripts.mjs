// The repository's shell scripts, those inside YAML among them, through ShellCheck.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

import { command } from "./command.mjs";
import { ensure } from "./steps.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Scripts that are files; those in packaging begin with the name of their shell. */
const FILES = [
  ".ci/run",
  "docs/alerts/mail",
  "install.sh",
  "tests/external/install",
  "tests/external/run",
  ...readdirSync(`${root}packaging`)
    .map((name) => `packaging/${name}`)
    .filter((path) => readFileSync(`${root}${path}`, "utf8").startsWith("#!")),
];

/** Files with scripts inside, and where those are. */
const WORKFLOWS = {
  "action.yml": (action) => action.runs.steps,
  ".github/workflows/advisories.yml": stepsOfJobs,
  ".github/workflows/ci.yml": stepsOfJobs,
  ".github/workflows/release.yml": stepsOfJobs,
  "docs/ci/circleci.yml": stepsOfJobs,
  "docs/ci/github-pull-request.yml": stepsOfJobs,
  "docs/ci/github-scan.yml": stepsOfJobs,
  "docs/ci/gitlab-ci.yml": (jobs) => Object.values(jobs).flatMap((job) => job.script.map((run) => ({ run }))),
};

/** Checks all scripts. */
export async function checkScripts(run, out) {
  for (const path of FILES) await run.step(`${path}: ShellCheck finds nothing`, () => shellcheck(`${root}${path}`));
  for (const [path, stepsOf] of Object.entries(WORKFLOWS)) {
    await run.step(`${path}: ShellCheck finds nothing in its steps`, () => {
      const scripts = stepsOf(parse(readFileSync(`${root}${path}`, "utf8"))).flatMap((step) => step.run ?? []);
      ensure(scripts.length > 0, "it has no scripts");
      for (const script of scripts) {
        const file = `${out}/step.sh`;
        writeFileSync(file, script);
        shellcheck("--shell=bash", file);
      }
    });
  }
}

function shellcheck(...args) {
  command("shellcheck", ["--norc", ...args]);
}

function stepsOfJobs(workflow) {
  return Object.values(workflow.jobs).flatMap((job) => job.steps);
}
