// What the program writes about itself: man pages through mandoc, and its schemas with the files that they are for
// through Ajv and Taplo.

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Ajv from "ajv";
import addFormats from "ajv-formats";

import { command } from "./command.mjs";
import { ensure } from "./steps.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const TAPLO = fileURLToPath(new URL(".venv/bin/taplo", import.meta.url));
const PYTHON = fileURLToPath(new URL(".venv/bin/python", import.meta.url));

/** Checks all of it. */
export async function checkGenerated(run, program, out) {
  await run.step("the man pages: mandoc finds nothing", () => {
    const folder = `${out}/man`;
    command(program, ["generate", "man", folder]);
    const pages = readdirSync(folder).map((name) => `${folder}/${name}`);
    ensure(pages.length > 20, "there are too few", pages);
    command("mandoc", ["-T", "lint", "-W", "warning", ...pages]);
    const shown = command("mandoc", ["-T", "utf8", `${folder}/intercom-harden-scan.1`]).replaceAll(/.\x08/g, "");
    for (const part of ["EXIT STATUS", "ENVIRONMENT", "INTERCOM_ACCESS_TOKEN", "FILES", "SEE ALSO"]) {
      ensure(shown.includes(part), `the page of scan does not show ${part}`);
    }
  });
  const schemas = {};
  for (const name of ["config", "control"]) {
    schemas[name] = await run.step(`the schema of a ${name}: Ajv compiles it, read strictly`, () => {
      const text = command(program, ["generate", "schema", name]);
      const path = `${out}/${name}.schema.json`;
      writeFileSync(path, text);
      const ajv = new Ajv({ strict: true, allErrors: true });
      addFormats(ajv);
      return { path, validate: ajv.compile(JSON.parse(text)) };
    });
  }
  if (!schemas.config || !schemas.control) return;
  // What Taplo reads, Ajv reads as JSON: dates as text.
  const asJson = "import json, sys, tomllib; print(json.dumps(tomllib.load(open(sys.argv[1], 'rb')), default=str))";
  const validate = ({ validate }, files) => {
    for (const file of files) {
      ensure(validate(JSON.parse(command(PYTHON, ["-c", asJson, file]))), `Ajv refuses ${file}:`, validate.errors ?? []);
    }
  };
  const lint = (schema, ...files) => command(TAPLO, ["lint", "--no-auto-config", "--schema", `file://${schema.path}`, ...files]);
  await run.step("the built-in controls: Taplo and Ajv find nothing, Taplo by the schema that each names", () => {
    const files = ["guide", "extended", "rbac"].flatMap((pack) => tomlIn(`${root}controls/${pack}`));
    ensure(files.length > 30, "there are too few", files);
    command(TAPLO, ["lint", "--no-auto-config", ...files]);
    validate(schemas.control, files);
  });
  await run.step("configurations: Taplo and Ajv find nothing in those of fixtures and of init", () => {
    const written = [[], ["--rbac"]].flatMap((more, index) => {
      const text = command(program, ["init", "--demo", "--stdout", ...more]).replace(/^#:schema .*\n/, "");
      const files = [`${out}/init-${index}.toml`, `${out}/init-${index}-in-force.toml`];
      writeFileSync(files[0], text);
      writeFileSync(files[1], text.replaceAll(/^#(?=[^ \n])/gm, ""));
      return files;
    });
    const files = [...tomlIn(`${root}fixtures/configs`), ...written];
    lint(schemas.config, ...files);
    validate(schemas.config, files);
  });
  await run.step("Taplo and Ajv find mistakes", () => {
    const folder = `${out}/mistaken`;
    mkdirSync(folder, { recursive: true });
    const control = readFileSync(`${root}controls/guide/2.3-limit-admins.toml`, "utf8").replace(/^#:schema .*\n/, "");
    const mistakes = [
      ["config", '[scan]\nlevle = "l1"\n'],
      ["config", '[scan]\nlevel = "l4"\n'],
      ["config", '[[waiver]]\ncontrol = "2.3"\nreason = "r"\nby = "b"\n'],
      ["config", '[params."2.3"]\nmax_admins = "many"\n'],
      ["control", control.replace(/^title = /m, "titel = ")],
      ["control", control.replace(/^over = .*/m, 'over = "teammate"')],
    ];
    for (const [index, [name, text]] of mistakes.entries()) {
      const file = `${folder}/${index}.toml`;
      writeFileSync(file, text);
      let accepted = true;
      try {
        lint(schemas[name], file);
      } catch {
        accepted = false;
      }
      ensure(!accepted, "Taplo accepts", text.slice(0, 200));
    }
    ensure(!schemas.config.validate({ scan: { level: "l4" } }), "Ajv accepts another level");
    ensure(schemas.config.validate({ scan: { level: "L2" } }), "Ajv refuses a level in capitals");
  });
}

function tomlIn(folder) {
  return readdirSync(folder).filter((name) => name.endsWith(".toml")).map((name) => `${folder}/${name}`);
}
