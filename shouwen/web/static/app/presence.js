// Who else is at this case. Pages tell one another over the live stream; nothing is kept, and a page where nobody does anything
// says nothing: whoever has not stirred for a while is left out.
(() => {
  "use strict";
  const place = document.querySelector("[data-presence]");
  if (!place) return;
  const { presence: address, topic } = place.dataset;
  const me = document.body.dataset.who;
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const GONE = "0", LOOKING = "1", WRITING = "2";
  const KEEP = 10 * 60000; // of what was heard
  const AGAIN = 4 * 60000; // after which stirring is told anew
  const others = new Map(); // staff -> { state, at }
  let told = GONE;
  let at = 0;

  const state = () => (document.querySelector("#acting form[data-draft]") ? WRITING : document.hidden ? GONE : LOOKING);
  function tell(next, anew = false) {
    if (next === told && !anew && Date.now() - at < AGAIN) return;
    told = next;
    at = Date.now();
    const headers = { "X-CSRFToken": token, "Content-Type": "application/x-www-form-urlencoded" };
    fetch(address, { method: "POST", body: `state=${next}`, headers, keepalive: true }).catch(() => {}); // a stream that is down says so itself
  }
  function show() {
    for (const [who, one] of others) if (Date.now() - one.at > KEEP) others.delete(who);
    if (!others.size) { place.replaceChildren(); return; }
    const who = [...others].map(([staff, one]) => `${staff}.${one.state}`).join("+");
    htmx.ajax("GET", `${address}?who=${who}`, { target: place, source: place, swap: "innerHTML" });
  }
  // Whoever has left meanwhile is not put back by an answer that was asked for before.
  document.addEventListener("htmx:beforeSwap", (event) => { if (event.detail.target === place && !others.size) event.detail.shouldSwap = false; });
  document.addEventListener("told", (event) => {
    let changed = false;
    for (const one of event.detail) {
      if (one === "resync") tell(state(), true);
      if (!one.startsWith(`${topic}-`)) continue;
      const [staff, now] = one.slice(topic.length + 1).split("-");
      if (staff === me) continue;
      const before = others.get(staff);
      if (now === GONE) others.delete(staff);
      else others.set(staff, { state: now, at: Date.now() });
      changed ||= (before && before.state) !== (now === GONE ? undefined : now);
      if (now !== GONE && !before) tell(state(), true); // they have just come, and do not know of me
    }
    if (changed) show();
  });
  new MutationObserver(() => tell(state())).observe(document.getElementById("acting"), { childList: true });
  document.addEventListener("visibilitychange", () => { tell(state()); if (!document.hidden) show(); });
  for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, () => tell(state()), { passive: true });
  window.addEventListener("pagehide", () => tell(GONE));
  window.addEventListener("pageshow", () => tell(state()));
})();
