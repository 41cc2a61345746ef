// Other people's programs.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { Skip, ensure } from "./steps.mjs";

/** The file of that name among the official schemas, if the folder is set. */
export function officialSchema(name) {
  const folder = process.env.INTERCOM_HARDEN_SCHEMAS;
  const path = folder ? `${folder}/${name}` : undefined;
  return path && existsSync(path) ? path : undefined;
}

/** Runs a program that has to succeed; one that is not there skips the step. */
export function command(program, args, input) {
  const { error, status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28, input });
  if (error?.code === "ENOENT") throw new Skip(`${program} is not there`);
  ensure(!error && status === 0, `${program} ended with ${status ?? error}:`, stderr.split("\n"), stdout.split("\n"));
  return stdout;
}

/** The program of the tests of a target, such as `--test it`, which cargo builds where it has to. */
export function builtTests(...target) {
  const manifest = fileURLToPath(new URL("../../Cargo.toml", import.meta.url));
  const build = ["test", "--locked", "--no-run", ...target, "--message-format", "json"];
  const messages = command("cargo", [...build, "--manifest-path", manifest]).split("\n").filter(Boolean).map(JSON.parse);
  const tests = messages.find((message) => message.executable && message.profile?.test)?.executable;
  ensure(tests, "cargo built no tests");
  return tests;
}
