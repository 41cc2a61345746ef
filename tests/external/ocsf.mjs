// The OCSF report, event by event, against the schema of its class, and parsed by the models of Prowler.

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

/** Parses every line of a file with the model of the class, and says how many there are. */
const PARSE = `
import sys
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
lines = open(sys.argv[1], encoding="utf-8", newline="\\n").read().split("\\n")
for line in filter(None, lines):
    event = ComplianceFinding.model_validate_json(line)
    owners = [resource.owner for resource in event.resources if resource.owner]
    assert all(owner.account.name and owner.type for owner in owners), line
print(sum(map(bool, lines)))
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
      ensure(validate(JSON.parse(line)), `line ${index + 1} does not:`, validate.errors ?? []);
    }
  });
  await run.step(`${name}: Prowler's models parse every OCSF event`, () => {
    if (!existsSync(PYTHON)) throw new Skip("the Python package with the models is not there");
    ensure(Number(command(PYTHON, ["-c", PARSE, files.ocsf])) > 0, "there is none");
  });
}

/** The schema of the class, which is made to refuse what it calls deprecated. */
function classSchema() {
  const refused = (_, value) => (value?.deprecated === true ? false : value);
  const official = officialSchema("ocsf-1.8.0-compliance_finding.schema.json");
  if (official) return JSON.parse(readFileSync(official, "utf8"), refused);
  if (!existsSync(PYTHON)) throw new Skip("the Python package with the schema is not there (set INTERCOM_HARDEN_SCHEMAS)");
  return JSON.parse(command(PYTHON, ["-c", PRINT_SCHEMA]), refused);
}
