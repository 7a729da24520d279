// Lists: choosing rows, and coming back to where one was. Without it the boxes and the button still work.
(() => {
  "use strict";
  const words = document.getElementById("words").dataset;

  // ---- choosing: all of the page, a range with Shift, X for the row one is at ------------------------------------------------
  let last = null;
  const boxes = (form) => [...form.querySelectorAll("input[name='id']")];
  function count(form) {
    const n = boxes(form).filter((box) => box.checked).length;
    const said = form.querySelector("[data-chosen]");
    if (!said) return;
    if (!said.dataset.none) said.dataset.none = said.textContent;
    said.textContent = n ? words.chosen.replace("%d", n) : said.dataset.none;
    form.classList.toggle("choosing", n > 0);
    form.querySelectorAll(".chosen-bar button").forEach((button) => { button.disabled = !n; });
    const all = form.querySelector("[data-all]");
    all.checked = n > 0 && n === boxes(form).length;
    all.indeterminate = n > 0 && !all.checked;
  }
  document.addEventListener("click", (event) => {
    const form = event.target.closest && event.target.closest("form[data-chooses]");
    if (!form || event.target.type !== "checkbox") return;
    const all = boxes(form);
    if (event.target.dataset.all !== undefined) all.forEach((box) => { box.checked = event.target.checked; });
    else if (event.shiftKey && last && all.includes(last)) {
      const [a, b] = [all.indexOf(last), all.indexOf(event.target)].sort((x, y) => x - y);
      all.slice(a, b + 1).forEach((box) => { box.checked = event.target.checked; });
    }
    if (event.target.name === "id") last = event.target;
    count(form);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "x" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), textarea, select")) return;
    const box = document.querySelector("form[data-chooses] [data-row].at input[name='id']");
    if (box) { box.checked = !box.checked; last = box; count(box.form); }
  });
  const begin = (part) => part.querySelectorAll("form[data-chooses]").forEach(count);

  // ---- where I was: the filters of a list, and the row one opened from it -----------------------------------------------------
  const key = (path) => `list:${document.body.dataset.who}:${path}`;
  const here = () => location.pathname + location.search;
  function remember() {
    const list = document.querySelector("[data-remembers]");
    if (list) sessionStorage.setItem(key(location.pathname), location.search);
    document.querySelectorAll("[data-back]").forEach((link) => { const kept = sessionStorage.getItem(key(link.pathname)); if (kept) link.search = kept; });
  }
  document.addEventListener("click", (event) => {
    const row = event.target.closest && event.target.closest("[data-remembers] [data-row]");
    if (row && event.target.closest("a")) sessionStorage.setItem(key("at"), JSON.stringify([here(), row.querySelector("a.main-cell")?.getAttribute("href"), scrollY]));
  });
  function goBack() {
    let kept;
    try { kept = JSON.parse(sessionStorage.getItem(key("at"))); } catch { kept = null; }
    if (!kept || kept[0] !== here() || !document.querySelector("[data-remembers]")) return;
    document.querySelectorAll("[data-row].at").forEach((row) => row.classList.remove("at"));
    const row = [...document.querySelectorAll("[data-row]")].find((one) => one.querySelector("a.main-cell")?.getAttribute("href") === kept[1]);
    if (row) row.classList.add("at"); // wherever it stands by now
    scrollTo(0, kept[2]);
  }

  document.addEventListener("htmx:afterSettle", (event) => { if (event.detail.elt.querySelectorAll) { begin(event.detail.elt.parentElement || document); remember(); } });
  begin(document);
  remember();
  goBack();
  window.addEventListener("pageshow", (event) => { if (event.persisted) goBack(); });
})();
