"use strict";
// Filters, search and the choice of a theme. Everything it works on is in the page already; it adds no markup of its own.
(() => {
  const byId = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // The theme: the system's until the reader asks for the other one.
  const theme = byId("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const label = () => { theme.textContent = isDark() ? "Light theme" : "Dark theme"; };
  theme.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    label();
  });
  system.addEventListener("change", label);
  label();
  theme.hidden = false;

  // What is searched is read once, at the first search.
  const normal = (text) => text.normalize("NFKC").toLowerCase();
  const controls = all("details.control").map((element) => ({
    element,
    status: element.dataset.status,
    level: element.dataset.level,
    frameworks: new Set(element.dataset.frameworks.split(" ")),
    read() {
      this.rows = all(".findings tbody tr", element).map((row) => ({ row, text: normal(row.textContent) }));
      this.text = normal(element.textContent);
      const findings = element.querySelector(".findings tbody");
      this.rest = findings ? this.text.replace(normal(findings.textContent), " ") : this.text;
      this.read = () => {};
    },
  }));

  const search = byId("search");
  const framework = byId("framework");
  const shown = byId("shown");
  const reset = byId("reset");
  const chosen = (name) => new Set(all(`input[name="${name}"]:checked`).map((input) => input.value));

  const filter = () => {
    const statuses = chosen("status");
    const levels = chosen("level");
    const words = normal(search.value).split(/\s+/).filter(Boolean);
    const within = (text) => words.every((word) => text.includes(word));
    let count = 0;
    for (const control of controls) {
      let fits = (statuses.size === 0 || statuses.has(control.status))
        && (levels.size === 0 || levels.has(control.level))
        && (framework.value === "" || control.frameworks.has(framework.value));
      if (fits && words.length > 0) {
        control.read();
        fits = within(control.text);
        // Where only findings match, those that do not are out of the way.
        const narrow = fits && !within(control.rest) && control.rows.some(({ text }) => within(text));
        for (const { row, text } of control.rows) row.hidden = narrow && !within(text);
      } else if (control.rows) {
        for (const { row } of control.rows) row.hidden = false;
      }
      control.element.hidden = !fits;
      count += fits;
    }
    for (const group of all(".group")) group.hidden = !group.querySelector("details.control:not([hidden])");
    const active = statuses.size + levels.size + words.length > 0 || framework.value !== "";
    const noun = controls.length === 1 ? "control" : "controls";
    shown.textContent = active ? `${count} of ${controls.length} ${noun}` : `${controls.length} ${noun}`;
    reset.hidden = !active;
  };

  let waiting;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  });
  byId("filters").addEventListener("change", filter);
  reset.addEventListener("click", () => {
    search.value = "";
    framework.value = "";
    for (const input of all("#filters input:checked")) input.checked = false;
    filter();
    search.focus();
  });

  const unfold = byId("unfold");
  let unfolded = false;
  unfold.addEventListener("click", () => {
    unfolded = !unfolded;
    for (const { element } of controls) element.open = unfolded && !element.hidden;
    unfold.textContent = unfolded ? "Fold all" : "Unfold all";
  });
  byId("fields").open = matchMedia("(min-width: 48rem)").matches;
  byId("filters").hidden = false;

  // A link to a control unfolds it, whatever is filtered.
  const follow = () => {
    const target = byId(location.hash.slice(1));
    if (!target?.matches("details.control")) return;
    if (target.hidden) reset.click();
    target.open = true;
    target.scrollIntoView();
    target.querySelector("summary").focus({ preventScroll: true });
  };
  addEventListener("hashchange", follow);
  follow();

  // On paper everything is unfolded, also where a browser does not do so by itself.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    for (const element of folded) element.open = true;
  });
  addEventListener("afterprint", () => {
    for (const element of folded) element.open = false;
  });
})();
