// Due moments count down by themselves, in the words the server uses (web/moments.py says the same).
(() => {
  "use strict";
  const words = document.getElementById("words").dataset;
  const skew = Date.parse(document.body.dataset.now) - Date.now(); // the server's clock decides, a phone's may be wrong
  const put = (text, n) => text.replace("%d", n);

  function distance(ms) {
    const minutes = Math.floor(Math.abs(ms) / 60000);
    const hours = Math.floor(minutes / 60);
    const rest = minutes % 60;
    let amount;
    if (minutes < 1) return ms < 0 ? words.justOver : words.almost;
    if (minutes < 60) amount = put(words.minutes, minutes);
    else if (rest && hours < 10) amount = words.hoursMinutes.replace("%(hours)d", hours).replace("%(minutes)d", rest);
    else if (hours < 48) amount = put(words.hours, hours);
    else amount = put(words.days, Math.floor(hours / 24));
    return (ms < 0 ? words.over : words.left).replace("%s", amount);
  }

  function tick() {
    if (document.hidden) return;
    const now = Date.now() + skew;
    for (const offer of document.querySelectorAll("[data-until]")) if (Date.parse(offer.dataset.until) < now) offer.remove();
    for (const due of document.querySelectorAll("time.due")) {
      const at = Date.parse(due.dateTime);
      const warn = Math.min(due.dataset.warn ? Date.parse(due.dataset.warn) : at, at - 3600000); // the last hour is always soon
      const state = at < now ? "over" : now >= warn ? "soon" : "later";
      const left = due.querySelector(".due-left");
      const text = distance(at - now);
      if (left.textContent !== text) left.textContent = text;
      if (!due.classList.contains(`due-${state}`)) {
        due.classList.remove("due-over", "due-soon", "due-later");
        due.classList.add(`due-${state}`);
      }
    }
  }
  setInterval(tick, 10000);
  document.addEventListener("visibilitychange", tick);
})();
