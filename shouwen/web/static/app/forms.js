// Forms: rows that can be added and taken away, things chosen by searching, files that are too large.
(() => {
  "use strict";
  if (document.querySelector("[data-prints-itself]") && performance.getEntriesByType("navigation")[0]?.type === "navigate") {
    window.addEventListener("load", () => window.print()); // it was asked for on the page before; reloading it asks for nothing
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-prints]")) window.print();
    const more = event.target.closest("[data-row-more]");
    if (more) addRow(more);
    const less = event.target.closest("[data-row-less]");
    if (less) {
      const lines = less.closest("[data-rows]").querySelectorAll(":scope > .rows-line");
      const line = less.closest(".rows-line");
      if (lines.length > 1) line.remove();
      else line.querySelectorAll("input, select, textarea").forEach((field) => { field.value = ""; });
    }
    const pick = event.target.closest("[data-pick]");
    if (pick) {
      const finder = pick.closest("[data-finder]");
      finder.querySelector("[data-picked]").value = pick.dataset.pick;
      const field = finder.querySelector("[data-find]");
      field.value = pick.dataset.text;
      const list = pick.closest(".found");
      if (list) list.hidden = true;
      finder.querySelectorAll(".suggested [data-pick]").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.pick === pick.dataset.pick)));
      field.dispatchEvent(new Event("change", { bubbles: true }));
      field.focus();
    }
  });

  // What was looked up is cited in the form that is open; where none is, the button asks for the one that cites.
  function cite(button) {
    const field = document.querySelector(`[data-finder] > [data-picked][name="${CSS.escape(button.dataset.cite)}"]`);
    if (!field) return false;
    const shown = field.closest("[data-finder]").querySelector("[data-find]");
    field.value = button.dataset.id;
    shown.value = button.dataset.text;
    shown.dispatchEvent(new Event("change", { bubbles: true }));
    shown.focus();
    return true;
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-cite]:not([hx-get])");
    if (button) cite(button);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.dataset.cite !== undefined && cite(event.detail.elt)) event.preventDefault();
  });

  function addRow(button) {
    const group = button.closest("[data-rows]");
    const lines = group.querySelectorAll(":scope > .rows-line");
    const next = lines.length ? Math.max(...[...lines].map((line) => Number((line.querySelector("[name]").name.split(".")[1])))) + 1 : 0;
    const line = group.querySelector("template").content.firstElementChild.cloneNode(true);
    const name = button.dataset.rowMore;
    for (const element of line.querySelectorAll("*")) {
      for (const attribute of ["name", "id", "for", "aria-controls", "data-list", "hx-target", "hx-vals"]) {
        const value = element.getAttribute(attribute);
        if (value && value.includes(`${name}._.`)) element.setAttribute(attribute, value.replaceAll(`${name}._.`, `${name}.${next}.`));
      }
    }
    button.before(line);
    htmx.process(line);
    line.querySelector("input:not([type=hidden]), select, textarea").focus();
  }

  // What is typed after something was chosen chooses nothing until it is found again.
  document.addEventListener("input", (event) => {
    if (event.target.dataset.find === undefined) return;
    event.target.closest("[data-finder]").querySelector("[data-picked]").value = "";
  });
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.dataset.find !== undefined) event.detail.parameters.find = event.detail.elt.value;
  });

  // What was wrong is not said any longer of what has been typed anew.
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => {
      const field = event.target.closest(".field");
      if (!field) return;
      field.querySelectorAll(":scope > .fault").forEach((fault) => fault.remove());
      field.querySelectorAll("[aria-invalid]").forEach((one) => { one.removeAttribute("aria-invalid"); one.removeAttribute("aria-describedby"); });
    });
  }

  // What the text says of a choice that nobody has made is shown as chosen; a hand that chooses has the last word.
  document.addEventListener("input", (event) => { const ways = event.target.type === "radio" && event.target.closest(".ways"); if (ways) ways.dataset.chosen = "by hand"; });
  document.addEventListener("htmx:afterSwap", (event) => {
    for (const guess of event.detail.target.querySelectorAll("[data-guess]")) {
      const field = document.querySelector(`input[type="radio"][name="${CSS.escape(guess.dataset.guess)}"][value="${CSS.escape(guess.dataset.value)}"]`);
      const group = field && field.closest(".ways");
      if (!group) continue;
      const on = group.querySelector(":checked"); // as the page came it is what is usual; otherwise somebody, or a draft, chose it
      const byHand = on && !group.dataset.guessed && (!on.defaultChecked || group.closest("[data-typed]"));
      if (group.dataset.chosen || byHand) continue;
      field.checked = true;
      group.dataset.guessed = "by the text";
      group.title = window.shouwen.words.guessed;
    }
  });

  // A list to look through shows what was typed, and always what is chosen.
  document.addEventListener("input", (event) => {
    if (!event.target.classList.contains("crowd-filter")) return;
    const text = event.target.value.trim();
    for (const one of event.target.closest("[data-crowd]").querySelectorAll(".tick")) {
      one.hidden = !one.textContent.includes(text) && !one.querySelector("input").checked;
    }
  });

  // A pile of things is narrowed by what they are called; Enter takes the first that is left.
  document.addEventListener("input", (event) => {
    if (event.target.dataset.narrows === undefined) return;
    const pile = document.getElementById(event.target.dataset.narrows);
    const text = event.target.value.trim().toLowerCase();
    for (const one of pile.querySelectorAll("[data-words]")) one.hidden = !one.dataset.words.includes(text);
    for (const shelf of pile.querySelectorAll("[data-shelf]")) shelf.hidden = !shelf.querySelector("[data-words]:not([hidden])");
    pile.querySelector("[data-none]").hidden = Boolean(pile.querySelector("[data-words]:not([hidden])"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.target.dataset?.narrows === undefined || !event.target.value.trim()) return;
    event.preventDefault();
    document.getElementById(event.target.dataset.narrows).querySelector("[data-words]:not([hidden])")?.click();
  });

  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.type !== "file") return;
    const most = Number((field.closest("[data-most]") || {}).dataset?.most || 0);
    const large = most && [...field.files].find((file) => file.size > most);
    if (!large) return;
    event.stopImmediatePropagation();
    window.shouwen.show(window.shouwen.words.tooLarge.replace("%s", large.name));
    field.value = "";
  }, true);
})();
