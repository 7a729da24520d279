// What every page does: says when the network is gone, sends nothing twice, closes menus, keeps the focus where people work.
(() => {
  "use strict";
  const words = document.getElementById("words").dataset;
  const trouble = document.getElementById("trouble");
  const said = document.getElementById("said");
  let retry = null; // what to do again when the network is back
  let owed = null; // what was sent and has not arrived: until it has, nothing else takes its sentence or its button away
  let timer = 0;

  const say = (text) => { said.textContent = ""; requestAnimationFrame(() => { said.textContent = text; }); };

  function show(text, kind = "bad", again = null, label = words.retry) {
    trouble.dataset.kind = kind;
    trouble.replaceChildren(Object.assign(document.createElement("span"), { textContent: text }));
    if (again) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-small", textContent: label });
      button.addEventListener("click", again);
      trouble.append(button);
    }
    trouble.hidden = false;
    clearTimeout(timer);
    if (kind === "good") timer = setTimeout(hide, 6000);
  }
  function hide() { trouble.hidden = true; trouble.replaceChildren(); }
  const door = () => location.assign(`${words.door}?next=${encodeURIComponent(location.pathname + location.search)}`);
  const signedOut = () => show(words.ended, "bad", door, words.signIn);
  const owes = () => Boolean(owed && owed.isConnected && !trouble.hidden);
  const sends = (config) => Boolean(config) && config.verb !== "get" && config.elt?.dataset.reads === undefined; // what only looks for words changes nothing
  window.shouwen = { words, say, show, hide, signedOut, sends, owes };

  // ---- network and server troubles -------------------------------------------------------------------------------------
  function unsent(event) {
    const { elt, requestConfig } = event.detail;
    if (elt.dataset.quiet !== undefined || !elt.isConnected) return;
    const post = sends(requestConfig);
    if (!post && owes()) return;
    if (post) owed = elt;
    retry = () => { hide(); if (elt.requestSubmit) elt.requestSubmit(); else if (post) elt.click(); else htmx.trigger(elt, elt.dataset.live !== undefined ? "live" : "again"); };
    show(post ? words.unsent : words.offline, "bad", retry);
  }
  document.addEventListener("htmx:sendError", unsent);
  document.addEventListener("htmx:timeout", unsent);
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status >= 500 && !xhr.getResponseHeader("HX-Retarget")) { // not a page of ours: a proxy, or worse
      event.detail.shouldSwap = false;
      show(words.broken, "bad");
    }
  });
  let gone = 0; // when the network went: an answer to what was asked before then says nothing of it
  document.addEventListener("htmx:beforeSend", (event) => { event.detail.requestConfig.asked = performance.now(); });
  window.addEventListener("offline", () => { gone = performance.now(); if (!owes()) show(words.offline, "bad", () => retry && retry()); });
  window.addEventListener("online", () => { if (!trouble.hidden) { show(words.back, "good"); if (retry) { const again = retry; retry = null; again(); } } });
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (trouble.hidden || trouble.dataset.kind !== "bad" || event.detail.xhr.status >= 500) return;
    const { asked, elt } = event.detail.requestConfig;
    if (owes() ? elt === owed : asked >= gone) { owed = null; hide(); }
  });

  // ---- nothing is sent twice -------------------------------------------------------------------------------------------
  function busy(form) {
    form.classList.add("busy");
    setTimeout(() => form.classList.remove("busy"), 15000);
  }
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog") return;
    if (form.classList.contains("busy")) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    requestAnimationFrame(() => { if (!event.defaultPrevented) busy(form); }); // what htmx sends it says itself: its answer may be there before the next frame
  }, true);
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, requestConfig } = event.detail;
    if (!sends(requestConfig)) return;
    if (elt.matches("form")) busy(elt);
    if (elt.dataset.quiet !== undefined) return;
    if (trouble.dataset.kind === "good") hide(); // what is said from now on is said of this
    document.getElementById("flash").replaceChildren();
  });
  // A part of a form that has its answer (what is found, what the text says) sets no form free that is on its way.
  const rest = (event) => { const asked = event.detail.requestConfig?.elt; if (asked?.matches("form")) asked.classList.remove("busy"); };
  for (const name of ["htmx:afterRequest", "htmx:sendError", "htmx:timeout"]) document.addEventListener(name, rest);
  window.addEventListener("pageshow", () => document.querySelectorAll("form.busy").forEach((form) => form.classList.remove("busy")));

  // ---- after a swap: tell, and put the focus into what came --------------------------------------------------------------
  document.addEventListener("htmx:afterSettle", (event) => {
    const here = event.detail.elt;
    if (!here || !here.querySelector) return;
    const wanted = here.querySelector("[data-focus]") || (here.matches("[data-focus]") ? here : null);
    if (wanted) { wanted.focus({ preventScroll: true }); wanted.scrollIntoView({ block: "nearest" }); }
    const first = !wanted && (here.querySelector("[data-first]") || (/^acting\b/.test(here.id) && here.querySelector("form")));
    if (first) begin(first);
    const faulty = here.querySelector("[aria-invalid='true']");
    if (faulty) faulty.focus();
    here.querySelector(".refusals")?.scrollIntoView({ block: "nearest" }); // on a phone the form is longer than the screen: first is read why
    const told = here.querySelector("[data-say]");
    if (told) say(told.dataset.say || told.textContent.trim());
  });

  const begin = (form) => (form.querySelector("[aria-invalid='true']") || firstEmpty(form) || form.querySelector("[type='submit']") || form).focus();
  const asked = document.getElementById("act-form"); // a page that came with the form of an act, as from the search box
  if (document.activeElement === document.body) { // not out of the hand of somebody who has begun already
    if (asked) begin(asked);
    else document.querySelector("[autofocus]")?.focus(); // the browser does it with its next picture: keys may come before
  }

  // What is known already is filled in; people begin where it is not, and first where it must be.
  function firstEmpty(form) {
    const all = [...form.querySelectorAll("textarea, input:not([type=hidden]), select")].filter((field) => field.checkVisibility());
    const open = all.filter((field) => (field.type === "radio" || field.type === "checkbox"
      ? !form.querySelector(`[name="${CSS.escape(field.name)}"]:checked`) : field.value === ""));
    return open.find((field) => field.closest(".field")?.querySelector(".needed")) || open[0] || all[0];
  }

  // ---- acting from the rows of a list: one form at a time, and what was done is said once -------------------------------------
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.target.matches(".row-acting")) return;
    document.querySelectorAll(".row-acting").forEach((place) => { if (place !== event.detail.target && !place.querySelector(".row-done")) place.replaceChildren(); });
  });
  // A place of forms (#acting…) has one request under way. What is sent ends what was only asked for: a form that came after its answer
  // would take that away. What is pressed while something is being sent waits for the answer, and a refusal is read first.
  const under = new WeakMap(); // place -> its last request, and what was pressed meanwhile
  const going = (request) => request && [1, 2, 3].includes(request.xhr.readyState);
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, target, xhr, requestConfig } = event.detail;
    if (!/^acting\b/.test(target.id)) return;
    const own = { xhr, posts: sends(requestConfig), next: null };
    const before = under.get(target);
    if (going(before) && before.posts && !own.posts) {
      event.preventDefault();
      before.next = elt;
      return;
    }
    under.set(target, own);
    if (going(before) && !before.posts) before.xhr.abort();
    if (own.posts) xhr.addEventListener("loadend", () => goOn(target, own));
  });
  function goOn(place, { xhr, next }) {
    if (!next || !next.isConnected || xhr.status === 0 || xhr.status >= 400) return;
    const told = place.querySelector("[data-say]");
    if (told) show(told.dataset.say, "good"); // what comes now takes its place
    next.click();
  }
  for (const done of ["acted", "sent"]) document.addEventListener(done, (event) => { show(event.detail.said, "good"); say(event.detail.said); });
  document.addEventListener("keydown", (event) => { // Esc leaves the form under a row; what was typed is kept as a draft
    if (event.key !== "Escape" || !event.target.closest || event.target.matches("#search")) return;
    const place = event.target.closest(".row-acting") || document.querySelector(".row-acting:not(:empty)");
    if (place) place.querySelector("[data-empties]")?.click();
  });

  // ---- menus and dialogs -----------------------------------------------------------------------------------------------
  const closeMenus = (but) => document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!but || !menu.contains(but)) menu.open = false; });
  document.addEventListener("click", (event) => {
    closeMenus(event.target);
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens).showModal();
    const dialog = event.target.closest("dialog");
    if (dialog && event.target === dialog) dialog.close();
    const away = event.target.closest("[data-empties]");
    if (away) {
      const place = document.getElementById(away.dataset.empties);
      place.replaceChildren();
      place.dispatchEvent(new CustomEvent("emptied", { bubbles: true }));
    }
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeMenus(); });

  // ---- selects and ticks that only choose what is shown send their form by themselves --------------------------------------
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-sends]");
    if (form && !event.target.matches("[type='search'], [type='text']")) form.requestSubmit();
  });
})();
