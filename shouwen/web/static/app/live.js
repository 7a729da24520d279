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
      if (fetching.has(element)) news.forEach((topic) => later.add(topic)); // its answer may be older than the news
      else htmx.trigger(element, "live");
    }
    stale.clear();
    later.forEach((topic) => stale.add(topic));
  }
  const fetching = new Set();
  document.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.elt.dataset.live !== undefined) fetching.add(event.detail.elt); });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (fetching.delete(event.detail.requestConfig.elt) && stale.size) soon(); // a part that was replaced is no longer detail.elt
  });
  // A part in which somebody is typing is not pulled away; its page shows that it is out of date instead.
  function busyWith(element) {
    const active = document.activeElement;
    const typing = element.contains(active) && active.matches("input, textarea, select");
    if (typing || element.querySelector("form[data-draft], form.uncover, .uncovered, button.htmx-request")) { element.classList.add("outdated"); return true; }
    return false;
  }
  // Rows that were just done stay for a moment, so that nothing moves under the hand; the part fetches itself after that.
  function settling(element) { return Boolean(element.querySelector(".row-done:not([data-past])")); }
  // What was asked for before somebody began to type comes too late.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig } = event.detail;
    if (target.dataset.live === undefined) return;
    const why = requestConfig.triggeringEvent?.type;
    if (why === "sent") target.querySelectorAll(".row-done").forEach((row) => { row.dataset.past = ""; });
    if ((why === "live" || why === "sent") && (busyWith(target) || settling(target))) event.detail.shouldSwap = false;
    if (why === "acted" && target.querySelector("form[data-draft], button.htmx-request")) { // the next form is opened before the last one's news came
      target.classList.add("outdated");
      event.detail.shouldSwap = false;
    }
  });
  // News of a case changes what is different and nothing else: the focus stays where it is, answers that were asked for and
  // foldings that were opened stay open.
  const morphing = window.Idiomorph.defaults.callbacks;
  morphing.beforeNodeMorphed = (old, fresh) => !(old.matches?.("[hx-preserve]") && old.id === fresh.id);
  morphing.beforeAttributeUpdated = (name, element) => !(name === "open" && element.matches("details"));
  function catchUp(part) { if (settling(part)) return; part.classList.remove("outdated"); htmx.trigger(part, "live"); }
  let waiting = 0;
  function heard(told) {
    document.dispatchEvent(new CustomEvent("told", { detail: told }));
    for (const topic of told) stale.add(topic);
    soon();
  }
  function soon() { clearTimeout(waiting); waiting = setTimeout(refresh, 60); } // several topics of one act come together

  function declare() {
    const wanted = topics().join(" ");
    if (wanted === known) return;
    // What happened since the page was rendered must not be missed; of parts that came later, since a moment ago.
    const since = known ? Date.now() + skew - 5000 : rendered;
    known = wanted;
    port.postMessage({ topics: wanted.split(" "), since });
  }
  function listen(message) {
    if (message.told) heard(message.told);
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
