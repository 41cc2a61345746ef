// Completion in the shells themselves: each is asked what may come next on a command line.

import { writeFileSync } from "node:fs";

import { command } from "./command.mjs";
import { ensure } from "./steps.mjs";

/** Command lines up to where the tabulator is pressed, and what each has to offer and not to offer. */
const LINES = [
  ["intercom-harden s", ["scan"], ["doctor"]],
  ["intercom-harden generate completions ", ["bash", "zsh", "fish", "powershell", "elvish"], ["report"]],
  ["intercom-harden scan --control ", ["1.1", "2.3", "E13", "R4"], ["l1"]],
  ["intercom-harden scan --skip E1", ["E1", "E10", "E13"], ["2.3"]],
  ["intercom-harden explain 2", ["2.1", "2.2", "2.3"], ["1.1"]],
  ["intercom-harden waive R", ["R1", "R13"], ["E1"]],
  ["intercom-harden scan --format ", ["summary", "sarif", "ndjson", "html", "none"], ["l1"]],
  ["intercom-harden scan --fail-on ", ["l1", "l2", "l3", "never"], ["sarif"]],
  ["intercom-harden scan --by ", ["level", "section", "cis-v8", "nist-800-53", "soc2"], ["Cargo.toml"]],
  ["intercom-harden rbac can someone ", ["read", "write", "delete", "admin"], []],
  ["intercom-harden scan --fail-on-", ["--fail-on-hygiene"], ["--format"]],
];

/** How each shell is asked. */
const SHELLS = {
  bash: (script, line) => {
    const words = line.split(" ");
    const quoted = words.map((word) => `'${word}'`).join(" ");
    const asked = `source '${script}'; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; compopt() { :; }
      f=$(complete -p intercom-harden | sed 's/.*-F \\([^ ]*\\).*/\\1/')
      "$f" intercom-harden '${words.at(-1)}' '${words.at(-2)}'; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return command("bash", ["--norc", "--noprofile", "-c", asked]);
  },
  zsh: (script, line) => command("zsh", ["-f", new URL("complete.zsh", import.meta.url).pathname, script, line]),
  fish: (script, line) => command("fish", ["--no-config", "-c", `source '${script}'; complete -C '${line}'`]),
};

/** Asks every shell. */
export async function checkCompletions(run, program, out) {
  for (const [shell, ask] of Object.entries(SHELLS)) {
    await run.step(`${shell} completes commands, options, ids, formats and levels`, () => {
      const script = `${out}/completions.${shell}`;
      writeFileSync(script, command(program, ["generate", "completions", shell]));
      for (const [line, offered, others] of LINES) {
        const words = new Set(ask(script, line).split(/\s+/));
        const missing = offered.filter((word) => !words.has(word));
        const wrong = others.filter((word) => words.has(word));
        ensure(missing.length === 0 && wrong.length === 0, `after "${line}":`, [`missing ${missing}, wrong ${wrong}`, ...words]);
      }
    });
  }
}
