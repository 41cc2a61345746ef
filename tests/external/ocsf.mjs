// The OCSF report, event by event, against the schema of its class.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

import { command, officialSchema } from "./command.mjs";
import { Skip, ensure } from "./steps.mjs";

const PYTHON = fileURLToPath(new URL(".venv/bin/python", import.meta.url));

/** Prints the schema of the class, with its objects embedded. */
const PRINT_SCHEMA = `
import json
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.8.0"))
print(json.dumps(schema.get_class_schema(class_name="compliance_finding", profiles=[])))
`;

/** Reads every line of a file as an event, and says which is none. */
const READ_EVENTS = `
import sys
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
for number, line in enumerate(open(sys.argv[1], encoding="utf-8"), 1):
    try:
        ComplianceFinding.model_validate_json(line)
    except ValueError as error:
        sys.exit(f"line {number}: {error}")
`;

let schema;

/** Checks every line of the report. */
export async function checkOcsf(run, { name, files }) {
  if (!files.ocsf) return;
  await run.step(`${name}: every OCSF event follows the schema of its class`, () => {
    schema ??= classSchema();
    const ajv = new Ajv2020({ strict: false });
    addFormats(ajv);
    const validate = ajv.compile(schema);
    const lines = readFileSync(files.ocsf, "utf8").split("\n").filter(Boolean);
    ensure(lines.length > 0, "there is none");
    for (const [index, line] of lines.entries()) {
      const event = JSON.parse(line);
      ensure(validate(event), `line ${index + 1} does not:`, validate.errors ?? []);
      const old = deprecated(event, schema);
      ensure(old.length === 0, `line ${index + 1} has deprecated properties:`, old);
    }
  });
  await run.step(`${name}: another scanner's models read every OCSF event`, () => {
    if (!existsSync(PYTHON)) throw new Skip("the Python package with the models is not there");
    command(PYTHON, ["-c", READ_EVENTS, files.ocsf]);
  });
}

/** The names of properties that the schema deprecates and an object uses, with those of its parts. */
function deprecated(object, of, found = []) {
  const definition = of.$ref ? schema.$defs[of.$ref.split("/").pop()] : of;
  for (const [name, value] of Object.entries(object ?? {})) {
    const property = definition?.properties?.[name];
    if (property?.deprecated || property?.["@deprecated"]) found.push(name);
    const parts = Array.isArray(value) ? value : [value];
    for (const part of parts) if (property && part && typeof part === "object") deprecated(part, property.items ?? property, found);
  }
  return found;
}

function classSchema() {
  const official = officialSchema("ocsf-1.8.0-compliance_finding.schema.json");
  if (official) return JSON.parse(readFileSync(official, "utf8"));
  if (!existsSync(PYTHON)) throw new Skip("the Python package with the schema is not there (set INTERCOM_HARDEN_SCHEMAS)");
  return JSON.parse(command(PYTHON, ["-c", PRINT_SCHEMA]));
}
