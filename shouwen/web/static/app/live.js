// Live updates. Elements say data-live="case-12 desk-7" (topics) and hx-trigger="live"; when a topic is told, they fetch themselves
// again. All tabs share one event stream through a SharedWorker, because a browser opens only six connections to a site and
// people open more tabs than that. Tabs out of sight wait until they are looked at.
(() => {
  "use strict";
  const stale = new Set();
  let port = null;
  let known = "";
  const rendered = Date.parse(document.body.dataset.now);
  const skew = rendered - Date.now();

  const topics = () => [...new Set([...document.querySelectorAll("[data-live]")].flatMap((e) => e.dataset.live.split(" ")).filter(Boolean))].sort();

  function refresh() {
    if (document.hidden || !stale.size) return;
    const all = stale.has("resync");
    const later = new Set();
    for (const element of document.querySelectorAll("[data-live]")) {
      const news = element.dataset.live.split(" ").filter((topic) => all || stale.has(topic));
      if (!news.length || busyWith(element) || settling(element)) continue;
      if (fetching.has(element) || asked(element)) news.forEach((topic) => later.add(topic)); // its answer may be older than the news
      else htmx.trigger(element, "live");
    }
    stale.clear();
    later.forEach((topic) => stale.add(topic));
  }
  const fetching = new Set();
  const others = new Map(); // what somebody asked to stand in the place of a part (another filter, the next page) -> that part
  const asked = (part) => [...others.values()].includes(part);
  document.addEventListener("htmx:beforeRequest", (event) => {
    event.detail.requestConfig.began = Date.now();
    if (event.detail.elt.dataset.live !== undefined) fetching.add(event.detail.elt);
  });
  document.addEventListener("htmx:beforeSend", (event) => {
    const { elt, target, xhr } = event.detail;
    if (target.dataset.live === undefined || target === elt) return;
    others.set(xhr, target);
    xhr.addEventListener("loadend", () => { others.delete(xhr); if (stale.size) soon(); });
  });
  // What was done here is as good as news: what is being fetched may be from before it. Heard before htmx hears of it, whose own
  // fetch would wait for that answer, and go with the part that it replaces.
  document.addEventListener("acted", () => fetching.forEach((element) => element.dataset.live.split(" ").filter(Boolean).forEach((topic) => stale.add(topic))), true);
  document.addEventListener("htmx:afterRequest", (event) => {
    if (fetching.delete(event.detail.requestConfig.elt) && stale.size) soon(); // a part that was replaced is no longer detail.elt
  });
  // A part in which somebody is typing is not pulled away; its page shows that it is out of date instead.
  function busyWith(element) {
    const active = document.activeElement;
    const typing = element.contains(active) && active.matches("input, textarea, select");
    const ticked = [...element.querySelectorAll("input[type=checkbox]")].some((box) => box.checked !== box.defaultChecked);
    const open = element.querySelector("form[data-draft], form.uncover, .uncovered, .row-acting form, button.htmx-request");
    if (typing || ticked || open) element.classList.add("outdated");
    return Boolean(typing || ticked || open);
  }
  // Rows that were just done stay for a moment, so that nothing moves under the hand; the part fetches itself after that.
  function settling(element) { return Boolean(element.querySelector(".row-done:not([data-past])")); }
  // Their moment ends by itself: the fetch that ends it may be lost, when news come while another fetch is under way.
  let past = 0;
  document.addEventListener("sent", () => {
    clearTimeout(past);
    past = setTimeout(() => document.querySelectorAll(".row-done").forEach((row) => { row.dataset.past = ""; }), 6000);
  });
  // A press that begins on something ends on it: while a button of the mouse or a finger is down, nothing is put in its place.
  let pressed = 0; // since when
  let lifting = 0;
  const held = new Set();
  function release() {
    pressed = 0;
    held.forEach((element) => { if (element.isConnected) htmx.trigger(element, "live"); });
    held.clear();
  }
  const releaseIn = (ms) => { clearTimeout(lifting); lifting = setTimeout(release, ms); };
  document.addEventListener("pointerdown", (event) => { if (event.button === 0) { clearTimeout(lifting); pressed = Date.now(); } }, true);
  document.addEventListener("pointerup", () => releaseIn(300), true); // the click comes after it, of a finger somewhat later
  for (const end of ["click", "pointercancel"]) document.addEventListener(end, () => releaseIn(0), true);
  const underHand = () => pressed && Date.now() - pressed < 5000; // an end may have gone to another window
  // What was asked for before an act of one's own was done shows what was before it: it is asked for again.
  let changed = 0;
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const config = event.detail.requestConfig;
    if (window.shouwen.sends(config) && config.elt.dataset.quiet === undefined) changed = Date.now();
  });
  // What was asked for before somebody began to type comes too late.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig } = event.detail;
    if (target.dataset.live === undefined) return;
    const why = requestConfig.triggeringEvent?.type;
    if (why === "sent") target.querySelectorAll(".row-done").forEach((row) => { row.dataset.past = ""; });
    if (["live", "sent", "acted"].includes(why) && underHand()) {
      held.add(target);
      event.detail.shouldSwap = false;
      return;
    }
    const news = why === "live" || (target === requestConfig.elt && (why === "sent" || why === "acted"));
    if ((why === "live" && requestConfig.began < changed) || (news && asked(target))) { // put in its place, it would leave what was asked for no place to come to
      target.dataset.live.split(" ").filter(Boolean).forEach((topic) => stale.add(topic)); // fetched again after this answer
      event.detail.shouldSwap = false;
      return;
    }
    if ((why === "live" || why === "sent") && (busyWith(target) || settling(target))) event.detail.shouldSwap = false;
    if (why === "acted" && target.querySelector("form[data-draft], .row-acting form, button.htmx-request")) { // the next form is opened before the last one's news came
      target.classList.add("outdated");
      event.detail.shouldSwap = false;
    }
  });
  // Whoever goes through the rows by Tab is still there when the part has come anew.
  let stay = null; // where the row leads, and which of its buttons or links it was
  const ways = (row) => [...row.querySelectorAll("a, button")];
  const same = (a, b) => a.tagName === b.tagName && a.textContent === b.textContent;
  const leads = (row) => row?.querySelector("a.main-cell")?.getAttribute("href");
  document.addEventListener("htmx:beforeSwap", (event) => {
    const active = document.activeElement;
    if (event.detail.target.dataset.live === undefined || !event.detail.target.contains(active)) return;
    const row = active.closest("[data-row]");
    stay = leads(row) ? { to: leads(row), active } : null;
  });
  document.addEventListener("htmx:afterSettle", () => {
    const row = stay && !stay.active.isConnected && [...document.querySelectorAll("[data-row]")].find((one) => leads(one) === stay.to);
    if (row && document.activeElement === document.body) ways(row).find((one) => same(one, stay.active))?.focus({ preventScroll: true });
    stay = null;
  });
  // News of a case changes what is different and nothing else: the focus stays where it is, answers that were asked for and
  // foldings that were opened stay open, what is being written stays written.
  const written = (old) => old.matches?.("input, textarea") && (old.value !== old.defaultValue || old.checked !== old.defaultChecked);
  const morphing = window.Idiomorph.defaults.callbacks;
  morphing.beforeNodeMorphed = (old, fresh) => !((old.matches?.("[hx-preserve]") || written(old)) && old.id === fresh.id);
  morphing.beforeAttributeUpdated = (name, element) => !(name === "open" && element.matches("details"));
  function catchUp(part) { if (settling(part)) return; part.classList.remove("outdated"); htmx.trigger(part, "live"); }
  let waiting = 0;
  function heard(told) {
    document.dispatchEvent(new CustomEvent("told", { detail: told }));
    for (const topic of told) stale.add(topic);
    soon();
  }
  function soon() { clearTimeout(waiting); waiting = setTimeout(refresh, 60); } // several topics of one act come together

  function declare(event) {
    const wanted = topics().join(" ");
    if (wanted === known) return;
    // What happened since the page was rendered must not be missed; of a part that came later, since it was asked for.
    const asked = event?.detail?.requestConfig?.began ?? Date.now();
    const since = known ? asked + skew - 5000 : rendered;
    known = wanted;
    port.postMessage({ topics: wanted.split(" "), since });
  }
  function listen(message) {
    if (message.told) heard(message.told);
    if (window.shouwen.owes() && message.state !== "out") return; // what has not arrived is said before all else
    if (message.state === "gone") { window.shouwen.show(window.shouwen.words.stale); }
    if (message.state === "back") window.shouwen.hide();
    if (message.state === "out") window.shouwen.signedOut();
  }

  function start() {
    const address = document.body.dataset.worker;
    if (window.SharedWorker) {
      const worker = new SharedWorker(address, { name: `shouwen-${document.body.dataset.who}` });
      port = worker.port;
    } else {
      port = new Worker(address); // a stream of its own
    }
    port.onmessage = (event) => listen(event.data);
    if (port.start) port.start();
    declare();
    window.addEventListener("pagehide", () => port.postMessage({ bye: true }));
    window.addEventListener("pageshow", (event) => { if (event.persisted) { known = ""; declare(); heard(["resync"]); } });
    document.addEventListener("visibilitychange", refresh);
    document.addEventListener("focusout", (event) => {
      const part = event.target.closest(".outdated");
      if (part && !part.contains(event.relatedTarget) && !part.querySelector("form[data-draft]")) catchUp(part);
    });
    document.addEventListener("emptied", (event) => { const part = event.target.closest(".outdated"); if (part) catchUp(part); });
    document.addEventListener("htmx:afterSettle", declare);
    // What a page fetches by itself keeps no session alive.
    document.addEventListener("htmx:configRequest", (event) => { const by = event.detail.triggeringEvent; if (by && by.type === "live") event.detail.headers["X-By-Itself"] = "1"; });
  }
  start();
})();
