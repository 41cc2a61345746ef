// The HTML report as html-validate sees it.

import { readFileSync, statSync } from "node:fs";

import { HtmlValidate } from "html-validate";

import { ensure } from "./steps.mjs";

const MEGABYTE = 1_000_000;

const validator = new HtmlValidate({
  root: true,
  extends: ["html-validate:recommended"],
  // It counts the characters of entities, of which hostile names have many.
  rules: { "long-title": "off" },
});

/** Checks that the page is valid and no larger than it may be. */
export async function checkMarkup(run, { name, files }) {
  if (!files.html) return;
  await run.step(`${name}: the page is valid HTML`, async () => {
    const { results } = await validator.validateString(readFileSync(files.html, "utf8"));
    const messages = results.flatMap((result) => result.messages);
    ensure(messages.length === 0, `${messages.length} complaints:`, messages.map((one) => `${one.line}:${one.column} ${one.ruleId}: ${one.message}`));
  });
  await run.step(`${name}: the page is smaller than two megabytes`, () => {
    const { size } = statSync(files.html);
    ensure(size < 2 * MEGABYTE, `it has ${size} bytes`);
  });
}
