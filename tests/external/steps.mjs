// Steps that pass, fail, or are skipped with a reason.

/** Thrown by a step that cannot be taken here. */
export class Skip extends Error {}

/** A run of steps, which goes on after a failure. */
export class Run {
  #failed = 0;
  #skipped = 0;
  #passed = 0;
  #require;

  /** With `require`, a step that is skipped fails the run. */
  constructor(require) {
    this.#require = require;
  }

  /** Takes a step and says how it ended; what it returns is handed on, if it passed. */
  async step(name, action) {
    try {
      const result = await action();
      this.#passed += 1;
      console.log(`passed:  ${name}`);
      return result;
    } catch (error) {
      if (error instanceof Skip) {
        this.#skipped += 1;
        console.log(`skipped: ${name}, since ${error.message}`);
      } else {
        this.#failed += 1;
        console.log(`FAILED:  ${name}\n${indented(error.stack ?? String(error))}`);
      }
      return undefined;
    }
  }

  /** Sums up; returns the exit code. */
  finish() {
    console.log(`${this.#passed} passed, ${this.#failed} failed, ${this.#skipped} skipped`);
    if (this.#require && this.#skipped > 0) console.log("nothing may be skipped here (--require or CI=true)");
    return this.#failed > 0 || (this.#require && this.#skipped > 0) ? 1 : 0;
  }
}

/** Fails with the message and the first few of what speaks against it. */
export function ensure(condition, message, ...details) {
  if (condition) return;
  const shown = details.flat().slice(0, 10).map((detail) => (typeof detail === "string" ? detail : JSON.stringify(detail)));
  throw new Error([message, ...shown].join("\n"));
}

function indented(text) {
  return text.split("\n").slice(0, 40).map((line) => `         ${line.slice(0, 400)}`).join("\n");
}
