// The JSON report against the schema that the program prints, in the strict mode of Ajv: every keyword has to mean something
// where it stands.

import { readFileSync } from "node:fs";

import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

import { command } from "./command.mjs";
import { ensure } from "./steps.mjs";

/** Every schema that the program prints, by the format it is of. */
const SCHEMAS = { report: "json" };

/** Compiles each schema, and checks the report by it. */
export async function checkSchemas(run, program, { name, files }) {
  for (const [schema, format] of Object.entries(SCHEMAS)) {
    await run.step(`${name}: the ${schema} schema is strict, and the ${format} report follows it`, () => {
      const ajv = new Ajv2020({ strict: true, allErrors: true });
      addFormats(ajv);
      const validate = ajv.compile(JSON.parse(command(program, ["generate", "schema", schema])));
      ensure(validate(JSON.parse(readFileSync(files[format], "utf8"))), "it does not:", validate.errors ?? []);
    });
  }
}
