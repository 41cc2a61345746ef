// Makes the reports, then passes each to its validators; the shell scripts, the workflows, the schedules and what the program
// writes about itself come first.

import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { checkAlerts } from "./alerts.mjs";
import { checkPages } from "./browser.mjs";
import { checkCompletions } from "./completions.mjs";
import { checkFuzz } from "./fuzz.mjs";
import { checkGenerated } from "./generated.mjs";
import { checkKilled } from "./killed.mjs";
import { makeReports } from "./reports.mjs";
import { checkMarkup } from "./markup.mjs";
import { checkJunit } from "./junit.mjs";
import { checkMetrics } from "./metrics.mjs";
import { checkOcsf } from "./ocsf.mjs";
import { checkSarif } from "./sarif.mjs";
import { checkSchema } from "./schema.mjs";
import { checkSchedules } from "./schedules.mjs";
import { checkScripts } from "./scripts.mjs";
import { Run } from "./steps.mjs";
import { checkStore } from "./store.mjs";
import { checkWorkflows } from "./workflows.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { require: { type: "boolean", default: process.env.CI === "true" } },
});
const program = positionals[0] ?? `${here}../../target/debug/intercom-harden`;
const out = `${here}out`;
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const run = new Run(values.require);
await checkScripts(run, out);
await checkWorkflows(run, out);
await checkGenerated(run, program, out);
await checkCompletions(run, program, out);
await checkSchedules(run, program, out);
await checkAlerts(run, program, out);
const reports = await run.step("the program writes its reports", () => makeReports(program, out));
for (const report of reports ?? []) {
  await checkSchema(run, program, report);
  await checkMarkup(run, report);
  await checkSarif(run, report);
  await checkJunit(run, report);
  await checkOcsf(run, report);
  await checkMetrics(run, report);
}
if (reports) await checkPages(run, reports, out);
await checkFuzz(run);
await checkKilled(run);
await checkStore(run, program, out);
process.exitCode = run.finish();
