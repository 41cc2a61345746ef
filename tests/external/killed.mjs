// The test of `cargo test` that kills scans which keep their results, for a hundred random moments instead of five.

import { builtTests, command } from "./command.mjs";
import { ensure } from "./steps.mjs";

/** How many processes are killed. */
const KILLS = 100;

/** Kills scans, while a receiver refuses half of their messages. */
export async function checkKilled(run) {
  await run.step(`${KILLS} scans killed at random moments: every run is whole, everything is told, nothing after it was confirmed`, () => {
    const script = `INTERCOM_HARDEN_KILLS=${KILLS} exec "$0" killed:: --nocapture 2>&1`;
    const said = command("bash", ["-c", script, builtTests("--test", "it")]);
    const [, killed] = said.match(/(\d+) processes of \d+ were killed/) ?? [];
    ensure(Number(killed) >= KILLS, `${killed} processes were killed`, said);
  });
}
