// The fuzz targets of `cargo test`, for longer than a second each and with little memory.

import { builtTests, command } from "./command.mjs";
import { ensure } from "./steps.mjs";

/** For each of the eleven targets: less than two minutes in all, and half of that on two cores. */
const SECONDS = 10;
/** What the process may map, in KiB. An input that costs far more than its size ends it. */
const MOST_MEMORY = 3_000_000;

/** Runs all targets. */
export async function checkFuzz(run) {
  await run.step(`${SECONDS} seconds of changed inputs for each reader: no panic, no broken law`, () => {
    const tests = builtTests("--bin", "intercom-harden");
    const script = `ulimit -v ${MOST_MEMORY}; INTERCOM_HARDEN_FUZZ_SECONDS=${SECONDS} exec "$0" fuzz:: --nocapture`;
    const said = command("bash", ["-c", script, tests]);
    const [, passed] = said.match(/test result: ok\. (\d+) passed/) ?? [];
    ensure(Number(passed) >= 11, `${passed} targets ran`, said);
  });
}
