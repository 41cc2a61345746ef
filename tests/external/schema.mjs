// The JSON report against the program's own schema, which the strictest reading of it accepts.

import { readFileSync } from "node:fs";

import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

import { command } from "./command.mjs";
import { ensure } from "./steps.mjs";

let validate;

/** Checks the report; the schema is made once. */
export async function checkSchema(run, program, { name, files }) {
  await run.step(`${name}: the JSON report follows the program's schema, read strictly`, () => {
    validate ??= compile(JSON.parse(command(program, ["generate", "schema", "report"])));
    ensure(validate(JSON.parse(readFileSync(files.json, "utf8"))), "it does not:", validate.errors ?? []);
  });
}

function compile(schema) {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  addFormats(ajv);
  return ajv.compile(schema);
}
