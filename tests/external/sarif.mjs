// The SARIF report against the official schema, and by the rules of SARIF and of GitHub.

import { chmodSync, existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import AjvDraft04 from "ajv-draft-04";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

import { command, officialSchema } from "./command.mjs";
import { Skip, ensure } from "./steps.mjs";

/** Microsoft's tool, which brings the schema with it. */
const TOOL = fileURLToPath(new URL(`node_modules/@microsoft/sarif-multitool-${process.platform}/`, import.meta.url));

/** The tool passes over larger files. */
const MAX_KILOBYTES = "100000";

/** What the tool asks for and there is none of: the address of a page about the program. */
const WITHOUT = "Warning_ProvideToolnformationUri";

/** Checks the report by schema, and with Microsoft's tool. */
export async function checkSarif(run, { name, files }) {
  if (!files.sarif) return;
  await run.step(`${name}: the SARIF report follows its schema`, () => {
    const path = officialSchema("sarif-2.1.0.schema.json") ?? `${TOOL}sarif-2.1.0.json`;
    if (!existsSync(path)) throw new Skip("the schema is not there (set INTERCOM_HARDEN_SCHEMAS)");
    const schema = JSON.parse(readFileSync(path, "utf8"));
    const ajv = new (schema.$schema.includes("draft-04") ? AjvDraft04 : Ajv2020)({ strict: false, allErrors: true });
    addFormats(ajv);
    const validate = ajv.compile(schema);
    ensure(validate(JSON.parse(readFileSync(files.sarif, "utf8"))), "it does not:", validate.errors ?? []);
  });
  await run.step(`${name}: the SARIF report follows GitHub's rules`, () => {
    const program = `${TOOL}Sarif.Multitool`;
    if (!existsSync(program)) throw new Skip("@microsoft/sarif-multitool is not there");
    // It comes without the right to be run, since no package's own scripts are.
    chmodSync(program, 0o755);
    const log = `${files.sarif}.validation`;
    command(program, ["validate", files.sarif, "--rule-kind", "Sarif;Ghas", "--output", log, "--log", "ForceOverwrite", "--max-file-size-in-kb", MAX_KILOBYTES]);
    // Errors and warnings alone: notes propose what this kind of report has no use for.
    const results = JSON.parse(readFileSync(log, "utf8")).runs.flatMap((one) => one.results ?? []).filter(({ message }) => message.id !== WITHOUT);
    ensure(results.length === 0, `${results.length} complaints:`, results.map(({ ruleId, message }) => `${ruleId} ${JSON.stringify(message)}`));
  });
}
