// The page in use: filters, search, links and the theme.

import { ensure } from "./steps.mjs";

/** How long a filter may take, in milliseconds. */
const PROMPT = 1_000;

/** Checks the page of a report. */
export async function checkUse(run, name, open) {
  await run.step(`${name}: filters narrow the controls down`, () => open({}, filters));
  await run.step(`${name}: the search finds people and words`, () => open({}, search));
  await run.step(`${name}: the button changes the theme`, () => open({ colorScheme: "light" }, theme));
  await run.step(`${name}: a link to a control unfolds it`, () => open({}, link));
}

/** The controls that are shown, with what they are filtered by. */
const shown = (page) =>
  page.locator("details.control").evaluateAll((all) =>
    all.filter((one) => one.checkVisibility()).map(({ id, dataset }) => ({ id, ...dataset })));

const said = (page) => page.locator("#shown").textContent();

async function filters(page) {
  const all = await shown(page);
  ensure((await said(page)) === `${all.length} controls`, "the count is wrong:", await said(page));
  for (const [field, value] of [["status", "fail"], ["level", "l1"]]) {
    await page.getByRole("group", { name: field, exact: false }).locator(`input[value="${value}"]`).check();
    const left = await shown(page);
    ensure(left.length > 0 && left.every((one) => one[field] === value), `${field} ${value} shows:`, left);
    ensure((await said(page)) === `${left.length} of ${all.length} controls`, "the count is wrong:", await said(page));
    ensure((await page.locator(".group:visible").count()) > 0, "no group is left");
    await page.locator("#reset").click();
    ensure((await shown(page)).length === all.length, "Clear does not bring everything back");
  }
  const framework = page.locator("#framework");
  const options = await framework.locator("option").evaluateAll((every) => every.map((one) => one.value).filter(Boolean));
  ensure(options.length > 10, "there are no frameworks to choose", options);
  for (const value of [options[0], options[1], options.at(-1)]) {
    await framework.selectOption(value);
    const left = await shown(page);
    ensure(left.length > 0 && left.every((one) => one.frameworks.split(" ").includes(value)), `framework ${value} shows:`, left);
  }
  await page.locator("#reset").click();
  await page.locator("#unfold").click();
  ensure((await page.locator("details.control[open]").count()) === all.length, "not everything unfolds");
  await page.locator("#unfold").click();
  ensure((await page.locator("details.control[open]").count()) === 0, "not everything folds");
}

async function search(page) {
  const all = await shown(page);
  const field = page.getByRole("searchbox");
  const settled = async (text) => {
    const before = Date.now();
    const counted = page.evaluate(() => new Promise((resolve) => {
      const observer = new MutationObserver(() => { observer.disconnect(); resolve(); });
      observer.observe(document.getElementById("shown"), { childList: true });
    }));
    await field.fill(text);
    await counted;
    ensure(Date.now() - before < PROMPT, `a search takes ${Date.now() - before} ms`);
    return shown(page);
  };
  const subject = await page.locator(".findings tbody th").first().textContent();
  const found = await settled(subject.slice(0, 60));
  ensure(found.length > 0, `the search does not find ${subject}`);
  const rows = await page.locator("details.control").evaluateAll((controls) =>
    controls.filter((one) => !one.hidden).flatMap((one) => [...one.querySelectorAll(".findings tbody tr:not([hidden])")]).length);
  ensure(rows > 0, "the findings are hidden too");
  ensure((await settled("SINGLE sign-on")).length > 0, "the case of letters matters");
  ensure((await settled("no such words anywhere")).length === 0, "a search finds what is not there");
  ensure((await page.locator(".group:visible").count()) === 0, "headings of nothing stay");
  await page.locator("#reset").click();
  ensure((await shown(page)).length === all.length, "Clear does not bring everything back");
  ensure((await page.locator(".findings tbody tr[hidden]").count()) === 0, "findings stay hidden");
}

async function theme(page) {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.locator("#theme").click();
  const dark = await background();
  ensure(light !== dark, `both themes are ${light}`);
  await page.locator("#theme").click();
  ensure((await background()) === light, "there is no way back");
  await page.emulateMedia({ colorScheme: "dark" });
  ensure((await background()) === light, "the chosen theme gives way to the system's");
}

async function link(page) {
  const address = page.locator("main a[href^='#control-']").first();
  const target = (await address.getAttribute("href")).slice(1);
  await address.evaluate((one) => one.closest("details")?.setAttribute("open", ""));
  await page.getByRole("searchbox").fill("no such words anywhere");
  await page.waitForFunction(() => document.getElementById("shown").textContent.startsWith("0"));
  await address.click();
  await page.waitForFunction((id) => document.getElementById(id).open, target);
  ensure(await page.evaluate((id) => document.getElementById(id).checkVisibility(), target), "the control stays hidden");
}
