// The HTML report in a browser: what it loads, what it runs, whether it is accessible, and how it looks.

import { existsSync } from "node:fs";
import { delimiter } from "node:path";
import { pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

import { checkAccess } from "./access.mjs";
import { checkUse } from "./use.mjs";
import { MARK } from "./workspaces.mjs";
import { Skip, ensure } from "./steps.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const THEMES = ["light", "dark"];
const SIZES = [{ width: 1280, height: 900 }, { width: 390, height: 844 }];

/** How far from the top the first control may begin, by the width of the window, in pixels. */
const FIRST_CONTROL = { 1280: 900, 390: 1_200 };

/** The size of a printed page without its margins, in pixels: A4, 13 mm on each side. */
const PAPER = { width: 695, height: 1_024 };

/** How many pages the management summary, and the whole report of the sample workspace, may have on paper. */
const BRIEF_PAGES = 2;
const PAGES = 14;

/** How long the largest page may take to be there, and to answer, in milliseconds. */
const PATIENCE = 5_000;

/** Checks the pages of all reports. */
export async function checkPages(run, reports, out) {
  if (!reports.some(({ files }) => files.html)) return;
  const browser = await run.step("a browser starts", launch);
  if (!browser) return;
  try {
    for (const report of reports) {
      const open = (options, action) => visit(browser, report, options, action);
      await checkSafety(run, report.name, open);
      await checkAccess(run, report.name, open, THEMES);
      await checkUse(run, report.name, open);
      await checkLooks(run, report.name, open, out);
    }
  } finally {
    await browser.close();
  }
}

async function launch() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = folders.flatMap((folder) => NAMES.map((name) => `${folder}/${name}`)).find((path) => existsSync(path));
  if (!found) throw new Skip("there is no Chromium");
  return chromium.launch({ executablePath: found });
}

/** Opens the page, with everything noted that it asks for, says, or is refused. */
async function visit(browser, { files }, options, action) {
  const context = await browser.newContext({ viewport: SIZES[0], ...options });
  context.setDefaultTimeout(PATIENCE);
  try {
    const page = await context.newPage();
    const address = pathToFileURL(files.html).href;
    const seen = { requests: [], complaints: [], dialogs: [] };
    page.on("request", (request) => {
      if (request.url().split("#")[0] !== address) seen.requests.push(request.url());
    });
    page.on("console", (message) => seen.complaints.push(message.text()));
    page.on("pageerror", (error) => seen.complaints.push(String(error)));
    page.on("dialog", (dialog) => {
      seen.dialogs.push(dialog.message());
      dialog.dismiss();
    });
    await page.goto(address);
    await action(page, seen);
    ensure(seen.requests.length === 0, "the page asked for something:", seen.requests);
    ensure(seen.complaints.length === 0, "the browser complains:", seen.complaints);
    ensure(seen.dialogs.length === 0, "a dialog opened:", seen.dialogs);
  } finally {
    await context.close();
  }
}

async function checkSafety(run, name, open) {
  await run.step(`${name}: nothing runs but the page's own script, and nothing is asked for`, () =>
    open({}, async (page) => {
      await page.evaluate(() => { for (const one of document.querySelectorAll("details")) one.open = true; });
      await page.mouse.move(300, 300);
      await page.waitForTimeout(300);
      const found = await page.evaluate((mark) => ({
        mark: window[mark],
        scripts: document.scripts.length,
        foreign: [...document.querySelectorAll("img, iframe, form, object, embed, base, link, a:not([href^='#'], [href^='https://'][rel='noopener noreferrer'])")].map((one) => one.outerHTML),
        handlers: [...document.querySelectorAll("*")].flatMap((one) => one.getAttributeNames()).filter((one) => /^on|^style$|^src$/.test(one)),
      }), MARK);
      ensure(found.mark === undefined, `a name ran as a script: ${found.mark}`);
      ensure(found.scripts === 1, `there are ${found.scripts} scripts`);
      ensure(found.foreign.length === 0, "names became elements:", found.foreign);
      ensure(found.handlers.length === 0, "names became attributes:", found.handlers);
    }));
  await run.step(`${name}: the policy stops what would get into the page all the same`, () =>
    open({}, async (page, seen) => {
      const violations = await page.evaluate(async (mark) => {
        const violations = [];
        addEventListener("securitypolicyviolation", (event) => violations.push(event.effectiveDirective));
        document.body.append(Object.assign(document.createElement("script"), { textContent: `window.${mark}=9` }));
        document.body.append(Object.assign(new Image(), { src: "http://outside.example/pixel.png" }));
        document.body.insertAdjacentHTML("beforeend", `<i style="color:red" onclick="window.${mark}=8">x</i>`);
        document.body.lastElementChild.click();
        await fetch("http://outside.example/").catch(() => {});
        await new Promise((resolve) => setTimeout(resolve, 200));
        return window[mark] === undefined ? violations : ["it ran"];
      }, MARK);
      for (const directive of ["script-src-elem", "script-src-attr", "style-src-attr", "img-src", "connect-src"]) {
        ensure(violations.includes(directive), `${directive} let it through`, violations);
      }
      // The browser was right to complain; what counts is that no request went out.
      seen.complaints.length = 0;
      seen.requests.length = 0;
    }));
  await run.step(`${name}: without scripts everything can be read`, () =>
    open({ javaScriptEnabled: false }, async (page) => {
      ensure(!(await page.locator("#filters").isVisible()), "controls that do nothing are shown");
      ensure(!(await page.locator("#theme").isVisible()), "a button that does nothing is shown");
      const control = page.locator("details.control").first();
      await control.locator("summary").click();
      ensure(await control.locator(".body").isVisible(), "a control does not unfold");
    }));
}

async function checkLooks(run, name, open, out) {
  for (const viewport of SIZES) {
    for (const colorScheme of THEMES) {
      await run.step(`${name}: looks as it should, ${colorScheme}, ${viewport.width} pixels wide`, () =>
        open({ viewport, colorScheme }, async (page) => {
          const picture = (part) => ({ path: `${out}/${name}/${viewport.width}-${colorScheme}-${part}.png` });
          const width = () => page.evaluate(() => document.documentElement.scrollWidth);
          await page.screenshot(picture("top"));
          ensure((await width()) <= viewport.width, `the page is ${await width()} pixels wide`);
          const first = await page.locator("details.control").first().evaluate((one) => [one.getBoundingClientRect().top, one.dataset.status]);
          ensure(first[0] <= FIRST_CONTROL[viewport.width] && first[1] === "fail", "the first control stands too far down, or does not fail:", first);
          await page.locator("#plots-heading").evaluate((one) => one.scrollIntoView());
          await page.screenshot(picture("plots"));
          await page.locator("details.control").first().evaluate((one) => { one.open = true; });
          await page.locator("#controls").evaluate((one) => one.scrollIntoView());
          await page.screenshot(picture("controls"));
          ensure((await width()) <= viewport.width, `unfolded, the page is ${await width()} pixels wide`);
        }));
    }
  }
  await run.step(`${name}: on paper everything is unfolded, and no word is broken`, () =>
    open({ viewport: PAPER }, async (page) => {
      await page.emulateMedia({ media: "print" });
      const hidden = await page.evaluate(() => {
        dispatchEvent(new Event("beforeprint"));
        const folded = document.querySelectorAll("details:not([open])").length;
        dispatchEvent(new Event("afterprint"));
        return { folded, bar: getComputedStyle(document.getElementById("filters")).display };
      });
      ensure(hidden.folded === 0, `${hidden.folded} stay folded`);
      ensure(hidden.bar === "none", "the filters are printed");
      const { brief, wide, broken } = await page.evaluate(laidOut);
      ensure(brief <= BRIEF_PAGES * PAPER.height, `the management summary ends at ${brief} pixels`);
      if (name === "hostile") return;
      ensure(wide <= PAPER.width, `on paper the page is ${wide} pixels wide`);
      ensure(broken.length === 0, `${broken.length} words are broken:`, broken);
    }));
  if (name === "large") return;
  await run.step(`${name}: is printed`, () =>
    open({}, async (page) => {
      const pdf = await page.pdf({ path: `${out}/${name}/report.pdf`, format: "A4" });
      const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g).length;
      ensure(name !== "demo" || pages <= PAGES, `the report has ${pages} pages`);
    }));
}

/** Where the management summary ends, how wide the page is, and which words begin on one line and end on the next. */
function laidOut() {
  for (const one of document.querySelectorAll("details")) one.open = true;
  const broken = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (texts.nextNode() && broken.length < 20) {
    const text = texts.currentNode;
    if (text.parentElement.closest("script")) continue;
    // A browser may break a line after a hyphen, a dash or a slash, and before or after a sign such as an ellipsis.
    for (const { 0: word, index } of text.data.matchAll(/[\p{L}\p{N}_.@]+/gu)) {
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) broken.push(word);
    }
  }
  return {
    brief: document.querySelector(".brief").getBoundingClientRect().bottom + scrollY,
    wide: document.documentElement.scrollWidth,
    broken,
  };
}
