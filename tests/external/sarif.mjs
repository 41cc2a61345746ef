// The SARIF report against the official schema, and by the rules of SARIF and of GitHub.

import { chmodSync, existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import AjvDraft04 from "ajv-draft-04";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

import { command, officialSchema } from "./command.mjs";
import { Skip, ensure } from "./steps.mjs";

/** Microsoft's tool, which brings the schema with it. */
const TOOL = fileURLToPath(new URL(`node_modules/@microsoft/sarif-multitool-${process.platform}/`, import.meta.url));

/** The tool passes over larger files. */
const MAX_KILOBYTES = "100000";

/** What code scanning accepts of a file, compressed, of a run, and of a rule. */
const ACCEPTED = { bytes: 10 << 20, results: 25_000, rules: 25_000, locations: 1_000, tags: 20, characters: 1_024, name: 255 };

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
    const results = JSON.parse(readFileSync(log, "utf8")).runs.flatMap((one) => one.results ?? []);
    ensure(results.length === 0, `${results.length} complaints:`, results.map(({ ruleId, message }) => `${ruleId} ${JSON.stringify(message)}`));
  });
  await run.step(`${name}: code scanning accepts the SARIF report, and shows an alert a person`, () => alerts(files.sarif));
}

function alerts(file) {
  const text = readFileSync(file);
  ensure(gzipSync(text).length <= ACCEPTED.bytes, "the file is too large");
  const [{ tool: { driver }, results }] = JSON.parse(text).runs;
  ensure(/^https:/.test(driver.informationUri), "the tool has no page:", driver.informationUri);
  ensure(driver.rules.length <= ACCEPTED.rules && results.length <= ACCEPTED.results, "there are too many rules or results");
  for (const rule of driver.rules) {
    const { id, name, shortDescription, fullDescription, helpUri, help, properties } = rule;
    const short = [shortDescription, fullDescription].every((part) => part.text && part.text.length <= ACCEPTED.characters);
    const complete = id.length <= ACCEPTED.name && name.length <= ACCEPTED.name && help.text && /^https:/.test(helpUri);
    const severity = Number(properties["security-severity"]);
    ensure(short && complete && severity > 0 && severity <= 10 && properties.tags.length <= ACCEPTED.tags, "a rule is not accepted:", rule);
  }
  const seen = new Set();
  for (const result of results) {
    const { ruleId, ruleIndex, level, message, locations, partialFingerprints } = result;
    const uri = locations[0].physicalLocation.artifactLocation.uri;
    const complete = driver.rules[ruleIndex].id === ruleId && ["error", "warning", "note"].includes(level)
      && locations.length <= ACCEPTED.locations && !/^[/.]|:/.test(uri) && locations[0].physicalLocation.region.startLine > 0;
    ensure(complete, "a result is not accepted:", result);
    ensure(/\S.* Next: \S.*[.!?…]$/.test(message.text), "a message does not say what is wrong and what to do:", message.text);
    const fingerprint = partialFingerprints.primaryLocationLineHash;
    ensure(fingerprint && !seen.has(fingerprint), "a fingerprint is not that of one alert:", result);
    seen.add(fingerprint);
  }
}
