// The keyboard: search, places, lists. Nothing here is needed to work; everything has a button too.
(() => {
  "use strict";
  const typing = (element) => element.closest("input, textarea, select, [contenteditable]");
  let last = ""; // the key before, for G D
  let since = 0;

  function go(key) {
    const found = document.querySelector(`[data-keys="G ${key.toUpperCase()}"]`);
    if (found) found.click();
    return Boolean(found);
  }

  // ---- rows of a list: J and K, Enter opens -----------------------------------------------------------------------------
  let stood = null; // where the row leads at which one stands: news puts other rows in their place
  const leads = (row) => row.querySelector("a.main-cell")?.getAttribute("href");
  document.addEventListener("htmx:afterSettle", () => {
    if (!stood || document.querySelector("[data-row].at")) return;
    [...document.querySelectorAll("[data-row]")].find((row) => leads(row) === stood)?.classList.add("at");
  });
  function step(by) {
    const rows = [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.classList.contains("at"));
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
    rows.forEach((row) => row.classList.remove("at"));
    next.classList.add("at");
    stood = leads(next);
    next.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      const field = document.getElementById("search");
      if (field) { field.focus(); field.select(); }
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const form = event.target.closest("form");
      if (form) { event.preventDefault(); form.requestSubmit(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    if (last === "g" && Date.now() - since < 1200 && go(key)) { event.preventDefault(); last = ""; return; }
    if (key === "/") { event.preventDefault(); document.getElementById("search")?.focus(); }
    else if (key === "?") document.getElementById("keys")?.showModal();
    else if (key === "j") step(1);
    else if (key === "k") step(-1);
    else if (key === "enter" && event.target === document.body) document.querySelector("[data-row].at a")?.click();
    else if (key === "a") document.querySelector("[data-row].at [data-act]")?.click();
    else if (/^[1-9]$/.test(key)) document.querySelector(`[data-digit="${key}"]`)?.click();
    last = key;
    since = Date.now();
  });

  // ---- choices side by side: arrows go from one to the next ------------------------------------------------------------------
  document.addEventListener("keydown", (event) => {
    const group = event.target.closest && event.target.closest("[data-arrows]");
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!group || !by || event.target.matches("input, textarea, select")) return;
    const all = [...group.querySelectorAll("a, button, summary")].filter((one) => one.offsetParent !== null);
    event.preventDefault();
    all[(all.indexOf(event.target) + by + all.length) % all.length].focus();
  });

  // ---- a field with a list of what was found: arrows choose, Enter takes, Esc leaves ------------------------------------------
  const listOf = (field) => document.getElementById(field.dataset.list);
  const items = (list) => [...list.querySelectorAll("[role='option']")];
  function choose(field, list, by) {
    const all = items(list);
    if (!all.length) return;
    const at = all.findIndex((item) => item.getAttribute("aria-selected") === "true");
    const next = all[(at + by + all.length) % all.length] || all[0];
    all.forEach((item) => item.setAttribute("aria-selected", String(item === next)));
    field.setAttribute("aria-activedescendant", next.id);
    next.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!field.dataset || !field.dataset.list) return;
    const list = listOf(field);
    if (!list) return;
    const chosen = list.querySelector("[aria-selected='true']");
    if (event.key === "Enter" && !event.isComposing && behind(field, list)) {
      event.preventDefault();
      field.dataset.entered = ""; // the list of what is typed now is still to come: the first of it is taken, not of the one before
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      open(field, list, true);
      choose(field, list, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !event.isComposing && chosen && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      chosen.click();
    } else if (event.key === "Escape" && !list.hidden && list.classList.contains("found")) {
      event.stopPropagation();
      open(field, list, false);
    }
  });
  function open(field, list, yes) {
    if (!list.classList.contains("found")) return;
    list.hidden = !yes || !list.childElementCount;
    field.setAttribute("aria-expanded", String(!list.hidden));
  }
  const behind = (field, list) => field.dataset.enterWaits !== undefined && field.value.trim() !== "" && list.dataset.of !== field.value.trim();
  document.addEventListener("htmx:afterSwap", (event) => {
    const field = document.querySelector(`[data-list="${event.detail.target.id}"]`);
    if (field) open(field, event.detail.target, document.activeElement === field);
  });
  document.addEventListener("htmx:afterSettle", (event) => { // only now can what came be clicked
    const list = event.detail.target;
    const field = document.querySelector(`[data-list="${list.id}"]`);
    if (!field) return;
    const asked = event.detail.requestConfig && event.detail.requestConfig.parameters;
    list.dataset.of = String((asked && asked[field.name]) || "").trim();
    if (field.dataset.entered === undefined || behind(field, list)) return;
    delete field.dataset.entered;
    const first = list.querySelector("[aria-selected='true']");
    if (first && document.activeElement === field) first.click();
  });
  document.addEventListener("input", (event) => { if (event.target.dataset) delete event.target.dataset.entered; });
  document.addEventListener("focusin", (event) => {
    if (event.target.dataset && event.target.dataset.list) open(event.target, listOf(event.target), true);
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll(".found:not([hidden])").forEach((list) => {
      const field = document.querySelector(`[data-list="${list.id}"]`);
      if (field && !list.contains(event.target) && event.target !== field) open(field, list, false);
    });
  });
})();
