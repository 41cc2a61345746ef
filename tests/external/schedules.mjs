// What `generate schedule` prints, the examples for CI systems, and the action: each goes through the verifier or the schema of
// the system that it is for.

import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { parse, parseAllDocuments } from "yaml";

import { command } from "./command.mjs";
import { Skip, ensure } from "./steps.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const schemas = fileURLToPath(new URL(".venv/schemas/", import.meta.url));

/** The most that `systemd-analyze security` may hold against the service, of 100. */
const EXPOSURE = 20;

/** The oldest version of Kubernetes that the schedule is for, and the newest that there is a schema of. */
const KUBERNETES = ["1.31.0", "1.37.0"];

/** What is a file of which kind. */
const SCHEMAS = {
  "docs/ci/gitlab-ci.yml": "gitlab-ci",
  "docs/ci/circleci.yml": "circle-ci",
  "docs/ci/github-scan.yml": "github-workflows",
  "docs/ci/github-pull-request.yml": "github-workflows",
  "action.yml": "github-actions",
};

/** Checks all of them. */
export async function checkSchedules(run, program, out) {
  const folder = `${out}/schedules`;
  mkdirSync(folder);
  const printed = (scheduler) => command(program, ["generate", "schedule", scheduler]);

  await run.step("systemd verifies the service and the timer, and the service is exposed to little", () => {
    const units = printed("systemd").split(/^# \/etc\/systemd\/system\//mu).slice(1).map((unit) => {
      const path = `${folder}/${unit.slice(0, unit.indexOf("\n"))}`;
      // Verifying asks for a program that is there.
      writeFileSync(path, `# ${unit.replaceAll("/usr/local/bin/intercom-harden", resolve(program))}`);
      return path;
    });
    ensure(units.length === 2, "there are not two units:", units);
    const said = command("systemd-analyze", ["verify", "--man=no", ...units]);
    ensure(said === "", "it says:", said.split("\n"));
    command("systemd-analyze", ["security", "--offline=true", `--threshold=${EXPOSURE}`, units[0]]);
  });

  await run.step("cron takes the crontab", () => {
    const path = `${folder}/crontab`;
    writeFileSync(path, printed("cron"));
    command("crontab", ["-n", path]);
  });

  for (const version of KUBERNETES) {
    await run.step(`the schedule of Kubernetes follows the schemas of version ${version}, which know no other field`, () => {
      const documents = parseAllDocuments(printed("kubernetes")).map((document) => document.toJS());
      ensure(documents.length === 2, "there are not two objects");
      for (const object of documents) validate(kubernetes(version, object), object, object.kind);
      const [, job] = documents;
      job.spec.concurencyPolicy = "Forbid";
      ensure(!kubernetes(version, job)(job), "a misspelled field is accepted");
    });
  }

  for (const [path, schema] of Object.entries(SCHEMAS)) {
    await run.step(`${path} follows the schema ${schema}`, () => {
      const check = compiled(read(`${schema}.json`));
      validate(check, parse(readFileSync(`${root}${path}`, "utf8")), path);
    });
  }

  await run.step("the workflow takes what the last scan of its own branch left, and nothing of a fork", () => {
    const steps = parse(printed("github")).jobs.scan.steps;
    const { run: script } = steps.find((step) => step.run?.includes("gh run download"));
    const artifact = (id, created, other = {}) => ({
      expired: false,
      created_at: `2026-11-${created}T06:20:00Z`,
      ...other,
      workflow_run: { id, head_branch: "main", repository_id: 1, head_repository_id: 1, ...other.workflow_run },
    });
    const foreign = [
      artifact(90, "09", { expired: true }),
      artifact(91, "09", { workflow_run: { head_branch: "topic" } }),
      artifact(92, "09", { workflow_run: { head_repository_id: 2 } }),
    ];
    ensure(lookedUp(folder, script, foreign) === "", "another's is taken");
    const own = [artifact(10, "07"), artifact(11, "08"), artifact(12, "06")];
    const taken = lookedUp(folder, script, [...foreign, ...own]);
    ensure(taken === "run download 11 --repo acme/posture --name intercom-posture --dir posture\n", "it takes:", taken);
  });
}

/** What the script downloads, if these are the artifacts; a script stands in for GitHub's program. */
function lookedUp(folder, script, artifacts) {
  const work = `${folder}/work-${artifacts.length}`;
  mkdirSync(`${work}/bin`, { recursive: true });
  writeFileSync(`${work}/artifacts.json`, JSON.stringify({ artifacts }));
  const gh = `#!/bin/sh
if [ "$1" = api ]; then exec jq -r "$4" ${work}/artifacts.json; fi
echo "$@" > ${work}/downloaded
`;
  writeFileSync(`${work}/bin/gh`, gh);
  chmodSync(`${work}/bin/gh`, 0o755);
  command("jq", ["--version"]);
  const variables = { GITHUB_REPOSITORY: "acme/posture", GITHUB_REF_NAME: "main", PATH: `${work}/bin:${process.env.PATH}` };
  const set = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  command("env", [...set, "bash", "-e", "-c", `cd ${work}\n${script}`]);
  return existsSync(`${work}/downloaded`) ? readFileSync(`${work}/downloaded`, "utf8") : "";
}

function read(path) {
  if (!existsSync(`${schemas}${path}`)) throw new Skip(`the schema ${path} is not there`);
  return JSON.parse(readFileSync(`${schemas}${path}`, "utf8"));
}

/** What checks a document; CI systems write their schemas in draft 7, Kubernetes in draft 2020-12. */
function compiled(schema, definitions) {
  const ajv = new (definitions ? Ajv2020 : Ajv)({ strict: false, allErrors: true });
  addFormats(ajv);
  if (definitions) ajv.addSchema(definitions, "/api/_definitions.json");
  return ajv.compile(schema);
}

/** What checks an object of Kubernetes: its kind and version of the API are parts of the schema's name. */
function kubernetes(version, { apiVersion, kind }) {
  const name = [kind, ...apiVersion.split("/")].join("-").toLowerCase();
  return compiled(read(`kubernetes-${version}/${name}.json`), read(`kubernetes-${version}/_definitions.json`));
}

function validate(check, document, what) {
  ensure(check(document), `${what} does not:`, check.errors ?? []);
}
