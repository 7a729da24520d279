// The keyboard: search, places, lists. Nothing here is needed to work; everything has a button too.
(() => {
  "use strict";
  const typing = (element) => element.closest("input, textarea, select, [contenteditable]");
  let last = ""; // the key before, for G D
  let since = 0; // when it was pressed, not when a slow machine came to it

  function go(key) {
    const found = document.querySelector(`[data-keys="G ${key.toUpperCase()}"]`);
    if (found) found.click();
    return Boolean(found);
  }

  // ---- rows of a list: J and K, Enter opens -----------------------------------------------------------------------------
  let stood = null; // where the row leads at which one stands: news puts other rows in their place
  let place = -1; // the how-manieth it was: when it is done and gone, one goes on from there
  const leads = (row) => row.querySelector("a.main-cell")?.getAttribute("href");
  const shown = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!stood || document.querySelector("[data-row].at")) return;
    const rows = shown();
    const again = rows.findIndex((row) => leads(row) === stood);
    if (again >= 0) {
      rows[again].classList.add("at");
      place = again;
    } else if (event.detail.elt.querySelector?.("[data-row]") && !["live", "acted", "sent"].includes(event.detail.requestConfig?.triggeringEvent?.type)) {
      stood = null; // another list, asked for by hand, is begun at its top
      place = -1;
    }
  });
  function step(by) {
    const rows = shown();
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.classList.contains("at"));
    const gone = stood && place >= 0 ? place - (by > 0 ? 1 : 0) : -1; // another has taken its place: J goes there, K above it
    place = Math.min(rows.length - 1, Math.max(0, (at < 0 ? gone : at) + by));
    rows.forEach((row) => row.classList.remove("at"));
    rows[place].classList.add("at");
    stood = leads(rows[place]);
    rows[place].scrollIntoView({ block: "nearest" });
  }

  // The one form that stands open says Ctrl Enter beside its button, also to a hand that has clicked beside it.
  function onlyOpen() {
    const open = [...document.querySelectorAll("form[data-draft], .row-acting form")].filter((form) => form.checkVisibility());
    return open.length === 1 ? open[0] : null;
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      const field = document.getElementById("search");
      if (field) { field.focus(); field.select(); }
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const within = event.target.closest("form");
      const form = within && (typing(event.target) || within.matches("[data-draft], .row-acting form")) ? within : onlyOpen() || within;
      if (form) { event.preventDefault(); form.requestSubmit(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    if (last === "g" && event.timeStamp - since < 2500 && go(key)) { event.preventDefault(); last = ""; return; }
    if (key === "/") { event.preventDefault(); document.getElementById("search")?.focus(); }
    else if (key === "?") document.getElementById("keys")?.showModal();
    else if (key === "j") step(1);
    else if (key === "k") step(-1);
    else if (key === "enter" && event.target === document.body) document.querySelector("[data-row].at a")?.click();
    else if (key === "a") document.querySelector("[data-row].at [data-act]")?.click();
    else if (/^[1-9]$/.test(key)) document.querySelector(`[data-digit="${key}"]`)?.click();
    last = key;
    since = event.timeStamp;
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
      htmx.trigger(field, "input"); // asked for in any case, also what a draft has put there
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
  const picked = (field) => Boolean(field.closest("[data-finder]")?.querySelector("[data-picked]").value); // nothing is looked for any longer
  const asks = (field) => field.value.trim() !== "" && (field.value !== field.defaultValue || field.getAttribute("hx-trigger").includes("load"));
  const behind = (field, list) => field.dataset.enterWaits !== undefined && !picked(field) && asks(field) && list.dataset.of !== field.value.trim();
  document.addEventListener("htmx:afterSwap", (event) => {
    const field = document.querySelector(`[data-list="${event.detail.target.id}"]`);
    if (field) open(field, event.detail.target, document.activeElement === field && !picked(field));
  });
  document.addEventListener("htmx:afterSettle", (event) => { // only now can what came be clicked
    const list = event.detail.target;
    const field = document.querySelector(`[data-list="${list.id}"]`);
    if (!field) return;
    const asked = event.detail.requestConfig && event.detail.requestConfig.parameters;
    list.dataset.of = String((asked && (asked[field.name] ?? asked.find)) || "").trim();
    if (field.dataset.entered === undefined || behind(field, list)) return;
    delete field.dataset.entered;
    const first = list.querySelector("[aria-selected='true']");
    if (document.activeElement !== field) return;
    if (first) first.click();
    else goOn(field);
  });
  const goOn = (field) => { if (field.type === "search") field.form.requestSubmit(); }; // nothing of that name: its page says so
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(name, (event) => {
      const field = event.detail.requestConfig?.elt;
      if (field?.dataset.entered === undefined) return;
      delete field.dataset.entered;
      goOn(field);
    });
  }
  document.addEventListener("input", (event) => { if (event.target.dataset) delete event.target.dataset.entered; });
  document.addEventListener("focusin", (event) => {
    if (event.target.dataset && event.target.dataset.list) open(event.target, listOf(event.target), !picked(event.target));
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll(".found:not([hidden])").forEach((list) => {
      const field = document.querySelector(`[data-list="${list.id}"]`);
      if (field && !list.contains(event.target) && event.target !== field) open(field, list, false);
    });
  });
})();
