// Whether the page is accessible: axe-core in both themes, and the keyboard alone.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { ensure } from "./steps.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Checks the page of a report. */
export async function checkAccess(run, name, open, themes) {
  for (const colorScheme of themes) {
    await run.step(`${name}: axe-core finds nothing, ${colorScheme}`, () =>
      open({ colorScheme }, async (page) => {
        // The first of each kind unfolded shows every kind of content; all of 5,000 findings would only be more of it.
        await page.evaluate(() => {
          for (const one of document.querySelectorAll(".group > details:first-of-type, .framework:first-of-type, .numbers, .brief, .warnings")) one.open = true;
          for (const row of document.querySelectorAll(".findings tbody tr:nth-child(n + 30)")) row.remove();
        });
        await page.evaluate(AXE);
        const violations = await page.evaluate(async () => {
          const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
          return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 120)} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
        });
        ensure(violations.length === 0, `${violations.length} violations:`, violations);
      }));
  }
  await run.step(`${name}: the keyboard reaches everything, visibly`, () =>
    open({}, async (page) => {
      const reached = [];
      for (let press = 0; press < 60 && !reached.includes("summary"); press += 1) {
        await page.keyboard.press("Tab");
        const { what, outline } = await page.evaluate(() => {
          const active = document.activeElement;
          const seen = active.matches(".choice input") ? active.nextElementSibling : active;
          const control = active.matches("details.control > summary");
          return { what: control ? "summary" : active.id || active.className || active.tagName, outline: getComputedStyle(seen).outlineStyle };
        });
        ensure(outline !== "none", `one cannot see that ${what} has the focus`);
        reached.push(what);
      }
      for (const what of ["skip", "theme", "search", "framework", "unfold", "summary"]) {
        ensure(reached.includes(what), `the keyboard does not reach ${what}:`, reached.join(", "));
      }
      await page.keyboard.press("Enter");
      ensure(await page.evaluate(() => document.activeElement.parentElement.open), "Enter does not unfold a control");
    }));
}
